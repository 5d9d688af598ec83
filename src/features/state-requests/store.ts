import { clip, now } from '../../control/columns';
import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { inBatches } from '../../domain/batches';
import {
  endedRequestStatuses,
  inFlightStatuses,
  openRequestStatuses,
  type RequestDistrictStatus,
  type StateRequest,
  type StateRequestStatus,
} from '../../domain/state-request';
import type { Waves } from '../../domain/waves';
import { ConflictError, NotFoundError } from '../../control/control-error';
import { pageByTime, type Page, type TimePageFilter } from '../../control/page';
import { inTransaction, selectRows, toIso } from '../../control/database';
import { insertOnce } from '../../control/insert-once';
import { maxOpen } from '../../temporal/reconcile';

/** Rows of one INSERT. */
const rowsPerInsert = 200;

/** A state's request as it stands; times as ISO 8601. */
export interface StoredStateRequest extends StateRequest {
  readonly waves: Waves | null;
  readonly recordsPerSecond: number | null;
  /** Why no further wave begins; `null`: they do, or there are none. */
  readonly stopped: string | null;
  readonly windowFrom: string;
  readonly windowUntil: string;
  readonly status: StateRequestStatus;
  readonly message: string | null;
  readonly requestedAt: string;
  readonly endedAt: string | null;
}

/** A district of a new request. */
export interface NewRequestDistrict {
  readonly districtId: string;
  readonly schoolYear: number;
  /**
   * Why it will not be carried out, known beforehand (nothing of it is sent by this district);
   * `null`: it will.
   */
  readonly problem: string | null;
  /** Absent, or `null`: whatever wave it is. */
  readonly wave?: number | null;
}

interface StateRequestRow {
  readonly stateRequestID: string;
  readonly objects: string;
  readonly checkDependencies: number;
  readonly schoolYear: number | null;
  readonly scenario: StateRequest['scenario'];
  readonly mode: StateRequest['mode'];
  readonly reason: string;
  readonly windowFrom: string;
  readonly windowUntil: string;
  readonly waves: string | null;
  readonly recordsPerSecond: number | null;
  readonly stopped: string | null;
  readonly requestedBy: string;
  readonly requestHash: string;
  readonly status: StateRequestStatus;
  readonly message: string | null;
  readonly requestedAt: string;
  readonly endedAt: string | null;
}

/**
 * The id of a district's resync in a request: the same whenever it is asked for, so that a
 * dispatch may be repeated, and revealing nothing about the request.
 */
export function resyncIdOf(stateRequestId: string, districtId: string): string {
  const hash = createHash('sha256').update(`${stateRequestId}:${districtId}`).digest('hex');
  return `${stateRequestId.slice(0, 8)}-${hash.slice(0, 16)}`;
}

/**
 * Stores a request with a row for each district. The same idempotency key of the same requester
 * gives the first one back.
 * @param asked the request as the caller wrote it: equal for two requests that ask the same
 * @throws ConflictError when the key was used for another request
 */
export async function insertStateRequest(
  control: Knex,
  {
    request,
    window,
    districts,
    asked,
    idempotencyKey = null,
  }: {
    readonly request: StateRequest;
    readonly window: { readonly from: Date; readonly until: Date };
    readonly districts: readonly NewRequestDistrict[];
    readonly asked: unknown;
    readonly idempotencyKey?: string | null;
  },
): Promise<{ readonly stateRequestId: string; readonly created: boolean }> {
  const { stateRequestId } = request;
  const stored = await insertOnce<StateRequestRow>(control, {
    table: 'stateRequest',
    columns: {
      stateRequestID: stateRequestId,
      objects: JSON.stringify(request.objects),
      checkDependencies: request.checkDependencies,
      schoolYear: request.schoolYear,
      scenario: request.scenario,
      mode: request.mode,
      reason: request.reason,
      windowFrom: window.from,
      windowUntil: window.until,
      recordsPerSecond: request.recordsPerSecond ?? null,
      waves: request.waves ? JSON.stringify(request.waves) : null,
      requestedBy: request.requestedBy,
      idempotencyKey,
    },
    asked,
    wordedBy: 'stateRequestID',
    storeMore: (transaction) => insertDistricts(transaction, stateRequestId, districts),
  });
  return { stateRequestId: stored?.stateRequestID ?? stateRequestId, created: stored === null };
}

async function insertDistricts(
  transaction: Knex.Transaction,
  stateRequestId: string,
  districts: readonly NewRequestDistrict[],
): Promise<void> {
  const rows = districts.map(({ districtId, schoolYear, problem, wave = null }) => ({
    stateRequestID: stateRequestId,
    districtID: districtId,
    schoolYear,
    resyncID: resyncIdOf(stateRequestId, districtId),
    wave,
    status: problem === null ? 'waiting' : 'notRun',
    message: clip(problem),
    endedAt: problem === null ? null : now(transaction),
  }));
  for (const batch of inBatches(rows, rowsPerInsert)) await transaction('stateRequestDistrict').insert(batch);
}

/** @throws NotFoundError */
export async function loadStateRequest(control: Knex, stateRequestId: string): Promise<StoredStateRequest> {
  const [row] = await selectRows<StateRequestRow>(
    control,
    'SELECT * FROM stateRequest WHERE stateRequestID = ?',
    [stateRequestId],
  );
  if (!row) throw NotFoundError.of('request');
  return toStored(row);
}

