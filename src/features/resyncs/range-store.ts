import type { Knex } from 'knex';
import { inBatches } from '../../domain/batches';
import type { KeyOrder } from '../../domain/key-order';
import type { KeyRange } from '../../domain/range';
import { formatRecordKey, parseRecordKey, type RecordKey } from '../../domain/record-error';
import { NotFoundError } from '../../control/control-error';
import { inTransaction, selectRows } from '../../control/database';

/** Rows of one INSERT. */
const rowsPerInsert = 500;

interface ObjectRef {
  readonly resyncId: string;
  readonly object: string;
}

/**
 * Stores the ranges of an object once: bounds are frozen, so a repeated activity that cut other
 * bounds gets the first ones.
 * @param keyOrder how their keys compare; absent: no page of the run will tell of a record
 * @returns number of ranges stored for the object
 * @throws NotFoundError when the object isn't planned in this resync
 */
export async function saveRanges(
  control: Knex,
  {
    resyncId,
    object,
    ranges,
    keyOrder = null,
  }: ObjectRef & { readonly ranges: readonly KeyRange[]; readonly keyOrder?: KeyOrder | null },
): Promise<number> {
  return inTransaction(control, async (transaction) => {
    // The history row is the lock: two attempts of the same activity store one set of bounds.
    const planned = await selectRows(
      transaction,
      'SELECT batchHistoryID FROM DISBatchHistory WHERE resyncID = ? AND objectName = ? FOR UPDATE',
      [resyncId, object],
    );
    if (planned.length === 0) throw new NotFoundError(`${object} is not planned in this resync.`);
    const stored = await countRanges(transaction, { resyncId, object });
    if (stored > 0) return stored;
    const rows = ranges.map(({ rangeNo, after, upTo }) => ({
      resyncID: resyncId,
      objectName: object,
      rangeNo,
      afterKey: after && formatRecordKey(after),
      upToKey: upTo && formatRecordKey(upTo),
    }));
    for (const batch of inBatches(rows, rowsPerInsert)) await transaction('resyncRange').insert(batch);
    if (keyOrder !== null) {
      await transaction('DISBatchHistory')
        .where({ resyncID: resyncId, objectName: object })
        .update({ keyOrder: JSON.stringify(keyOrder) });
    }
    return rows.length;
  });
}

/** @throws NotFoundError */
export async function loadRange(
  control: Knex,
  { resyncId, object, rangeNo }: ObjectRef & { readonly rangeNo: number },
): Promise<KeyRange> {
  const [row] = await selectRows<{ afterKey: string | null; upToKey: string | null }>(
    control,
    'SELECT afterKey, upToKey FROM resyncRange WHERE resyncID = ? AND objectName = ? AND rangeNo = ?',
    [resyncId, object, rangeNo],
  );
  if (!row) throw new NotFoundError(`${object} has no range ${rangeNo} in this resync.`);
  return { rangeNo, after: toKey(row.afterKey), upTo: toKey(row.upToKey) };
}

/** The upper bound of the object in this run; `null`: it has none. */
export async function lastBound(control: Knex, { resyncId, object }: ObjectRef): Promise<RecordKey | null> {
  const [row] = await selectRows<{ upToKey: string | null }>(
    control,
    'SELECT upToKey FROM resyncRange WHERE resyncID = ? AND objectName = ? ORDER BY rangeNo DESC LIMIT 1',
    [resyncId, object],
  );
  return toKey(row?.upToKey ?? null);
}

/** Number of ranges stored for an object; 0 before they are cut. */
export async function countRanges(control: Knex, { resyncId, object }: ObjectRef): Promise<number> {
  const [row] = await selectRows<{ ranges: number }>(
    control,
    'SELECT COUNT(*) AS ranges FROM resyncRange WHERE resyncID = ? AND objectName = ?',
    [resyncId, object],
  );
  return row!.ranges;
}

function toKey(text: string | null): RecordKey | null {
  return text === null ? null : parseRecordKey(text);
}
