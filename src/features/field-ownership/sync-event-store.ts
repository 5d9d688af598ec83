import { clip, now } from '../../control/columns';
import type { Knex } from 'knex';
import { inBatches } from '../../domain/batches';
import { formatRecordKey, parseRecordKey, type RecordKey, storedKey } from '../../domain/record-error';
import { openSyncEventStatuses, type SyncEventStatus } from '../../domain/sync-event';
import { NotFoundError } from '../../control/control-error';
import { inTransaction, selectRows } from '../../control/database';
import { insertUnlessJustAsked } from '../../control/just-asked';
import { requestHashOf } from '../../control/request-hash';
import { postAlert } from '../alerts/post';
import { alertCategories } from '../../domain/alert-categories';

/** What a sync event is about. */
export interface NewSyncEvent {
  readonly syncEventId: string;
  readonly districtId: string;
  readonly object: string;
  /** `null`: every record whose values differ. */
  readonly keys: readonly RecordKey[] | null;
  /** The run after which it came; `null`: the state announced it. */
  readonly resyncId: string | null;
  readonly requestedBy: string;
}

/** Stores an event; one with the same id is left as it is. */
export async function insertSyncEvent(control: Knex, event: NewSyncEvent): Promise<void> {
  await control('syncEvent').insert(toColumns(event)).onConflict('syncEventID').merge(['syncEventID']);
}

/**
 * Stores an event that somebody announces.
 * @returns its id, or that of the one which the same requester announced a moment ago
 */
export async function announceSyncEvent(control: Knex, event: NewSyncEvent): Promise<string> {
  const { syncEventId, districtId, object, keys, requestedBy } = event;
  const kept = { table: 'syncEvent', idColumn: 'syncEventID' } as const;
  const requestHash = requestHashOf({ districtId, object, keys });
  const stored = await insertUnlessJustAsked<WorkRow>(
    control,
    kept,
    { kind: kept.table, id: syncEventId, requestedBy, requestHash },
    async (transaction) => void (await transaction(kept.table).insert(toColumns(event))),
  );
  return stored?.syncEventID ?? syncEventId;
}

function toColumns({ syncEventId, districtId, object, keys, resyncId, requestedBy }: NewSyncEvent): object {
  return {
    syncEventID: syncEventId,
    districtID: districtId,
    objectName: object,
    recordKeys: keys && JSON.stringify(keys),
    resyncID: resyncId,
    requestedBy: clip(requestedBy, 128),
    status: 'accepted' satisfies SyncEventStatus,
  };
}

/** An event as the one who carries it out needs it. */
export interface SyncEventWork extends NewSyncEvent {
  readonly status: SyncEventStatus;
  /** Pages that are in the sums. */
  readonly pages: number;
  readonly upTo: RecordKey | null;
  /**
   * Records the next page set out to write before it was cut off: those that are equal now, it had
   * written.
   */
  readonly pending: readonly RecordKey[];
}

interface WorkRow {
  readonly syncEventID: string;
  readonly districtID: string;
  readonly objectName: string;
  readonly recordKeys: string | null;
  readonly resyncID: string | null;
  readonly requestedBy: string;
  readonly status: SyncEventStatus;
  readonly pages: number;
  readonly upToKey: string | null;
  readonly pendingKeys: string | null;
}

/** @throws NotFoundError */
export async function loadSyncEvent(control: Knex, syncEventId: string): Promise<SyncEventWork> {
  const row = await control<WorkRow>('syncEvent').where({ syncEventID: syncEventId }).first();
  if (!row) throw new NotFoundError(`There is no sync event ${syncEventId}.`);
  return {
    syncEventId,
    districtId: row.districtID,
    object: row.objectName,
    keys: row.recordKeys === null ? null : parseKeys(row.recordKeys),
    resyncId: row.resyncID,
    requestedBy: row.requestedBy,
    status: row.status,
    pages: row.pages,
    upTo: row.upToKey === null ? null : parseRecordKey(row.upToKey),
    pending: row.pendingKeys === null ? [] : parseKeys(row.pendingKeys),
  };
}

function parseKeys(text: string): RecordKey[] {
  return (JSON.parse(text) as unknown[]).map((key) => parseRecordKey(JSON.stringify(key)));
}

/** An accepted event is under way from now on. Safe to repeat. */
export async function startSyncEvent(control: Knex, syncEventId: string): Promise<void> {
  await control('syncEvent')
    .where({ syncEventID: syncEventId, status: 'accepted' satisfies SyncEventStatus })
    .update({ status: 'running', startedAt: now(control) });
}

/**
 * Says what a page sets out to write, before it does: the district's transaction can't tell it
 * afterwards.
 */
export async function notePending(
  control: Knex,
  { syncEventId, pages, keys }: { syncEventId: string; pages: number; keys: readonly RecordKey[] },
): Promise<void> {
  await control('syncEvent')
    .where({ syncEventID: syncEventId, pages })
    .update({ pendingKeys: JSON.stringify(keys) });
}

/** A record an event's value didn't reach. */
export interface SyncEventRefusal {
  readonly key: RecordKey;
  readonly guid: string | null;
  readonly code: string;
  readonly field: string | null;
  readonly message: string;
}

