import { inBatches } from '../../domain/batches';
import { formatRecordKey, type RecordKey } from '../../domain/record-error';
import type { SelectedWhy } from '../../domain/selection';
import type { Editions } from '../connection/pools';
import { quoteNumber, quoteText } from '../connection/sql';

/**
 * The rows of resyncSelection, beside the state's tables. They say which records a run is about and
 * are no record of the state's: they are written outside of writePage, without a lease, and every
 * statement may be repeated.
 */

/** What is still to be looked for around a record; `null`: nothing. */
export type Search = 'down' | 'up' | null;

/** Rows of one INSERT. */
const rowsPerInsert = 1_000;

interface Choice {
  /** Id of the resync, or of the preview. */
  readonly choiceId: string;
  readonly object: string;
}

/** Selects records; one that is selected already stays as it is. @throws DatabaseError */
export async function insertSelected(
  { state, control }: Editions,
  { choiceId, object, why, search }: Choice & { readonly why: SelectedWhy; readonly search: Search },
  keys: readonly RecordKey[],
): Promise<void> {
  const head = `${quoteText(choiceId)}, ${quoteText(object)}`;
  const tail = `${quoteText(why)}, ${searchText(search)}`;
  for (const part of inBatches(keys, rowsPerInsert)) {
    const rows = part.map((key) => `(${head}, ${quoteText(formatRecordKey(key))}, ${tail})`);
    await state.withSession((session) =>
      session.write(
        `INSERT INTO ${control}.resyncSelection (resyncID, objectName, recordKey, why, search)
         VALUES ${rows.join(', ')} ON DUPLICATE KEY UPDATE resyncID = VALUES(resyncID)`,
      ),
    );
  }
}

/**
 * The next records around which something is still to be looked for, as key texts in their order.
 * @throws DatabaseError
 */
export async function openAfter(
  { state, control }: Editions,
  {
    choiceId,
    object,
    search,
    after,
    limit,
  }: Choice & { search: Search; after: string | null; limit: number },
): Promise<string[]> {
  const rows = await state.rows(
    `SELECT recordKey FROM ${control}.resyncSelection
      WHERE ${ofChoice(choiceId, object)} AND search = ${searchText(search)}
        ${after === null ? '' : `AND recordKey > ${quoteText(after)}`}
      ORDER BY recordKey LIMIT ${quoteNumber(limit)}`,
  );
  return rows.map(([key]) => String(key));
}

/** What was looked for is found, and this is left. @throws DatabaseError */
export async function markSearched(
  { state, control }: Editions,
  { choiceId, object, left }: Choice & { readonly left: Search },
  keys: readonly string[],
): Promise<void> {
  await state.withSession((session) =>
    session.write(
      `UPDATE ${control}.resyncSelection SET search = ${searchText(left)}
        WHERE ${ofChoice(choiceId, object)} AND recordKey IN (${keys.map(quoteText).join(', ')})`,
    ),
  );
}

/**
 * The next selected records of a stretch, in the order of the primary key.
 * @throws DatabaseError
 */
export async function selectedAfter(
  { state, control }: Editions,
  {
    choiceId,
    object,
    after,
    upTo,
    limit,
  }: Choice & { after: RecordKey | null; upTo: RecordKey | null; limit: number },
): Promise<string[]> {
  const bound = (sign: string, key: RecordKey | null): string =>
    key === null ? '' : `AND recordKey ${sign} ${quoteText(formatRecordKey(key))}`;
  const rows = await state.rows(
    `SELECT recordKey FROM ${control}.resyncSelection
      WHERE ${ofChoice(choiceId, object)} ${bound('>', after)} ${bound('<=', upTo)}
      ORDER BY recordKey LIMIT ${quoteNumber(limit)}`,
  );
  return rows.map(([key]) => String(key));
}

/** Objects of which records are selected. @throws DatabaseError */
export async function selectedObjects({ state, control }: Editions, choiceId: string): Promise<string[]> {
  const rows = await state.rows(
    `SELECT DISTINCT objectName FROM ${control}.resyncSelection WHERE resyncID = ${quoteText(choiceId)}`,
  );
  return rows.map(([name]) => String(name));
}

function ofChoice(choiceId: string, object: string): string {
  return `resyncID = ${quoteText(choiceId)} AND objectName = ${quoteText(object)}`;
}

function searchText(search: Search): string {
  return search === null ? 'NULL' : quoteText(search);
}
