import type { Knex } from 'knex';
import { countNames, noRecords, type RangeCounts } from '../../domain/outcome';
import { selectRows } from '../../control/database';

/** Columns that hold RangeCounts, in rangeLedger and DISBatchHistory alike. */
export type CountRow = Record<(typeof countNames)[number], number>;

/** The counts of a row, and nothing else of it. */
export function toCounts(row: CountRow): RangeCounts {
  return {
    inserted: row.inserted,
    updated: row.updated,
    unchanged: row.unchanged,
    excluded: row.excluded,
    blocked: row.blocked,
    failed: row.failed,
    extra: row.extra,
  };
}

/** Sums of one object's ledger. */
export interface LedgerSums {
  readonly counts: RangeCounts;
  readonly read: number;
  /** Ranges whose last page is written. */
  readonly rangesDone: number;
}

export const emptyLedger: LedgerSums = { counts: noRecords, read: 0, rangesDone: 0 };

interface LedgerRow extends CountRow {
  readonly objectName: string;
  readonly recordsRead: number;
  readonly rangesDone: number;
}

/** Ledger sums of a resync by object; walks the primary key's prefix (resyncID, objectName). */
export async function sumLedger(
  control: Knex,
  { resyncId, objects }: { resyncId: string; objects: readonly string[] },
): Promise<Map<string, LedgerSums>> {
  if (objects.length === 0) return new Map();
  const sums = [...countNames, 'recordsRead'].map((column) => `CAST(SUM(${column}) AS SIGNED) AS ${column}`);
  const rows = await selectRows<LedgerRow>(
    control,
    `SELECT objectName, ${sums.join(', ')}, CAST(SUM(lastPage AND rangeNo >= 0) AS SIGNED) AS rangesDone
       FROM rangeLedger WHERE resyncID = ? AND objectName IN (${objects.map(() => '?').join(', ')})
      GROUP BY objectName`,
    [resyncId, ...objects],
  );
  return new Map(
    rows.map((row) => [
      row.objectName,
      { counts: toCounts(row), read: row.recordsRead, rangesDone: row.rangesDone },
    ]),
  );
}
