import { builtinCatalog } from '../catalog/builtin';
import { expectedOutcomes, type PlantedOutcome } from './generator/expected-outcomes';
import { DistrictFrame } from './generator/frame';
import { tablesOf } from './generator/tables';
import { emptyDistrict, openDistrict, writeTable } from './write-table';

export interface GenerateOptions {
  /** mysql://user:password@host:port/database, migrated as a district. What it holds is deleted. */
  readonly districtUrl: string;
  readonly students: number;
  readonly seed: number;
  /**
   * Whether to plant excluded records, orphans and values the state rejects. Without, a full resync
   * is all green.
   */
  readonly defects: boolean;
  /**
   * The year in which the school year ends: 2027 is 2026-27. A little of the year before comes with
   * it.
   */
  readonly schoolYear: number;
  /** Called after each table. */
  readonly onProgress?: (progress: { readonly object: string; readonly records: number }) => void;
}

export interface GeneratedDistrict {
  readonly records: number;
  /** Records of each table, of both years. */
  readonly tables: readonly { readonly object: string; readonly records: number }[];
  /**
   * What a full resync of the year into an empty state comes to, by object and outcome; what isn't
   * named is inserted.
   */
  readonly planted: readonly PlantedOutcome[];
}

/**
 * Fills a district with made-up records in every table: the same for the same students, seed,
 * defects and school year. Rows are streamed, so that memory doesn't grow with the district.
 * @throws RangeError when `students` isn't a whole number above 0
 */
export async function generateDistrict(options: GenerateOptions): Promise<GeneratedDistrict> {
  const { districtUrl, students, seed, defects, schoolYear, onProgress } = options;
  if (!Number.isSafeInteger(students) || students < 1) {
    throw new RangeError('A district has a whole number of students, at least 1.');
  }
  const frame = new DistrictFrame({ students, seed, schoolYear });
  const connection = await openDistrict(districtUrl);
  try {
    await emptyDistrict(connection);
    // Orphans are part of a district with defects; of one without, the tests see that it has none.
    await connection.query('SET SESSION foreign_key_checks = 0, unique_checks = 0');
    const tables: { object: string; records: number }[] = [];
    for (const { object, rows } of tablesOf(frame, { defects })) {
      const records = await writeTable(connection, object.table, rows());
      tables.push({ object: object.name, records });
      onProgress?.({ object: object.name, records });
    }
    return {
      records: tables.reduce((sum, { records }) => sum + records, 0),
      tables,
      planted: await expectedOutcomes(connection, builtinCatalog, schoolYear),
    };
  } finally {
    await connection.end();
  }
}
