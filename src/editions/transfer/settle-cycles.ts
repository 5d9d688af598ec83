import type { Editions } from '../connection/pools';
import { quoteNumber, quoteText } from '../connection/sql';

/** Insertions into cycles that a run never came to verify. */
export interface LeftInsertions {
  readonly resyncId: string;
  readonly objects: readonly string[];
}

/**
 * What other runs of a district and school year inserted into cycles and didn't verify: they were
 * killed, lost the lease, or stand still in the middle of it. Whoever takes the lease settles them
 * first (verifyCycle), under its own lease and in their books.
 * @throws DatabaseError
 */
export async function leftInsertions(
  { state, control }: Pick<Editions, 'state' | 'control'>,
  {
    districtId,
    schoolYear,
    resyncId,
  }: { readonly districtId: string; readonly schoolYear: number; readonly resyncId: string },
): Promise<LeftInsertions[]> {
  const rows = await state.rows(
    `SELECT DISTINCT i.resyncID, i.objectName FROM ${control}.cycleInsertion i
       JOIN ${control}.resync r ON r.resyncID = i.resyncID
      WHERE r.districtID = ${quoteText(districtId)} AND r.schoolYear = ${quoteNumber(schoolYear)}
        AND r.resyncID <> ${quoteText(resyncId)}
      ORDER BY i.resyncID, i.objectName`,
  );
  const byRun = new Map<string, string[]>();
  for (const [run, object] of rows)
    byRun.set(String(run), [...(byRun.get(String(run)) ?? []), String(object)]);
  return [...byRun].map(([run, objects]) => ({ resyncId: run, objects }));
}
