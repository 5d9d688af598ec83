import { clip, now } from '../../control/columns';
import type { Knex } from 'knex';
import {
  type Color,
  colorWithoutExclusionsOf,
  countNames,
  type ObjectDoubt,
  type ObjectStatus,
  type RangeCounts,
  worstColor,
} from '../../domain/outcome';
import {
  endedStatuses,
  type HeldStatus,
  openStatuses,
  type ResyncRequest,
  type ResyncStatus,
} from '../../domain/resync';
import type { VerifiedObject } from '../../domain/verification';
import { endOfVerifiedResync } from '../../domain/verified-resync';
import { ConflictError, NotFoundError } from '../../control/control-error';
import { inTransaction, selectRows } from '../../control/database';
import { insertOnce } from '../../control/insert-once';
import { type CountRow, toCounts } from './ledger-sums';
import { closeObject, countWritten } from './object-store';
import { postAlert } from '../alerts/post';
import { alertsOfDoubts, alertsOfEnd } from './end-alerts';
import { noteRunEvent } from './run-events';
import { askedOf, type ResyncRow, toColumns, toRequest } from './row';

/**
 * From which status a resync may go where; what isn't here is refused. An ended one stays as it is.
 * One that waits may be paused or preempted: its run has begun, and waits for the first answer
 * about blackouts.
 */
const transitions: Readonly<Record<ResyncStatus, readonly ResyncStatus[]>> = {
  accepted: ['queued', 'running', 'paused', 'preempted', 'failed', 'cancelled', 'lost'],
  queued: ['running', 'paused', 'preempted', 'failed', 'cancelled', 'lost'],
  running: ['paused', 'preempted', 'awaitingApproval', 'finished', 'failed', 'cancelled', 'lost'],
  paused: ['running', 'preempted', 'awaitingApproval', 'finished', 'failed', 'cancelled', 'lost'],
  preempted: ['running', 'paused', 'awaitingApproval', 'finished', 'failed', 'cancelled', 'lost'],
  awaitingApproval: ['running', 'paused', 'preempted', 'finished', 'failed', 'cancelled', 'lost'],
  finished: [],
  failed: [],
  cancelled: [],
  lost: [],
};

/** What the verification after a resync found, which gives the resync its color. */
export interface FinalVerification {
  readonly verificationId: string;
  readonly objects: readonly VerifiedObject[];
}

/** A request as it stands in the control database. */
export interface StoredResync {
  readonly request: ResyncRequest;
  readonly status: ResyncStatus;
}

/** A request as it is to be stored. */
interface NewResync {
  readonly request: ResyncRequest;
  readonly idempotencyKey?: string | null;
  /** Of the catalog by which it is accepted. */
  readonly catalogHash: string;
  /** Asked by a person or a program: without a key the same words of a moment are one request. */
  readonly worded?: boolean;
}

/**
 * Stores a request in status `accepted`. The same idempotency key of the same requester gives the
 * first one back.
 * @returns the stored request and whether it was stored now
 * @throws ConflictError when the key was used for another request
 */
export async function insertResync(
  control: Knex,
  { request, idempotencyKey = null, catalogHash, worded = false }: NewResync,
): Promise<StoredResync & { readonly created: boolean }> {
  const stored = await insertOnce<ResyncRow>(control, {
    table: 'resync',
    columns: { ...toColumns(request), idempotencyKey, catalogHash },
    asked: askedOf(request),
    ...(worded && { wordedBy: 'resyncID' }),
  });
  if (stored === null) return { request, status: 'accepted', created: true };
  return { request: toRequest(stored), status: stored.status, created: false };
}

/** @throws NotFoundError */
export async function loadResync(control: Knex, resyncId: string): Promise<StoredResync> {
  const row = await control<ResyncRow>('resync').where({ resyncID: resyncId }).first();
  if (!row) throw NotFoundError.of('resync');
  return { request: toRequest(row), status: row.status };
}

/** Resyncs of a district's school year that have not ended, the oldest first. */
export async function openResyncsOf(
  control: Knex,
  { districtId, schoolYear }: { readonly districtId: string; readonly schoolYear: number },
): Promise<StoredResync[]> {
  const rows = await control<ResyncRow>('resync')
    .where({ districtID: districtId, schoolYear })
    .whereIn('status', openStatuses)
    .orderBy('requestedAt')
    .limit(maxOpen);
  return rows.map((row) => ({ request: toRequest(row), status: row.status }));
}

