import type { Knex } from 'knex';
import type { RunAct, RunEventKind } from '../../domain/run-log';

/** Something that happened to a run, for its log. */
interface RunEvent {
  readonly resyncId: string;
  readonly kind: RunEventKind;
  readonly object?: string | null;
  /** Who did it; absent: the service. */
  readonly by?: string | null;
  /** Who did it is of the state: a district isn't told who. */
  readonly ofState?: boolean;
  /** End of the blackout window that holds it. */
  readonly until?: Date | null;
}

/** @returns its id */
export async function noteRunEvent(
  control: Knex,
  { resyncId, kind, object = null, by = null, ofState = false, until = null }: RunEvent,
): Promise<number> {
  const [id] = await control('resyncEvent').insert({
    ...{ resyncID: resyncId, kind, objectName: object, requestedBy: by, ofState, heldUntil: until },
  });
  return id!;
}

/**
 * Does what a person asks of a run, and its log has it: noted before, so that the log's order is
 * that in which things came about, and taken back when the run refused.
 */
export async function logged<Done>(
  control: Knex,
  act: RunEvent & { readonly kind: RunAct; readonly by: string },
  work: () => Promise<Done>,
): Promise<Done> {
  const id = await noteRunEvent(control, act);
  try {
    return await work();
  } catch (error) {
    await control('resyncEvent').where({ resyncEventID: id }).delete();
    throw error;
  }
}

/** The state stops several runs: tried again after a fault, it is in the log of each once. */
export async function noteStatesCancel(
  control: Knex,
  { resyncId, by }: { readonly resyncId: string; readonly by: string },
): Promise<void> {
  const kind: RunAct = 'cancelAsked';
  const there = await control('resyncEvent')
    .where({ resyncID: resyncId, kind, requestedBy: by })
    .pluck<string[]>('kind');
  if (there.length === 0) await noteRunEvent(control, { resyncId, kind, by, ofState: true });
}
