import type { Knex } from 'knex';
import { parseRecordKey } from '../../domain/record-error';
import type { Initiator } from '../../domain/resync';
import type { SyncEventStatus } from '../../domain/sync-event';
import { decodeCursor, maxPageRows, type Page, toPage } from '../../control/page';
import { selectRows, toIso } from '../../control/database';
import type { SyncEventRefusal } from './sync-event-store';

/** A sync event as people see it. */
export interface SyncEventView {
  readonly syncEventId: string;
  readonly districtId: string;
  readonly object: string;
  /** Records that were named; `null`: all that differ. */
  readonly keys: number | null;
  readonly resyncId: string | null;
  /** Who asked for that resync; `null`: it came by an announcement of the state. */
  readonly initiator: Initiator | null;
  readonly requestedBy: string;
  readonly status: SyncEventStatus;
  readonly assigned: number;
  readonly carried: number;
  readonly unchanged: number;
  readonly failed: number;
  readonly message: string | null;
  readonly requestedAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

interface EventRow extends Omit<SyncEventView, 'syncEventId' | 'districtId' | 'object' | 'resyncId'> {
  readonly syncEventID: string;
  readonly districtID: string;
  readonly objectName: string;
  readonly resyncID: string | null;
}

const selected = `e.syncEventID, e.districtID, e.objectName, JSON_LENGTH(e.recordKeys) AS \`keys\`, e.resyncID, r.initiator,
  e.requestedBy, e.status, e.assigned, e.carried, e.unchanged, e.failed, e.message, e.requestedAt, e.startedAt, e.endedAt`;
const from = 'syncEvent e LEFT JOIN resync r ON r.resyncID = e.resyncID';

/** Sync events of a district, the newest first. @throws CursorError */
export async function listSyncEvents(
  control: Knex,
  {
    districtId,
    object,
    cursor,
    ...rest
  }: {
    readonly districtId: string;
    readonly object?: string | undefined;
    readonly limit?: number | undefined;
    readonly cursor?: string | undefined;
  },
): Promise<Page<SyncEventView>> {
  const limit = Math.min(rest.limit ?? 50, maxPageRows);
  const where = ['e.districtID = ?'];
  const values: (string | number)[] = [districtId];
  if (object !== undefined) {
    where.push('e.objectName = ?');
    values.push(object);
  }
  if (cursor !== undefined) {
    const [at, id] = decodeCursor(cursor, ['string', 'string']) as [string, string];
    where.push('(e.requestedAt < ? OR (e.requestedAt = ? AND e.syncEventID < ?))');
    values.push(at, at, id);
  }
  const rows = await selectRows<EventRow>(
    control,
    `SELECT ${selected} FROM ${from} WHERE ${where.join(' AND ')}
      ORDER BY e.requestedAt DESC, e.syncEventID DESC LIMIT ?`,
    [...values, limit + 1],
  );
  const page = toPage(rows, limit, ({ requestedAt, syncEventID }) => [requestedAt, syncEventID]);
  return { items: page.items.map(toView), nextCursor: page.nextCursor };
}

/** One event of a district; `null`: the district has none of this id. */
export async function readSyncEvent(
  control: Knex,
  { districtId, syncEventId }: { readonly districtId: string; readonly syncEventId: string },
): Promise<SyncEventView | null> {
  const [row] = await selectRows<EventRow>(
    control,
    `SELECT ${selected} FROM ${from} WHERE e.districtID = ? AND e.syncEventID = ?`,
    [districtId, syncEventId],
  );
  return row ? toView(row) : null;
}

/** Records that the values didn't reach; at most a page of them. */
export async function listSyncRefusals(
  control: Knex,
  { syncEventId }: { readonly syncEventId: string },
): Promise<SyncEventRefusal[]> {
  const rows = await selectRows<Omit<SyncEventRefusal, 'key'> & { recordKey: string }>(
    control,
    `SELECT recordKey, guid, code, field, message FROM syncEventRecord WHERE syncEventID = ? ORDER BY recordKey LIMIT ?`,
    [syncEventId, maxPageRows],
  );
  return rows.map(({ recordKey, ...rest }) => ({ key: parseRecordKey(recordKey), ...rest }));
}

function toView({ syncEventID, districtID, objectName, resyncID, ...row }: EventRow): SyncEventView {
  return {
    ...row,
    syncEventId: syncEventID,
    districtId: districtID,
    object: objectName,
    resyncId: resyncID,
    requestedAt: toIso(row.requestedAt),
    startedAt: toIso(row.startedAt),
    endedAt: toIso(row.endedAt),
  };
}
