/** How many records an alert is about, and how many it was the time before. */
import type { Knex } from 'knex';
import type { Badness } from '../../domain/notices';
import { selectRows } from '../../control/database';
import { readDrift } from '../verifications/drift-alert';

/** What is told of an alert's subject. */
interface Subject {
  readonly name: string;
  readonly resyncID: string | null;
  readonly linkID: string | null;
}

/** `null`: it is about no number of records that there was before, too. */
export async function readBadness(
  control: Knex,
  { name, resyncID, linkID }: Subject,
): Promise<Badness | null> {
  if (name === 'Resync Completed' && resyncID !== null) return errorsOf(control, resyncID);
  if (name === 'Drift Found' && linkID !== null) return readDrift(control, linkID);
  return null;
}

/**
 * Errors of a resync, and of what sent each of its objects before; of a district's resync only the
 * district's own count, since the state's are not its to know.
 */
async function errorsOf(control: Knex, resyncId: string): Promise<Badness | null> {
  const [row] = await selectRows<{ records: number | null; before: number | null }>(
    control,
    `SELECT CAST(SUM(n.errors) AS SIGNED) AS records,
            CAST(SUM(COALESCE((
              SELECT h.errors FROM DISBatchHistory h JOIN resync r ON r.resyncID = h.resyncID
               WHERE h.districtID = n.districtID AND h.objectName = n.objectName
                 AND h.schoolYear = n.schoolYear AND h.startedAt < n.startedAt AND h.selected IS NULL
                 AND (own.initiator = 'state' OR r.initiator = 'district')
               ORDER BY h.startedAt DESC, h.batchHistoryID DESC LIMIT 1), 0)) AS SIGNED) AS \`before\`
       FROM DISBatchHistory n JOIN resync own ON own.resyncID = n.resyncID
      WHERE n.resyncID = ? AND n.startedAt IS NOT NULL`,
    [resyncId],
  );
  return row?.records == null ? null : { records: row.records, before: row.before ?? 0 };
}
