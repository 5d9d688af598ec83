import type { Knex } from 'knex';
import { parseRecordKey, type RecordKey } from '../../domain/record-error';
import { describeRemovals, type RemovalDecision, type RemovalStatus } from '../../domain/removals';
import { decodeCursor, maxPageRows, type Page, toPage, totalOf } from '../../control/page';
import { selectRows, toIso } from '../../control/database';

/** A record gone at the district, and what became of it at the state. */
export interface RemovalView {
  readonly key: RecordKey;
  readonly guid: string | null;
  readonly status: RemovalStatus;
  /** Why it was kept. */
  readonly reason: string | null;
}

/** The removals of one object in one resync. */
export interface RemovalObjectView {
  readonly object: string;
  readonly decision: RemovalDecision;
  readonly found: number;
  /** The object's records at the state when it was looked for. */
  readonly records: number;
  /** `found` of `records`, in percent with two digits. */
  readonly sharePercent: number;
  readonly thresholdPercent: number;
  readonly removed: number;
  readonly kept: number;
  readonly reason: string | null;
  /** End of the wait for an approval. */
  readonly expiresAt: string | null;
  readonly decidedBy: string | null;
  readonly decidedAt: string | null;
  /** The first records found. */
  readonly samples: readonly RemovalView[];
}

interface ObjectRow {
  readonly objectName: string;
  readonly decision: RemovalDecision;
  readonly found: number;
  readonly records: number;
  readonly thresholdPercent: string;
  readonly reason: string | null;
  readonly expiresAt: string | null;
  readonly decidedBy: string | null;
  readonly decidedAt: string | null;
  readonly removed: number;
  readonly kept: number;
}

interface RecordRow {
  readonly recordKey: string;
  readonly guid: string | null;
  readonly status: RemovalStatus;
  readonly reason: string | null;
}

/** Samples shown of each object. */
const sampleRecords = 10;

/**
 * The objects with something gone, children first; none when the resync wasn't asked to remove.
 * What still waited when its run ended (cancelled, lost) has expired.
 */
export async function readRemovals(control: Knex, resyncId: string): Promise<RemovalObjectView[]> {
  const views: RemovalObjectView[] = [];
  for (const row of await objectResults(control, resyncId)) {
    const { items } = await listRemovals(control, { resyncId, object: row.objectName, limit: sampleRecords });
    views.push(toObjectView(row, items));
  }
  return views;
}

function objectResults(control: Knex, resyncId: string): Promise<ObjectRow[]> {
  const settled = (status: RemovalStatus): string =>
    `(SELECT COUNT(*) FROM removal r
       WHERE r.resyncID = o.resyncID AND r.objectName = o.objectName AND r.status = '${status}') AS ${status}`;
  return selectRows<ObjectRow>(
    control,
    `SELECT o.objectName, IF(o.decision = 'awaiting' AND e.endedAt IS NOT NULL, 'expired', o.decision) AS decision, o.found, o.records, o.thresholdPercent, o.reason, o.expiresAt, o.decidedBy,
            o.decidedAt, ${settled('removed')}, ${settled('kept')}
       FROM removalObject o JOIN resync e ON e.resyncID = o.resyncID WHERE o.resyncID = ? ORDER BY o.position DESC`,
    [resyncId],
  );
}

function toObjectView(row: ObjectRow, samples: readonly RemovalView[]): RemovalObjectView {
  const { objectName, thresholdPercent, expiresAt, decidedAt, ...rest } = row;
  return {
    object: objectName,
    ...rest,
    sharePercent: row.records === 0 ? 0 : Math.round((row.found * 10_000) / row.records) / 100,
    thresholdPercent: Number(thresholdPercent),
    expiresAt: toIso(expiresAt),
    decidedAt: toIso(decidedAt),
    samples,
  };
}

export interface RemovalFilter {
  readonly resyncId: string;
  readonly object: string;
  readonly status?: RemovalStatus | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** Records of one object, in the order of their keys' text. @throws CursorError */
export async function listRemovals(
  control: Knex,
  { resyncId, object, status, limit: asked = 100, cursor }: RemovalFilter,
): Promise<Page<RemovalView>> {
  const limit = Math.min(asked, maxPageRows);
  const query = control('removal')
    .select('recordKey', 'guid', 'status', 'reason')
    .where({ resyncID: resyncId, objectName: object });
  if (status !== undefined) void query.where({ status });
  const total = await totalOf(control, query, { cursor });
  if (cursor !== undefined) void query.where('recordKey', '>', decodeCursor(cursor, ['string'])[0]!);
  const rows = (await query.orderBy('recordKey').limit(limit + 1)) as RecordRow[];
  const page = toPage(rows, limit, (row) => [row.recordKey]);
  return {
    ...{ ...page, ...total },
    items: page.items.map(({ recordKey, ...row }) => ({ key: parseRecordKey(recordKey), ...row })),
  };
}

/** What became of all that was found, in words for the end of the run; `null`: nothing was gone. */
export async function summarizeRemovals(control: Knex, resyncId: string): Promise<string | null> {
  const rows = await objectResults(control, resyncId);
  return describeRemovals(rows.map(({ objectName, ...row }) => ({ object: objectName, ...row })));
}