/** What a page came to. */
export interface SettledPage {
  readonly syncEventId: string;
  /** Pages before it; when they are more by now, another attempt has settled this page. */
  readonly pages: number;
  readonly upTo: RecordKey | null;
  readonly carried: number;
  readonly unchanged: number;
  readonly refused: readonly SyncEventRefusal[];
}

/** Adds a page to the sums, once. */
export async function settleSyncPage(control: Knex, page: SettledPage): Promise<void> {
  const { syncEventId, pages, upTo, carried, unchanged, refused } = page;
  await inTransaction(control, async (transaction) => {
    const settled = await transaction('syncEvent')
      .where({ syncEventID: syncEventId, pages })
      .update({
        pages: pages + 1,
        upToKey: upTo && formatRecordKey(upTo),
        pendingKeys: null,
        carried: transaction.raw('carried + ?', [carried]),
        unchanged: transaction.raw('unchanged + ?', [unchanged]),
      });
    if (settled === 0) return;
    for (const batch of inBatches(refused, 500)) {
      await transaction('syncEventRecord')
        .insert(
          batch.map(({ key, guid, code, field, message }) => ({
            syncEventID: syncEventId,
            recordKey: storedKey(key),
            guid,
            code,
            field,
            message: clip(message),
          })),
        )
        .onConflict(['syncEventID', 'recordKey'])
        .merge(['code', 'field', 'message']);
    }
    await countRefused(transaction, syncEventId);
  });
}

/** The sum is that of the stored records, whoever stored them. */
async function countRefused(control: Knex, syncEventId: string): Promise<void> {
  await control.raw(
    `UPDATE syncEvent SET failed = (SELECT COUNT(*) FROM syncEventRecord r WHERE r.syncEventID = ?)
      WHERE syncEventID = ?`,
    [syncEventId, syncEventId],
  );
}

interface EndedRow {
  readonly districtID: string;
  readonly objectName: string;
  readonly resyncID: string | null;
  readonly failed: number;
}

/**
 * Ends an event, and tells the state when it came to nothing or left records behind that its
 * object's event before had not. One that has ended is left as it is.
 */
export async function endSyncEvent(
  control: Knex,
  {
    syncEventId,
    status,
    message,
  }: {
    readonly syncEventId: string;
    readonly status: 'finished' | 'failed';
    readonly message: string | null;
  },
): Promise<void> {
  await inTransaction(control, async (transaction) => {
    await countRefused(transaction, syncEventId);
    const ended = await transaction('syncEvent')
      .where({ syncEventID: syncEventId })
      .whereNull('endedAt')
      .update({
        status,
        message: clip(message),
        pendingKeys: null,
        endedAt: now(transaction),
      });
    if (ended === 0) return;
    const row = await transaction<EndedRow & { syncEventID: string }>('syncEvent')
      .where({ syncEventID: syncEventId })
      .first();
    if (!row) return;
    const left = row.failed > 0 && row.failed !== (await failedBefore(transaction, syncEventId, row));
    if (status === 'finished' && !left) return;
    await postAlert(transaction, {
      alertKey: clip(`sync-event:${syncEventId}`, 191),
      category: alertCategories.resync,
      name: 'Sync Event Incomplete',
      text:
        `The state's values of ${row.objectName} did not all reach ${row.districtID} ` +
        `(sync event ${syncEventId}, ${row.failed} records left). ${message ?? ''}`.trim(),
      districtId: row.districtID,
      right: 'fieldSettings',
      level: 'state',
      resyncId: row.resyncID,
    });
  });
}

async function failedBefore(
  control: Knex,
  syncEventId: string,
  { districtID, objectName }: EndedRow,
): Promise<number> {
  const [before] = await selectRows<{ failed: number }>(
    control,
    `SELECT failed FROM syncEvent WHERE districtID = ? AND objectName = ? AND syncEventID <> ? AND endedAt IS NOT NULL
      ORDER BY endedAt DESC LIMIT 1`,
    [districtID, objectName, syncEventId],
  );
  return before?.failed ?? 0;
}

/**
 * Events that have not ended and are older than this, the oldest first; at most 100. One that comes
 * after a run is the run's own to start while that is under way: until then its values may still be
 * being assigned.
 */
export async function openSyncEvents(
  control: Knex,
  { olderThanSeconds }: { readonly olderThanSeconds: number },
): Promise<{ syncEventId: string; districtId: string }[]> {
  const rows = await selectRows<{ syncEventID: string; districtID: string }>(
    control,
    `SELECT e.syncEventID, e.districtID FROM syncEvent e LEFT JOIN resync r ON r.resyncID = e.resyncID
      WHERE e.status IN (?) AND e.requestedAt < UTC_TIMESTAMP(3) - INTERVAL ? SECOND
        AND (e.resyncID IS NULL OR r.endedAt IS NOT NULL)
      ORDER BY e.requestedAt LIMIT 100`,
    [openSyncEventStatuses, olderThanSeconds],
  );
  return rows.map(({ syncEventID, districtID }) => ({ syncEventId: syncEventID, districtId: districtID }));
}
