/** What was asked of many districts in one call, and where each of them stands. */
import type { Knex } from 'knex';
import { clip, now } from '../../control/columns';
import { NotFoundError } from '../../control/control-error';
import { inTransaction, selectRows, toIso } from '../../control/database';
import { insertOnce } from '../../control/insert-once';
import { wasJustAsked } from '../../control/just-asked';
import { requestHashOf } from '../../control/request-hash';
import { pageByTime, type Page, type TimePageFilter } from '../../control/page';
import { inBatches } from '../../domain/batches';
import { type ActionStatus, actionStatuses, type DistrictAction } from '../../domain/district-action';
import { stalledActionSeconds } from '../../domain/state-request';
import { maxOpen } from '../../temporal/reconcile';
import { madeIdOf } from './made-id';
import type { ActionWords, Target, TargetDetail } from './targets/target';

/** Rows of one INSERT. */
const rowsPerInsert = 200;

/** `finished`: every district was tried, whatever came of it. */
export type ActionEnd = 'accepted' | 'finished' | 'failed';

export interface StoredAction {
  readonly districtActionId: string;
  readonly action: DistrictAction;
  readonly words: ActionWords;
  readonly requestedBy: string;
  readonly status: ActionEnd;
  readonly requestedAt: string;
  readonly endedAt: string | null;
}

/** One thing it does, to one district. */
export interface ActionItem {
  readonly position: number;
  readonly districtId: string;
  readonly schoolYear: number;
  readonly resyncId: string | null;
  /** Id of what it starts, where it starts something. */
  readonly madeId: string;
  readonly detail: TargetDetail | null;
  readonly status: ActionStatus;
  readonly attempts: number;
  readonly message: string | null;
}

interface ActionRow {
  readonly districtActionID: string;
  readonly action: DistrictAction;
  readonly asked: string;
  readonly requestedBy: string;
  readonly status: ActionEnd;
  readonly requestedAt: string;
  readonly endedAt: string | null;
}

interface ItemRow extends Omit<ActionItem, 'detail'> {
  readonly detail: string | null;
}

/**
 * Stores what is to be done; what can't be is stored as refused. The same idempotency key of the
 * same requester gives the first one back.
 * @param asked the request as the caller wrote it: equal for two requests that ask the same
 * @throws ConflictError when the key was used for another request
 */
export async function insertDistrictAction(
  control: Knex,
  {
    action,
    targets,
    asked,
    idempotencyKey,
  }: {
    readonly action: Pick<StoredAction, 'districtActionId' | 'action' | 'words' | 'requestedBy'>;
    readonly targets: readonly Target[];
    readonly asked: unknown;
    readonly idempotencyKey: string | null;
  },
): Promise<{ readonly districtActionId: string; readonly created: boolean }> {
  const { districtActionId, words, requestedBy } = action;
  const stored = await insertOnce<ActionRow>(control, {
    table: 'districtAction',
    columns: {
      districtActionID: districtActionId,
      action: action.action,
      asked: JSON.stringify(words),
      ...{ requestedBy, idempotencyKey },
    },
    asked,
    wordedBy: 'districtActionID',
    storeMore: (transaction) => insertItems(transaction, districtActionId, targets),
  });
  return { districtActionId: stored?.districtActionID ?? districtActionId, created: stored === null };
}

async function insertItems(
  transaction: Knex.Transaction,
  districtActionId: string,
  targets: readonly Target[],
): Promise<void> {
  const rows = targets.map(({ districtId, schoolYear, resyncId, whyNot, detail }, position) => ({
    districtActionID: districtActionId,
    ...{ position, districtID: districtId, schoolYear, resyncID: resyncId },
    madeID: madeIdOf(districtActionId, position),
    detail: detail === null ? null : JSON.stringify(detail),
    status: whyNot === null ? 'waiting' : 'refused',
    message: clip(whyNot),
    endedAt: whyNot === null ? null : now(transaction),
  }));
  for (const batch of inBatches(rows, rowsPerInsert)) await transaction('districtActionItem').insert(batch);
}

