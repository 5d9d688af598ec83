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
  if (name === 'Resync Completed' && resyncID !== null) return outcomeOf(control, resyncID);
  if (name === 'Drift Found' && linkID !== null) return readDrift(control, linkID);
  return null;
}

/**
 * Errors of a resync; of one that verifies what still differs, where that is more. What could not
 * be compared is in no number.
 */
async function outcomeOf(control: Knex, resyncId: string): Promise<Badness | null> {
  const errors = await errorsOf(control, resyncId);
  const left = await stillDiffering(control, resyncId);
  if (left === null) return errors;
  if (left.notCompared > 0) return null;
  return {
    records: Math.max(left.records, errors?.records ?? 0),
    before: Math.max(left.before, errors?.before ?? 0),
  };
}

/** What the verification of a resync found after it; `null`: it has none. */
async function stillDiffering(
  control: Knex,
  resyncId: string,
): Promise<(Badness & { readonly notCompared: number }) | null> {
  const [row] = await selectRows<{ [Name in keyof Badness | 'notCompared']: number | null }>(
    control,
    `SELECT CAST(SUM(n.status <> 'finished') AS SIGNED) AS notCompared,
            CAST(SUM(n.missing + n.different + n.extra) AS SIGNED) AS records,
            CAST(SUM(COALESCE((
              SELECT h.missing + h.different + h.extra
                FROM verificationObject h JOIN verification v ON v.verificationID = h.verificationID
               WHERE v.districtID = own.districtID AND v.schoolYear = own.schoolYear
                 AND v.kind = own.kind AND v.status = 'finished' AND v.endedAt <= own.endedAt
                 AND v.verificationID <> own.verificationID AND h.objectName = n.objectName
                 AND (own.initiator = 'state' OR v.initiator = 'district')
               ORDER BY v.endedAt DESC LIMIT 1), 0)) AS SIGNED) AS \`before\`
       FROM verificationObject n JOIN verification own ON own.verificationID = n.verificationID
      WHERE own.resyncID = ? AND own.kind = 'afterResync' AND own.status = 'finished'`,
    [resyncId],
  );
  if (row?.records == null) return null;
  return { records: row.records, before: row.before ?? 0, notCompared: row.notCompared ?? 0 };
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
