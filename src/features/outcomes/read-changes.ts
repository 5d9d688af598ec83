import type { Knex } from 'knex';
import { selectRows, toIso } from '../../control/database';
import { type Color, type CountsView, viewCounts } from '../../domain/outcome';
import type { Initiator } from '../../domain/resync';
import { type CountRow, toCounts } from '../resyncs/ledger-sums';

interface HistoryRow extends CountRow {
  readonly resyncID: string;
  readonly objectName: string;
  readonly color: Color;
  readonly startedAt: string;
}

interface CodeChange {
  readonly code: string;
  readonly new: number;
  readonly resolved: number;
}

/** An object of a resync beside its resync before. */
export interface ObjectChange {
  readonly object: string;
  readonly before: {
    readonly resyncId: string;
    readonly startedAt: string;
    readonly color: Color;
    readonly counts: CountsView;
  } | null;
  readonly color: Color;
  readonly counts: CountsView;
  readonly new: number;
  readonly resolved: number;
  readonly codes: readonly CodeChange[];
}

/**
 * What a resync of whole objects changed, object by object: each is compared with the resync that
 * sent it before, whichever that was.
 * @param initiator only resyncs of this initiator are before it; `null`: all
 */
export async function readChanges(
  control: Knex,
  { resyncId, initiator }: { readonly resyncId: string; readonly initiator: Initiator | null },
): Promise<ObjectChange[]> {
  const rows = await selectRows<HistoryRow>(
    control,
    'SELECT * FROM DISBatchHistory WHERE resyncID = ? AND startedAt IS NOT NULL ORDER BY position',
    [resyncId],
  );
  if (rows.length === 0) return [];
  const before = new Map(
    (await rowsBefore(control, rows, initiator)).map((row) => [row.objectName, row] as const),
  );
  const codes = await codesOf(control, rows, before);
  return rows.map((row) => {
    const changed = codes.get(row.objectName) ?? [];
    const sum = (of: (change: CodeChange) => number) => changed.reduce((total, one) => total + of(one), 0);
    return {
      object: row.objectName,
      before: viewOf(before.get(row.objectName)),
      color: row.color,
      counts: viewCounts(toCounts(row)),
      new: sum((change) => change.new),
      resolved: sum((change) => change.resolved),
      codes: changed,
    };
  });
}

function viewOf(row: HistoryRow | undefined): ObjectChange['before'] {
  if (!row) return null;
  const { resyncID, startedAt, color } = row;
  return { resyncId: resyncID, startedAt: toIso(startedAt), color, counts: viewCounts(toCounts(row)) };
}

/** One step of the index newest(districtID, objectName, schoolYear, startedAt) for each object. */
function rowsBefore(
  control: Knex,
  rows: readonly HistoryRow[],
  initiator: Initiator | null,
): Promise<HistoryRow[]> {
  // One whose errors were removed can't be compared with.
  const own = `JOIN resync r ON r.resyncID = h.resyncID AND r.errorsRemovedAt IS NULL
    ${initiator === null ? '' : 'AND r.initiator = ?'}`;
  const one = `(SELECT h.* FROM DISBatchHistory n JOIN DISBatchHistory h
      ON h.districtID = n.districtID AND h.objectName = n.objectName AND h.schoolYear = n.schoolYear
     AND h.startedAt < n.startedAt AND h.selected IS NULL ${own}
    WHERE n.resyncID = ? AND n.objectName = ? ORDER BY h.startedAt DESC, h.batchHistoryID DESC LIMIT 1)`;
  return selectRows<HistoryRow>(
    control,
    rows.map(() => one).join(' UNION ALL '),
    rows.flatMap(({ resyncID, objectName }) => [
      ...(initiator === null ? [] : [initiator]),
      ...[resyncID, objectName],
    ]),
  );
}

/** Records with an error in one resync and none in the other, by code. */
async function codesOf(
  control: Knex,
  rows: readonly HistoryRow[],
  before: ReadonlyMap<string, HistoryRow>,
): Promise<Map<string, CodeChange[]>> {
  const pairs = rows.flatMap((row) => {
    const last = before.get(row.objectName);
    return last ? [[row.objectName, row.resyncID, last.resyncID] as const] : [];
  });
  const codes = new Map<string, CodeChange[]>();
  if (pairs.length === 0) return codes;
  const onlyIn = (
    kind: 'new' | 'resolved',
  ) => `(SELECT a.objectName, '${kind}' AS kind, a.code, COUNT(*) AS errors
     FROM recordError a LEFT JOIN recordError b
       ON b.resyncID = ? AND b.objectName = a.objectName AND b.recordKey = a.recordKey
    WHERE a.resyncID = ? AND a.objectName = ? AND b.recordErrorID IS NULL GROUP BY a.objectName, a.code)`;
  const found = await selectRows<{
    readonly objectName: string;
    readonly kind: 'new' | 'resolved';
    readonly code: string;
    readonly errors: number;
  }>(
    control,
    pairs.map(() => `${onlyIn('new')} UNION ALL ${onlyIn('resolved')}`).join(' UNION ALL '),
    pairs.flatMap(([object, now, last]) => [last, now, object, now, last, object]),
  );
  for (const { objectName, kind, code, errors } of found) {
    const list = codes.get(objectName) ?? [];
    const known = list.find((change) => change.code === code) ?? { code, new: 0, resolved: 0 };
    codes.set(objectName, [...list.filter((change) => change !== known), { ...known, [kind]: errors }]);
  }
  return codes;
}
