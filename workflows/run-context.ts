import type { PauseGate } from './pause-gate';

/** What all objects of a run share; `epoch` changes when the run continues after a preemption. */
export interface RunContext {
  readonly resyncId: string;
  readonly rangesInFlight: number;
  readonly gate: PauseGate;
  epoch: number;
}
