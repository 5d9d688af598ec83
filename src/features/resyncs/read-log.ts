import type { Knex } from 'knex';
import { selectRows, toIso } from '../../control/database';
import type { Level } from '../../domain/rights';
import { endedStatuses, type Initiator, type ResyncStatus } from '../../domain/resync';
import type { RunEventKind, RunLogKind } from '../../domain/run-log';

/** Something in the log of a run. */
export interface RunLogEntry {
  readonly at: string;
  readonly kind: RunLogKind;
  readonly object: string | null;
  /** Who did it; `null`: the service. */
  readonly by: string | null;
  /** End of the blackout window that holds it. */
  readonly heldUntil: string | null;
  readonly message: string | null;
  /** The resync that sends its errors again. */
  readonly retry: string | null;
}

/** Most of what was noted that is shown, the newest. */
const mostEvents = 1_000;
const theState = 'the state';

/**
 * What happened to a run, the oldest first: who asked for it, what became of it, and what people
 * asked of it meanwhile.
 * @param seenBy a district isn't told who of the state did something
 */
export async function readRunLog(control: Knex, resyncId: string, seenBy: Level): Promise<RunLogEntry[]> {
  const person = (by: string, ofState: boolean): string => (ofState && seenBy === 'district' ? theState : by);
  const [own, events, objects, retries] = await Promise.all([
    readOwn(control, resyncId),
    readEvents(control, resyncId),
    readStopped(control, resyncId),
    readRetries(control, resyncId),
  ]);
  const entries = [
    ...own.flatMap(({ requestedAt, endedAt, requestedBy, initiator, status, message }) => [
      entry('asked', requestedAt, { by: person(requestedBy, initiator === 'state') }),
      ...(endedAt === null ? [] : [entry(endOf(status), endedAt, { message })]),
    ]),
    ...events.map(({ kind, happenedAt, objectName, requestedBy, ofState, heldUntil }) =>
      entry(kind, happenedAt, {
        object: objectName,
        by: requestedBy === null ? null : person(requestedBy, ofState !== 0),
        heldUntil: toIso(heldUntil),
      }),
    ),
    ...objects.map(({ status, endedAt, objectName, message }) =>
      entry(stoppedKinds[status], endedAt, { object: objectName, message }),
    ),
    ...retries.map(({ resyncID, requestedAt, requestedBy, initiator }) =>
      entry('retried', requestedAt, { by: person(requestedBy, initiator === 'state'), retry: resyncID }),
    ),
  ];
  // What ended with the run ended before it, and each list is in its own order.
  const rank = ({ kind }: RunLogEntry): number => (isEnd(kind) ? 1 : kind === 'asked' ? -1 : 0);
  return entries.sort((a, b) => (a.at === b.at ? rank(a) - rank(b) : a.at < b.at ? -1 : 1));
}

const stoppedKinds = {
  failed: 'objectFailed',
  cancelled: 'objectCancelled',
  skipped: 'objectSkipped',
} as const;

const isEnd = (kind: string): boolean => (endedStatuses as readonly string[]).includes(kind);

function endOf(status: ResyncStatus): RunLogKind {
  return isEnd(status) ? (status as RunLogKind) : 'finished';
}

function entry(kind: RunLogKind, at: string, more: Partial<RunLogEntry>): RunLogEntry {
  const nothing = { object: null, by: null, heldUntil: null, message: null, retry: null };
  return { at: toIso(at), kind, ...nothing, ...more };
}

interface OwnRow {
  readonly requestedAt: string;
  readonly endedAt: string | null;
  readonly requestedBy: string;
  readonly initiator: Initiator;
  readonly status: ResyncStatus;
  readonly message: string | null;
}

function readOwn(control: Knex, resyncId: string): Promise<OwnRow[]> {
  return selectRows<OwnRow>(
    control,
    'SELECT requestedAt, endedAt, requestedBy, initiator, status, message FROM resync WHERE resyncID = ?',
    [resyncId],
  );
}

interface EventRow {
  readonly kind: RunEventKind;
  readonly happenedAt: string;
  readonly objectName: string | null;
  readonly requestedBy: string | null;
  readonly ofState: number;
  readonly heldUntil: string | null;
}

async function readEvents(control: Knex, resyncId: string): Promise<EventRow[]> {
  const newest = await selectRows<EventRow>(
    control,
    `SELECT kind, happenedAt, objectName, requestedBy, ofState, heldUntil FROM resyncEvent
      WHERE resyncID = ? ORDER BY resyncEventID DESC LIMIT ?`,
    [resyncId, mostEvents],
  );
  return newest.reverse();
}

interface StoppedRow {
  readonly status: keyof typeof stoppedKinds;
  readonly endedAt: string;
  readonly objectName: string;
  readonly message: string | null;
}

function readStopped(control: Knex, resyncId: string): Promise<StoppedRow[]> {
  return selectRows<StoppedRow>(
    control,
    `SELECT objectName, status, endedAt, message FROM DISBatchHistory
      WHERE resyncID = :resyncId AND status IN (:stopped) AND endedAt IS NOT NULL ORDER BY position`,
    { resyncId, stopped: Object.keys(stoppedKinds) },
  );
}

interface RetryRow {
  readonly resyncID: string;
  readonly requestedAt: string;
  readonly requestedBy: string;
  readonly initiator: Initiator;
}

function readRetries(control: Knex, resyncId: string): Promise<RetryRow[]> {
  return selectRows<RetryRow>(
    control,
    `SELECT resyncID, requestedAt, requestedBy, initiator FROM resync
      WHERE retryOf = ? ORDER BY requestedAt, resyncID LIMIT ${mostEvents}`,
    [resyncId],
  );
}
