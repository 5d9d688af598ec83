import type { Knex } from 'knex';
import type { KnownChange } from '../../domain/year-end';
import { selectRows, toIso } from '../../control/database';
import type { VerificationRow } from '../verifications/row';

/**
 * Verifications of a school year that found records to send, for the end-of-year condition, by
 * district. One that was followed by a comparison of all objects that found none says nothing any
 * more; nor does the first of a resync that verified, once its second found none.
 */
export async function readDriftFound(
  control: Knex,
  { schoolYear, districtId }: { readonly schoolYear: number; readonly districtId?: string },
): Promise<Map<string, KnownChange[]>> {
  const rows = await selectRows<
    Pick<VerificationRow, 'verificationID' | 'districtID' | 'initiator'> & { endedAt: string }
  >(
    control,
    `SELECT v.verificationID, v.districtID, v.initiator, v.endedAt FROM verification v
      WHERE v.schoolYear = :schoolYear ${districtId === undefined ? '' : 'AND v.districtID = :districtId'}
        AND v.status = 'finished' AND v.resyncNecessary = 1
        AND NOT EXISTS (SELECT 1 FROM verification n
          WHERE n.districtID = v.districtID AND n.schoolYear = v.schoolYear AND n.status = 'finished'
            AND n.resyncNecessary = 0 AND n.endedAt > v.endedAt
            AND (JSON_TYPE(n.objects) = 'STRING' OR n.resyncID = v.resyncID))
      ORDER BY v.endedAt`,
    { schoolYear, ...(districtId === undefined ? {} : { districtId }) },
  );
  const found = new Map<string, KnownChange[]>();
  for (const row of rows) {
    // A district learns no more than that about the state's.
    const which =
      row.initiator === 'state'
        ? 'A later verification by the state'
        : `A later verification, ${row.verificationID},`;
    const change = { at: toIso(row.endedAt), why: `${which} found records the state lacks.` };
    found.set(row.districtID, [...(found.get(row.districtID) ?? []), change]);
  }
  return found;
}
