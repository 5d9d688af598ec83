import type { Knex } from 'knex';
import { parseRecordKey } from '../../domain/record-error';
import type { Initiator } from '../../domain/resync';
import type { Level } from '../../domain/rights';
import type { SyncEventStatus } from '../../domain/sync-event';
import { maxPageRows, pageByTime, type Page, type TimePageFilter } from '../../control/page';
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

const columns = [
  'e.syncEventID',
  'e.districtID',
  'e.objectName',
  'e.resyncID',
  'r.initiator',
  'e.requestedBy',
  'e.status',
  'e.assigned',
  'e.carried',
  'e.unchanged',
  'e.failed',
  'e.message',
  'e.requestedAt',
  'e.startedAt',
  'e.endedAt',
];

/** Whose events they are, and who reads them. */
interface EventsOf {
  readonly districtId: string;
  /**
   * The district doesn't see what came after a run of the state's: which objects such a run has is
   * not its to know, nor when it came to them.
   */
  readonly level: Level;
}

/** Events of a district, each with the resync after which it came. */
function eventsOf(control: Knex, { districtId, level }: EventsOf): Knex.QueryBuilder {
  const events = control('syncEvent as e')
    .leftJoin('resync as r', 'r.resyncID', 'e.resyncID')
    .select(columns)
    .select(control.raw('JSON_LENGTH(e.recordKeys) AS `keys`'))
    .where('e.districtID', districtId);
  if (level === 'district')
    void events.where((own) => void own.whereNull('e.resyncID').orWhere('r.initiator', 'district'));
  return events;
}

/** Sync events of a district, newest first. @throws CursorError */
export async function listSyncEvents(
  control: Knex,
  {
    districtId,
    level,
    object,
    ...filter
  }: TimePageFilter & EventsOf & { readonly object?: string | undefined },
): Promise<Page<SyncEventView>> {
  const query = eventsOf(control, { districtId, level });
  if (object !== undefined) void query.where('e.objectName', object);
  const page = await pageByTime<EventRow>(
    control,
    query,
    { at: 'e.requestedAt', id: 'e.syncEventID' },
    filter,
  );
  return { ...page, items: page.items.map(toView) };
}

/** One event of a district; `null`: the district has none of this id. */
export async function readSyncEvent(
  control: Knex,
  { syncEventId, ...of }: EventsOf & { readonly syncEventId: string },
): Promise<SyncEventView | null> {
  const [row] = (await eventsOf(control, of).where('e.syncEventID', syncEventId)) as EventRow[];
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