/** More than an agent lets wait. */
const maxOpen = 100;

/**
 * A run is planned: it runs, unless its workflow has already said that it is held. Safe to repeat.
 * @throws NotFoundError
 */
export async function beginResync(control: Knex, resyncId: string): Promise<void> {
  await inTransaction(control, async (transaction) => {
    const { status, statusSequence } = await lockResync(transaction, resyncId);
    const begins = statusSequence === 0 && (status === 'accepted' || status === 'queued');
    await transaction('resync')
      .where({ resyncID: resyncId })
      .update({
        ...(begins ? { status: 'running' } : {}),
        startedAt: transaction.raw('COALESCE(startedAt, UTC_TIMESTAMP(3))'),
      });
    if (begins) await noteRunEvent(transaction, { resyncId, kind: 'running' });
  });
}

/**
 * Moves a resync to another status; `startedAt` is set the first time it runs. The status it has
 * already: nothing happens, because activities and requests repeat. To end a run use finishResync,
 * which gives it its color too.
 * @param sequence place of this status among those of the run's workflow: an older one that arrives
 * late changes nothing
 * @throws ConflictError when the status may not follow the present one (an ended resync stays
 * ended); NotFoundError
 */
export async function setResyncStatus(
  control: Knex,
  { resyncId, status, sequence }: { resyncId: string; status: 'queued' | HeldStatus; sequence?: number },
): Promise<void> {
  await inTransaction(control, async (transaction) => {
    const row = await lockResync(transaction, resyncId);
    if (sequence !== undefined && sequence <= row.statusSequence) return;
    if (row.status !== status) refuseUnlessAllowed(row.status, status);
    await transaction('resync')
      .where({ resyncID: resyncId })
      .update({
        status,
        ...(sequence === undefined ? {} : { statusSequence: sequence }),
        ...(status === 'running'
          ? { startedAt: transaction.raw('COALESCE(startedAt, UTC_TIMESTAMP(3))') }
          : {}),
      });
    if (row.status !== status) await noteRunEvent(transaction, { resyncId, kind: status });
  });
}

/** How a resync ended. */
export interface ResyncEnd {
  readonly resyncId: string;
  readonly status: ResyncStatus;
  readonly color: Color;
  readonly message: string | null;
  readonly counts: RangeCounts;
}

/** How a run is to be closed. */
interface RunEnding {
  readonly resyncId: string;
  readonly status: 'finished' | 'failed' | 'cancelled' | 'lost';
  readonly message?: string | null;
  /**
   * The verification that gives the color of a resync that verifies, once every object finished.
   */
  readonly verified?: FinalVerification;
}

/**
 * Closes a resync. Objects still open are closed first (cancelled with the run,
 * otherwise failed, or skipped when they hadn't started), with the counts of what they committed.
 * `finished` is only given when every object finished: with a failed object the run is `failed`,
 * with a cancelled one `cancelled`. The alerts of its end are posted in the same transaction: there
 * is no end without them. Repeating it changes nothing.
 * @throws ConflictError when the resync has ended otherwise; NotFoundError
 */
export async function finishResync(
  control: Knex,
  { resyncId, status, message = null, verified }: RunEnding,
): Promise<ResyncEnd> {
  return inTransaction(control, async (transaction) => {
    const row = await lockResync(transaction, resyncId);
    if (!endedStatuses.includes(row.status)) {
      await closeOpenObjects(transaction, { resyncId, status, message });
      const objects = await objectStates(transaction, resyncId);
      const end = endOf(objects, { status, message, verified });
      refuseUnlessAllowed(row.status, end.status);
      await transaction('resync')
        .where({ resyncID: resyncId })
        .update({
          status: end.status,
          color: end.color,
          colorWithoutExclusions: end.colorWithoutExclusions,
          message: clip(end.message),
          endedAt: now(transaction),
        });
      await countWritten(transaction, resyncId);
      const stored = await endStored(transaction, resyncId);
      const doubtful = objects.filter(({ doubt }) => doubt !== null);
      for (const alert of [
        ...alertsOfEnd(toRequest(row), stored),
        ...alertsOfDoubts(toRequest(row), doubtful),
      ])
        await postAlert(transaction, alert);
      return stored;
    }
    return endStored(transaction, resyncId);
  });
}

