import type { Knex } from 'knex';
import { clip } from '../../control/columns';
import { inBatches } from '../../domain/batches';
import { parseRecordKey, type RecordKey } from '../../domain/record-error';

/** Rows of one INSERT. */
const rowsPerInsert = 500;
const nameLength = 255;

/** A school and its name, as the district has it. */
export interface NamedSchool {
  /** Its key. */
  readonly school: RecordKey;
  readonly name: string;
}

/**
 * Keeps names of a district's schools, by the stored text of their keys. One that is gone stays:
 * what was found of its records still refers to it.
 */
export async function keepSchoolNames(
  control: Knex,
  districtId: string,
  names: ReadonlyMap<string, string>,
): Promise<void> {
  for (const batch of inBatches([...names], rowsPerInsert))
    await control('schoolName')
      .insert(
        batch.map(([key, name]) => ({
          districtID: districtId,
          schoolKey: key,
          name: clip(name, nameLength),
        })),
      )
      .onConflict(['districtID', 'schoolKey'])
      .merge(['name']);
}

/** @param schools stored texts of keys: only of these; `null`: of all */
export async function listSchoolNames(
  control: Knex,
  { districtId, schools }: { readonly districtId: string; readonly schools: readonly string[] | null },
): Promise<NamedSchool[]> {
  const query = control<{ districtID: string; schoolKey: string; name: string }>('schoolName')
    .where({ districtID: districtId })
    .orderBy(['name', 'schoolKey']);
  if (schools !== null) void query.whereIn('schoolKey', [...schools]);
  return (await query).map(({ schoolKey, name }) => ({ school: parseRecordKey(schoolKey), name }));
}
