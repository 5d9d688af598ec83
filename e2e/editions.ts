/** What the databases themselves say, past everything of ours. */
import { builtinCatalog } from '../src/catalog/builtin';
import { requireObject } from '../src/domain/catalog';
import type { DistrictId, Stage } from './environment';

/** Records of an object's school year at both sides. */
export async function countBoth(
  stage: Stage,
  district: DistrictId,
  name: string,
  schoolYear: number,
): Promise<{ district: number; state: number }> {
  const object = requireObject(builtinCatalog, name);
  const year = object.schoolYear === null ? [] : [[object.schoolYear.column, schoolYear] as const];
  const tenant =
    object.tenantColumn === null ? [] : [[object.tenantColumn, stage.numberOf(district)] as const];
  const count = async (
    where: DistrictId | 'state',
    table: string,
    conditions: readonly (readonly [string, number])[],
  ) => {
    const filter = conditions.map(() => '?? = ?').join(' AND ');
    const [row] = await stage.sql(
      where,
      `SELECT COUNT(*) AS n FROM ??${filter === '' ? '' : ` WHERE ${filter}`}`,
      [table, ...conditions.flat()],
    );
    return Number(row?.['n']);
  };
  return {
    district: await count(district, object.table, year),
    state: await count('state', object.stateTable, [...tenant, ...year]),
  };
}

/** Tables of a district that refer to an enrollment, and how many records each has of one. */
export async function belowEnrollment(
  stage: Stage,
  where: DistrictId | 'state',
  enrollment: { readonly district: DistrictId; readonly id: number },
): Promise<ReadonlyMap<string, number>> {
  const { district, id } = enrollment;
  const found = new Map<string, number>();
  for (const { table, references } of builtinCatalog.objects) {
    if (!references.some(({ object }) => object === 'Enrollment')) continue;
    const [row] = await stage.sql(
      where,
      `SELECT COUNT(*) AS n FROM ?? WHERE enrollmentID = ?${where === 'state' ? ' AND districtID = ?' : ''}`,
      [table, id, ...(where === 'state' ? [stage.numberOf(district)] : [])],
    );
    if (Number(row?.['n']) > 0) found.set(table, Number(row!['n']));
  }
  return found;
}
