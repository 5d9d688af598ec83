import type { Knex } from 'knex';
import { selectRows } from '../../control/database';

/**
 * Records that the newest whole and finished sending of an object read at the district, in a school
 * year.
 * @returns `null` when there was none
 */
export async function readLastRead(
  control: Knex,
  {
    districtId,
    schoolYear,
    object,
  }: { readonly districtId: string; readonly schoolYear: number; readonly object: string },
): Promise<number | null> {
  const [row] = await selectRows<{ recordsRead: number }>(
    control,
    `SELECT recordsRead FROM DISBatchHistory
      WHERE districtID = ? AND objectName = ? AND schoolYear = ? AND status = 'finished' AND selected IS NULL
      ORDER BY startedAt DESC LIMIT 1`,
    [districtId, object, schoolYear],
  );
  return row === undefined ? null : Number(row.recordsRead);
}