/** Was it asked before, by this key or by the same words a moment ago? */
export async function isStored(
  control: Knex,
  {
    requestedBy,
    idempotencyKey,
    asked,
  }: { readonly requestedBy: string; readonly idempotencyKey: string | null; readonly asked: unknown },
): Promise<boolean> {
  if (idempotencyKey === null)
    return wasJustAsked(control, { kind: 'districtAction', requestedBy, requestHash: requestHashOf(asked) });
  const row: unknown = await control('districtAction').where({ requestedBy, idempotencyKey }).first();
  return row !== undefined;
}

/** @throws NotFoundError */
export async function loadDistrictAction(control: Knex, districtActionId: string): Promise<StoredAction> {
  const row = await control<ActionRow>('districtAction')
    .where({ districtActionID: districtActionId })
    .first();
  if (!row) throw NotFoundError.of('action');
  return toStored(row);
}

function toStored(row: ActionRow): StoredAction {
  return {
    districtActionId: row.districtActionID,
    action: row.action,
    words: JSON.parse(row.asked) as ActionWords,
    requestedBy: row.requestedBy,
    status: row.status,
    requestedAt: toIso(row.requestedAt),
    endedAt: toIso(row.endedAt),
  };
}

/** An action with how many of its districts are in each status. */
export interface ListedAction extends StoredAction {
  readonly counts: Record<ActionStatus, number>;
}

/**
 * Actions, newest first.
 * @param actions only these
 * @param districts only actions in one of these, and only these are counted; `null`: all
 * @throws CursorError
 */
export async function listDistrictActions(
  control: Knex,
  {
    actions,
    districts,
    ...filter
  }: TimePageFilter & {
    readonly actions: readonly DistrictAction[];
    readonly districts: readonly string[] | null;
  },
): Promise<Page<ListedAction>> {
  const query = control('districtAction as a')
    .select('a.*')
    .whereIn('a.action', [...actions]);
  if (districts !== null)
    void query.whereExists(
      control('districtActionItem as i')
        .whereRaw('i.districtActionID = a.districtActionID')
        .whereIn('i.districtID', [...districts]),
    );
  const columns = { at: 'a.requestedAt', id: 'a.districtActionID' };
  const page = await pageByTime<ActionRow>(control, query, columns, filter);
  const { items } = page;
  const counts = await countItemsOf(
    control,
    items.map(({ districtActionID }) => districtActionID),
    districts,
  );
  return {
    ...page,
    items: items.map((row) => ({ ...toStored(row), counts: counts.get(row.districtActionID) ?? none() })),
  };
}

const none = (): Record<ActionStatus, number> =>
  Object.fromEntries(actionStatuses.map((status) => [status, 0])) as Record<ActionStatus, number>;

async function countItemsOf(
  control: Knex,
  ids: readonly string[],
  districts: readonly string[] | null,
): Promise<Map<string, Record<ActionStatus, number>>> {
  const query = control('districtActionItem')
    .select('districtActionID', 'status')
    .count({ items: '*' })
    .whereIn('districtActionID', [...ids])
    .groupBy('districtActionID', 'status');
  if (districts !== null) void query.whereIn('districtID', [...districts]);
  const counts = new Map<string, Record<ActionStatus, number>>();
  for (const row of (await query) as { districtActionID: string; status: ActionStatus; items: number }[]) {
    const own = counts.get(row.districtActionID) ?? none();
    own[row.status] = Number(row.items);
    counts.set(row.districtActionID, own);
  }
  return counts;
}

const itemColumns =
  'position, districtID AS districtId, schoolYear, resyncID AS resyncId, madeID AS madeId, detail, status, attempts, message';

/**
 * Its districts, in the order they were asked in.
 * @param districts only of these; `null`: all
 */
export async function readItems(
  control: Knex,
  districtActionId: string,
  districts: readonly string[] | null,
): Promise<ActionItem[]> {
  const rows = await selectRows<ItemRow>(
    control,
    `SELECT ${itemColumns} FROM districtActionItem
      WHERE districtActionID = :districtActionId ${districts === null ? '' : 'AND districtID IN (:districts)'}
      ORDER BY position`,
    { districtActionId, districts: districts === null || districts.length === 0 ? [''] : districts },
  );
  return rows.map(toItem);
}

