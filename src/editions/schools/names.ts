import type { RecordScope } from '../../domain/range';
import { formatRecordKey } from '../../domain/record-error';
import type { Editions } from '../connection/pools';
import { quoteName } from '../connection/sql';
import { keyOf, keySelect } from '../mapping/keyset';
import { districtScope, where } from '../mapping/scope';
import type { ObjectMapping } from '../mapping/types';

/** More than any district has. */
const mostSchools = 20_000;

/**
 * Names of the district's schools, by the stored text of their keys; none where the catalog names
 * no column of them.
 * @param mapping of School
 * @throws DatabaseError
 */
export async function readSchoolNames(
  { district }: Pick<Editions, 'district'>,
  mapping: ObjectMapping,
  scope: RecordScope,
): Promise<Map<string, string>> {
  const { nameColumn } = mapping.object;
  if (nameColumn === null) return new Map();
  const rows = await district.rows(
    `SELECT ${keySelect(mapping.districtKey)}, ${quoteName(nameColumn)} FROM ${mapping.districtTable}
      ${where(districtScope(mapping, scope))} LIMIT ${mostSchools}`,
  );
  return new Map(
    rows.flatMap((row) => {
      const name = row.at(-1);
      return name == null ? [] : [[formatRecordKey(keyOf(mapping.districtKey, row)), String(name)] as const];
    }),
  );
}
