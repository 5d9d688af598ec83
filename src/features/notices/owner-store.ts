import { now } from '../../control/columns';
import type { Knex } from 'knex';
import { effectiveRights } from '../../domain/rights';
import type { Reader } from '../alerts/read';
import { selectRows } from '../../control/database';
import { districtsOf, type PrincipalRow, rightsColumn, rightsOf } from '../access/principal-store';

/** A principal's row; of one of another issuer what was kept of it. */
interface OwnerRow extends PrincipalRow {
  readonly ours: number;
  readonly keptLevel: Reader['level'];
  readonly keptDistricts: string | null;
  readonly keptRights: string;
}

/** Keeps what a principal may see beside what it asked to be told of. */
export async function noteNoticeOwner(control: Knex, reader: Reader): Promise<void> {
  await control('noticeOwner')
    .insert({
      principalID: reader.principalId,
      level: reader.level,
      districts: reader.districts && JSON.stringify(reader.districts),
      rights: JSON.stringify(reader.rights),
      seenAt: now(control),
    })
    .onConflict('principalID')
    .merge();
}

/**
 * Those of the principals that may still be told what their alerts tell, with what they may see
 * now; of principals of another issuer, which are in no table of ours, as it was when they last
 * changed what they are told.
 */
export async function readNoticeOwners(
  control: Knex,
  principalIds: readonly string[],
): Promise<readonly Reader[]> {
  if (principalIds.length === 0) return [];
  const rows = await selectRows<OwnerRow>(
    control,
    `SELECT o.level AS keptLevel, o.districts AS keptDistricts, o.rights AS keptRights,
            p.level, p.districts, p.schools, p.disabledAt, ${rightsColumn}, p.principalID IS NOT NULL AS ours,
            o.principalID
       FROM noticeOwner o LEFT JOIN principal p ON p.principalID = o.principalID
      WHERE o.principalID IN (${principalIds.map(() => '?').join(', ')})`,
    principalIds,
  );
  return rows
    .filter(({ disabledAt }) => disabledAt === null)
    .map(toReader)
    .filter(({ rights }) => rights.includes('processAlerts'));
}

function toReader(row: OwnerRow): Reader {
  const { principalID: principalId } = row;
  if (row.ours !== 0)
    return { principalId, level: row.level, districts: districtsOf(row.districts), rights: rightsOf(row) };
  return {
    principalId,
    level: row.keptLevel,
    districts: districtsOf(row.keptDistricts),
    rights: effectiveRights(row.keptLevel, JSON.parse(row.keptRights) as string[]),
  };
}
