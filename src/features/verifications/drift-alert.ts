import type { Knex } from 'knex';
import { selectRows } from '../../control/database';
import { postAlert } from '../alerts/post';
import { alertCategories } from '../../domain/alert-categories';
import { schoolYearLabel } from '../../domain/school-year';
import type { VerificationRow } from './row';

/** When drift is told. */
export interface DriftSettings {
  /** Records that differ, at least. */
  readonly leastRecords: number;
  /** Only where there are more than the scheduled verification before it found. */
  readonly onlyOnIncrease: boolean;
}

/**
 * Posts what a verification that a schedule started has found; nobody else waits for its answer.
 * Safe to repeat.
 */
export async function postDriftAlert(
  control: Knex,
  verificationId: string,
  { leastRecords, onlyOnIncrease }: DriftSettings,
): Promise<void> {
  const row = await control<VerificationRow>('verification')
    .where({ verificationID: verificationId, status: 'finished', kind: 'verification' })
    .first();
  if (!row || !(await isScheduled(control, verificationId))) return;
  const found = await differingOf(control, verificationId);
  if (found.records < leastRecords) return;
  if (onlyOnIncrease && found.records <= (await lastFound(control, row))) return;
  const { districtID, schoolYear, initiator } = row;
  await postAlert(control, {
    alertKey: `drift:${verificationId}`,
    category: alertCategories.resync,
    name: 'Drift Found',
    text: `A scheduled verification of ${districtID}, ${schoolYearLabel(schoolYear)}, found ${found.records} record(s) that differ, in ${found.objects} object(s). ${row.message ?? ''} Open verification ${verificationId}: it lists them, and proposes what to send.`,
    link: { kind: 'verification', id: verificationId },
    // What a state's schedule finds is not the district's to know.
    districtId: initiator === 'state' ? null : districtID,
    right: 'verificationSummary',
    level: initiator === 'state' ? 'state' : null,
  });
}

/**
 * Posts that a verification which a schedule started has not compared everything: its silence would
 * be taken for two equal editions. Who cancels one knows. Safe to repeat.
 */
export async function postIncompleteAlert(control: Knex, verificationId: string): Promise<void> {
  const row = await control<VerificationRow>('verification')
    .where({ verificationID: verificationId, kind: 'verification' })
    .whereIn('status', ['finished', 'failed'])
    .first();
  if (!row || !(await isScheduled(control, verificationId))) return;
  const [left] = await selectRows<{ objects: number; named: string | null }>(
    control,
    `SELECT COUNT(*) AS objects, MIN(objectName) AS named FROM verificationObject
      WHERE verificationID = ? AND status <> 'finished'`,
    [verificationId],
  );
  const { objects, named } = left!;
  if (row.status === 'finished' && objects === 0) return;
  const { districtID, schoolYear, initiator, message } = row;
  const what = objects === 0 ? '' : `: ${objects} object(s), ${named} for one, could not be compared`;
  await postAlert(control, {
    alertKey: `not-compared:${verificationId}`,
    category: alertCategories.resync,
    name: 'Scheduled Verification Incomplete',
    text: `A scheduled verification of ${districtID}, ${schoolYearLabel(schoolYear)}, is not whole${what}. ${message ?? ''} Open verification ${verificationId}: it says why. Then compare them again.`,
    link: { kind: 'verification', id: verificationId },
    districtId: initiator === 'state' ? null : districtID,
    right: 'verificationSummary',
    level: initiator === 'state' ? 'state' : null,
  });
}

/** What a verification found to differ, and what the scheduled one before it did. */
export async function readDrift(
  control: Knex,
  verificationId: string,
): Promise<{ readonly records: number; readonly before: number } | null> {
  const row = await control<VerificationRow>('verification')
    .where({ verificationID: verificationId })
    .first();
  if (!row) return null;
  const { records } = await differingOf(control, verificationId);
  return { records, before: await lastFound(control, row) };
}

async function isScheduled(control: Knex, verificationId: string): Promise<boolean> {
  const firings = await selectRows(control, 'SELECT 1 FROM scheduleFiring WHERE verificationID = ? LIMIT 1', [
    verificationId,
  ]);
  return firings.length > 0;
}

async function differingOf(
  control: Knex,
  verificationId: string,
): Promise<{ readonly records: number; readonly objects: number }> {
  const [sums] = await selectRows<{ records: number; objects: number }>(
    control,
    `SELECT CAST(COALESCE(SUM(missing + different + extra), 0) AS SIGNED) AS records,
            CAST(COALESCE(SUM(missing + different + extra > 0), 0) AS SIGNED) AS objects
       FROM verificationObject WHERE verificationID = ?`,
    [verificationId],
  );
  return sums!;
}

/** What the scheduled one before it found; none: nothing. */
async function lastFound(
  control: Knex,
  { verificationID, districtID, schoolYear, initiator, endedAt }: VerificationRow,
): Promise<number> {
  const [before] = await selectRows<{ verificationID: string }>(
    control,
    `SELECT v.verificationID FROM verification v
      WHERE v.districtID = ? AND v.schoolYear = ? AND v.initiator = ? AND v.status = 'finished' AND v.verificationID <> ?
        AND v.endedAt <= ?
        AND EXISTS (SELECT 1 FROM scheduleFiring f WHERE f.verificationID = v.verificationID)
      ORDER BY v.endedAt DESC LIMIT 1`,
    [districtID, schoolYear, initiator, verificationID, endedAt],
  );
  return before === undefined ? 0 : (await differingOf(control, before.verificationID)).records;
}