async function closeOpenObjects(
  transaction: Knex.Transaction,
  { resyncId, status, message }: { resyncId: string; status: ResyncStatus; message: string | null },
): Promise<void> {
  const open = (await objectStates(transaction, resyncId)).filter(
    (object) => object.status === 'waiting' || object.status === 'running',
  );
  for (const { objectName, status: was } of open) {
    const stopped = status === 'cancelled' ? 'cancelled' : 'failed';
    await closeObject(transaction, {
      resyncId,
      object: objectName,
      status: was === 'waiting' && stopped === 'failed' ? 'skipped' : stopped,
      message: message ?? 'The resync ended before this object did.',
    });
  }
}

/** The end that was asked for; objects may have it that it is another. */
interface AskedEnd {
  readonly status: ResyncStatus;
  readonly message: string | null;
  readonly verified: FinalVerification | undefined;
}

interface ColoredEnd {
  readonly status: ResyncStatus;
  readonly color: Color;
  readonly colorWithoutExclusions: Color;
  readonly message: string | null;
}

function endOf(objects: readonly ObjectState[], { status, message, verified }: AskedEnd): ColoredEnd {
  const red = { color: 'red', colorWithoutExclusions: 'red' } as const;
  if (status !== 'finished') return { status, ...red, message };
  const unfinished = objects.filter((object) => object.status !== 'finished');
  if (unfinished.length === 0 && verified !== undefined) {
    const { verificationId } = verified;
    const end = endOfVerifiedResync(verified.objects, { verificationId, sent: objects.length });
    return {
      status,
      color: end.color,
      colorWithoutExclusions: end.color,
      message: message === null ? end.message : `${end.message} ${message}`,
    };
  }
  if (unfinished.length === 0)
    return {
      status,
      color: worstColor(objects.map(({ color }) => color)),
      colorWithoutExclusions: worstColor(
        objects.map((object) => colorWithoutExclusionsOf(object.status, toCounts(object), object)),
      ),
      message,
    };
  const gaveUp = unfinished.some((object) => object.status === 'failed');
  return {
    status: gaveUp ? 'failed' : 'cancelled',
    ...red,
    message: message ?? `${unfinished.length} of ${objects.length} objects did not finish.`,
  };
}

interface ObjectState extends CountRow {
  readonly objectName: string;
  readonly status: ObjectStatus;
  readonly color: Color;
  readonly expectedBlocked: number;
  readonly doubt: ObjectDoubt | null;
  readonly message: string | null;
}

function objectStates(transaction: Knex.Transaction, resyncId: string): Promise<ObjectState[]> {
  return selectRows<ObjectState>(
    transaction,
    `SELECT objectName, status, color, expectedBlocked, doubt, message, ${countNames.join(', ')}
       FROM DISBatchHistory WHERE resyncID = ? ORDER BY position`,
    [resyncId],
  );
}

async function endStored(transaction: Knex.Transaction, resyncId: string): Promise<ResyncEnd> {
  const sums = countNames.map((column) => `CAST(COALESCE(SUM(h.${column}), 0) AS SIGNED) AS ${column}`);
  const [end] = await selectRows<CountRow & Omit<ResyncEnd, 'counts'>>(
    transaction,
    `SELECT r.resyncID AS resyncId, r.status, r.color, r.message, ${sums.join(', ')}
       FROM resync r LEFT JOIN DISBatchHistory h ON h.resyncID = r.resyncID
      WHERE r.resyncID = ? GROUP BY r.resyncID`,
    [resyncId],
  );
  const { status, color, message } = end!;
  return { resyncId, status, color, message, counts: toCounts(end!) };
}

async function lockResync(transaction: Knex.Transaction, resyncId: string): Promise<ResyncRow> {
  const row = await transaction<ResyncRow>('resync').where({ resyncID: resyncId }).forUpdate().first();
  if (!row) throw NotFoundError.of('resync');
  return row;
}

function refuseUnlessAllowed(from: ResyncStatus, to: ResyncStatus): void {
  if (transitions[from].includes(to)) return;
  throw new ConflictError(`A resync that is ${from} can’t become ${to}.`);
}

/**
 * Forgets a request that its agent refused (full queue), so that the same Idempotency-Key may be
 * tried again later. One that was taken meanwhile stays.
 */
export async function forgetRefusedResync(control: Knex, resyncId: string): Promise<void> {
  await control('resync').where({ resyncID: resyncId, status: 'accepted' }).del();
}
