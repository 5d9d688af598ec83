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

interface ObjectsRef {
  readonly resyncId: string;
  readonly objects: readonly string[];
}

/** How an object is cut. */
export interface CutObject {
  readonly ranges: readonly KeyRange[];
  /** How the keys compare; `null`: no page of the run will tell of a record. */
  readonly keyOrder: KeyOrder | null;
}

/**
 * Stores the ranges of objects once, in one transaction: bounds are frozen, so a repeated activity
 * that cut other bounds gets the first ones.
 * @param cuts by the object's name
 * @returns number of ranges stored for each object
 * @throws NotFoundError when an object isn't planned in this resync
 */
export async function saveRanges(
  control: Knex,
  { resyncId, cuts }: { readonly resyncId: string; readonly cuts: ReadonlyMap<string, CutObject> },
): Promise<ReadonlyMap<string, number>> {
  if (cuts.size === 0) return new Map();
  const objects = [...cuts.keys()];
  return inTransaction(control, async (transaction) => {
    // The history rows are the lock: two attempts of the same activity store one set of bounds.
    const planned = await selectRows<{ objectName: string }>(
      transaction,
      `SELECT objectName FROM DISBatchHistory
        WHERE resyncID = ? AND objectName IN (${placesFor(objects)}) ORDER BY position FOR UPDATE`,
      [resyncId, ...objects],
    );
    const missing = objects.find((object) => !planned.some(({ objectName }) => objectName === object));
    if (missing !== undefined) throw new NotFoundError(`${missing} is not planned in this resync.`);
    const stored = await countRanges(transaction, { resyncId, objects });
    const fresh = [...cuts].filter(([object]) => !stored.has(object));
    const rows = fresh.flatMap(([objectName, { ranges }]) =>
      ranges.map(({ rangeNo, after, upTo }) => ({
        resyncID: resyncId,
        objectName,
        rangeNo,
        afterKey: after && formatRecordKey(after),
        upToKey: upTo && formatRecordKey(upTo),
      })),
    );
    for (const batch of inBatches(rows, rowsPerInsert)) await transaction('resyncRange').insert(batch);
    await saveKeyOrders(transaction, resyncId, fresh);
    return new Map([...stored, ...fresh.map(([object, { ranges }]) => [object, ranges.length] as const)]);
  });
}

async function saveKeyOrders(
  transaction: Knex.Transaction,
  resyncId: string,
  cuts: readonly (readonly [string, CutObject])[],
): Promise<void> {
  const orders = cuts.flatMap(([object, { keyOrder }]) =>
    keyOrder === null ? [] : [[object, JSON.stringify(keyOrder)] as const],
  );
  if (orders.length === 0) return;
  await transaction.raw(
    `UPDATE DISBatchHistory SET keyOrder = CASE objectName ${orders.map(() => 'WHEN ? THEN ?').join(' ')} END
      WHERE resyncID = ? AND objectName IN (${placesFor(orders)})`,
    [...orders.flat(), resyncId, ...orders.map(([object]) => object)],
  );
}

/** @throws NotFoundError */
export async function loadRange(
  control: Knex,
  { resyncId, object, rangeNo }: ObjectRef & { readonly rangeNo: number },
): Promise<KeyRange> {
  const range = (await loadRanges(control, { resyncId, objects: [object], rangeNo })).get(object);
  if (!range) throw new NotFoundError(`${object} has no range ${rangeNo} in this resync.`);
  return range;
}

/** The range of that number of each object that has one. */
export async function loadRanges(
  control: Knex,
  { resyncId, objects, rangeNo }: ObjectsRef & { readonly rangeNo: number },
): Promise<ReadonlyMap<string, KeyRange>> {
  if (objects.length === 0) return new Map();
  const rows = await selectRows<{ objectName: string; afterKey: string | null; upToKey: string | null }>(
    control,
    `SELECT objectName, afterKey, upToKey FROM resyncRange
      WHERE resyncID = ? AND objectName IN (${placesFor(objects)}) AND rangeNo = ?`,
    [resyncId, ...objects, rangeNo],
  );
  return new Map(
    rows.map(({ objectName, afterKey, upToKey }) => [
      objectName,
      { rangeNo, after: toKey(afterKey), upTo: toKey(upToKey) },
    ]),
  );
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

/** Number of ranges stored for each object; absent before they are cut. */
export async function countRanges(
  control: Knex,
  { resyncId, objects }: ObjectsRef,
): Promise<ReadonlyMap<string, number>> {
  if (objects.length === 0) return new Map();
  const rows = await selectRows<{ objectName: string; found: number }>(
    control,
    `SELECT objectName, COUNT(*) AS found FROM resyncRange
      WHERE resyncID = ? AND objectName IN (${placesFor(objects)}) GROUP BY objectName`,
    [resyncId, ...objects],
  );
  return new Map(rows.map(({ objectName, found }) => [objectName, found]));
}

function placesFor(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}

function toKey(text: string | null): RecordKey | null {
  return text === null ? null : parseRecordKey(text);
}
