import { Counter, type Registry } from 'prom-client';

/** What the reconciler of an API process does. */
export interface ReconcilerMeter {
  readonly onPass: (kind: string, failed: number | null) => void;
  readonly onLost: (runs: number) => void;
}

/** Counts passes, what failed in them, and runs that they found lost. */
export function meterReconciler(registry: Registry): ReconcilerMeter {
  const registers = [registry];
  const passes = new Counter({
    name: 'resync_reconciler_passes_total',
    help: 'Passes of the reconciler, by kind of work and whether the pass as a whole failed',
    labelNames: ['kind', 'failed'],
    registers,
  });
  const failures = new Counter({
    name: 'resync_reconciler_failures_total',
    help: 'Items that a pass could not reconcile; each is tried again in the next',
    labelNames: ['kind'],
    registers,
  });
  const lost = new Counter({
    name: 'resync_runs_lost_total',
    help: 'Runs that Temporal no longer had, and that were closed as lost',
    registers,
  });
  return {
    onPass: (kind, failed) => {
      passes.inc({ kind, failed: String(failed === null) });
      failures.inc({ kind }, failed ?? 0);
    },
    onLost: (runs) => lost.inc(runs),
  };
}