/** Those that wait, first those that were tried least. */
export async function waitingItems(
  control: Knex,
  districtActionId: string,
  limit: number,
): Promise<ActionItem[]> {
  const rows = await selectRows<ItemRow>(
    control,
    `SELECT ${itemColumns} FROM districtActionItem
      WHERE districtActionID = ? AND status = 'waiting' ORDER BY attempts, position LIMIT ?`,
    [districtActionId, limit],
  );
  return rows.map(toItem);
}

/** How many there are in each status. */
export async function countItems(
  control: Knex,
  districtActionId: string,
): Promise<Record<ActionStatus, number>> {
  const rows = await selectRows<{ status: ActionStatus; items: number }>(
    control,
    'SELECT status, COUNT(*) AS items FROM districtActionItem WHERE districtActionID = ? GROUP BY status',
    [districtActionId],
  );
  const counts = Object.fromEntries(actionStatuses.map((status) => [status, 0]));
  for (const { status, items } of rows) counts[status] = items;
  return counts as Record<ActionStatus, number>;
}

/** Where what an action starts is kept, under which id. */
const madeIn: Readonly<Partial<Record<DistrictAction, readonly [table: string, id: string]>>> = {
  verify: ['verification', 'verificationID'],
  certify: ['certification', 'certificationID'],
  retry: ['resync', 'resyncID'],
};

/** How many of the things it has started have not ended yet, and how many take long by now. */
export async function countUnderWay(
  control: Knex,
  { districtActionId, action }: Pick<StoredAction, 'districtActionId' | 'action'>,
): Promise<{ readonly inFlight: number; readonly stalled: number }> {
  const made = madeIn[action];
  if (made === undefined) return { inFlight: 0, stalled: 0 };
  const [table, id] = made;
  const [row] = await selectRows<{ inFlight: number; stalled: number }>(
    control,
    `SELECT COUNT(*) AS inFlight,
            COUNT(IF(t.requestedAt < UTC_TIMESTAMP(3) - INTERVAL ? SECOND, 1, NULL)) AS stalled
       FROM districtActionItem i JOIN ${table} t ON t.${id} = i.madeID
      WHERE i.districtActionID = ? AND t.endedAt IS NULL`,
    [stalledActionSeconds, districtActionId],
  );
  return row!;
}

/** What came of one; one that has ended stays as it is. */
export async function noteItem(
  control: Knex,
  {
    districtActionId,
    position,
    status,
    message,
  }: { districtActionId: string; position: number; status: ActionStatus; message: string | null },
): Promise<void> {
  await control('districtActionItem')
    .where({ districtActionID: districtActionId, position, status: 'waiting' })
    .update({
      status,
      message: clip(message),
      attempts: control.raw('attempts + 1'),
      endedAt: status === 'waiting' ? null : now(control),
    });
}

/**
 * Closes it; what still waits has failed with it. Repeating it changes nothing.
 * @param failure why it is given up; `null`: it is done
 */
export async function closeDistrictAction(
  control: Knex,
  districtActionId: string,
  failure: string | null,
): Promise<void> {
  await inTransaction(control, async (transaction) => {
    await transaction('districtActionItem')
      .where({ districtActionID: districtActionId, status: 'waiting' })
      .update({ status: 'failed', message: clip(failure), endedAt: now(transaction) });
    await transaction('districtAction')
      .where({ districtActionID: districtActionId, status: 'accepted' })
      .update({ status: failure === null ? 'finished' : 'failed', endedAt: now(transaction) });
  });
}

/** Those that Temporal should be carrying out, oldest first. */
export function openDistrictActionIds(control: Knex, olderThanSeconds: number): Promise<string[]> {
  return control<ActionRow>('districtAction')
    .where({ status: 'accepted' })
    .whereRaw('requestedAt < UTC_TIMESTAMP(3) - INTERVAL ? SECOND', [olderThanSeconds])
    .orderBy('requestedAt')
    .limit(maxOpen)
    .pluck('districtActionID');
}

function toItem({ detail, ...row }: ItemRow): ActionItem {
  return { ...row, detail: detail === null ? null : (JSON.parse(detail) as TargetDetail) };
}