/** A request with how many of its districts are in each status. */
export interface ListedStateRequest extends StoredStateRequest {
  readonly counts: Readonly<Partial<Record<RequestDistrictStatus, number>>>;
}

/**
 * Requests, newest first.
 * @param districts only requests that concern one of these, and only these are counted; `null`: all
 * @throws CursorError
 */
export async function listStateRequests(
  control: Knex,
  { districts, ...filter }: TimePageFilter & { readonly districts: readonly string[] | null },
): Promise<Page<ListedStateRequest>> {
  const query = control('stateRequest as s').select('s.*');
  if (districts !== null)
    void query.whereExists(
      control('stateRequestDistrict as d')
        .whereRaw('d.stateRequestID = s.stateRequestID')
        .whereIn('d.districtID', districts),
    );
  const columns = { at: 's.requestedAt', id: 's.stateRequestID' };
  const page = await pageByTime<StateRequestRow>(control, query, columns, filter);
  const counts = await countByStatus(
    control,
    page.items.map(({ stateRequestID }) => stateRequestID),
    districts,
  );
  return {
    ...page,
    items: page.items.map((row) => ({ ...toStored(row), counts: counts.get(row.stateRequestID) ?? {} })),
  };
}

async function countByStatus(
  control: Knex,
  ids: readonly string[],
  districts: readonly string[] | null,
): Promise<Map<string, Partial<Record<RequestDistrictStatus, number>>>> {
  const counts = new Map<string, Partial<Record<RequestDistrictStatus, number>>>();
  if (ids.length === 0) return counts;
  const rows = await selectRows<{ id: string; status: RequestDistrictStatus; districts: number }>(
    control,
    `SELECT stateRequestID AS id, status, COUNT(*) AS districts FROM stateRequestDistrict
      WHERE stateRequestID IN (?) ${districts === null ? '' : 'AND districtID IN (?)'}
      GROUP BY stateRequestID, status`,
    districts === null ? [ids] : [ids, districts.length > 0 ? districts : ['']],
  );
  for (const row of rows) counts.set(row.id, { ...counts.get(row.id), [row.status]: row.districts });
  return counts;
}

/** The request is under way; one that has ended stays as it is. */
export async function beginStateRequest(control: Knex, stateRequestId: string): Promise<void> {
  await control('stateRequest')
    .where({ stateRequestID: stateRequestId, status: 'accepted' })
    .update({ status: 'running' });
}

/**
 * Closes a request whose runs have all ended; districts that still wait are not done. `failed`
 * leaves runs under way to themselves. Repeating it changes nothing.
 * @throws ConflictError when districts are still under way, or wait though it finished
 */
export async function closeStateRequest(
  control: Knex,
  {
    stateRequestId,
    status,
    message,
  }: {
    readonly stateRequestId: string;
    readonly status: 'finished' | 'cancelled' | 'failed';
    readonly message: string | null;
  },
): Promise<void> {
  await inTransaction(control, async (transaction) => {
    const [open] = await selectRows<{ districts: number }>(
      transaction,
      'SELECT COUNT(*) AS districts FROM stateRequestDistrict WHERE stateRequestID = ? AND status IN (?)',
      [stateRequestId, [...inFlightStatuses, ...(status === 'finished' ? ['waiting'] : [])]],
    );
    if (open!.districts > 0 && status !== 'failed') {
      throw new ConflictError(`${open!.districts} districts of this request are still under way.`);
    }
    await transaction('stateRequestDistrict')
      .where({ stateRequestID: stateRequestId, status: 'waiting' })
      .update({ status: 'notRun', message, endedAt: now(transaction) });
    await transaction('stateRequest')
      .where({ stateRequestID: stateRequestId })
      .whereNotIn('status', [...endedRequestStatuses])
      .update({ status, message, endedAt: now(transaction) });
  });
}

/** Requests that Temporal should be carrying out, oldest first. */
export function openStateRequestIds(control: Knex): Promise<string[]> {
  return control<StateRequestRow>('stateRequest')
    .whereIn('status', openRequestStatuses)
    .orderBy('requestedAt')
    .limit(maxOpen)
    .pluck('stateRequestID');
}

/** Requests that have ended and whose districts nobody follows any more. */
export function endedWithOpenDistricts(control: Knex): Promise<string[]> {
  return control<StateRequestRow>('stateRequest as s')
    .whereIn('s.status', [...endedRequestStatuses])
    .whereExists(
      control('stateRequestDistrict as d')
        .whereRaw('d.stateRequestID = s.stateRequestID')
        .whereIn('d.status', [...inFlightStatuses]),
    )
    .limit(maxOpen)
    .pluck('s.stateRequestID');
}

function toStored(row: StateRequestRow): StoredStateRequest {
  return {
    stateRequestId: row.stateRequestID,
    objects: JSON.parse(row.objects) as StateRequest['objects'],
    checkDependencies: row.checkDependencies !== 0,
    schoolYear: row.schoolYear,
    scenario: row.scenario,
    mode: row.mode,
    reason: row.reason,
    requestedBy: row.requestedBy,
    waves: row.waves === null ? null : (JSON.parse(row.waves) as Waves),
    recordsPerSecond: row.recordsPerSecond,
    stopped: row.stopped,
    windowFrom: toIso(row.windowFrom),
    windowUntil: toIso(row.windowUntil),
    status: row.status,
    message: row.message,
    requestedAt: toIso(row.requestedAt),
    endedAt: toIso(row.endedAt),
  };
}
