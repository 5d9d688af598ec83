import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { builtinCatalog } from '../catalog/builtin';
import type { SyncObject } from '../domain/catalog';
import { dataFolder, type DataFile } from './data-file';
import { grandBendNumber, refuseOtherDistrict } from './other-district';
import { emptyDistrict, openDistrict, type SampleRow, type SampleValue, writeTable } from './write-table';

/** The year in which the sample's school year 2021-2022 ends. */
export const grandBendSchoolYear = 2022;

export interface LoadOptions {
  /** mysql://user:password@host:port/database, migrated as a district. */
  readonly districtUrl: string;
  /** Whether records of another district may go; without, they are an error. */
  readonly replace?: boolean;
  /** Called after each table. */
  readonly onProgress?: (progress: { readonly object: string; readonly records: number }) => void;
}

export interface LoadedSample {
  readonly records: number;
  readonly tables: readonly { readonly object: string; readonly records: number }[];
}

/**
 * Fills a district with the Ed-Fi sample of Grand Bend ISD (docs/sample.md). What the district's
 * tables hold goes, so that loading again ends in the same records.
 * @throws OtherDistrictError when the database holds another district and `replace` isn't set
 * @throws Error when a table takes a record otherwise than it was meant
 */
export async function loadGrandBend({
  districtUrl,
  replace = false,
  onProgress,
}: LoadOptions): Promise<LoadedSample> {
  if (!replace) await refuseOtherDistrict(districtUrl, grandBendNumber);
  const connection = await openDistrict(districtUrl);
  try {
    if (!existsSync(dataFolder)) throw new Error('The sample’s files are missing from this installation.');
    await emptyDistrict(connection);
    const tables: { object: string; records: number }[] = [];
    for (const object of parentsFirst()) {
      const file = join(dataFolder, `${object.name}.json.gz`);
      if (!existsSync(file)) continue;
      const data = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as DataFile;
      const records = await writeTable(connection, object.table, rowsOf(object, data));
      tables.push({ object: object.name, records });
      onProgress?.({ object: object.name, records });
    }
    return { records: tables.reduce((sum, { records }) => sum + records, 0), tables };
  } finally {
    await connection.end();
  }
}

/** The catalog's objects so that every foreign key finds its parent. */
function parentsFirst(): SyncObject[] {
  const ordered = new Map<string, SyncObject>();
  const add = (object: SyncObject): void => {
    if (ordered.has(object.name)) return;
    for (const { object: parent } of object.references) {
      add(builtinCatalog.objects.find(({ name }) => name === parent)!);
    }
    ordered.set(object.name, object);
  };
  builtinCatalog.objects.forEach(add);
  return [...ordered.values()];
}

function* rowsOf(object: SyncObject, { columns, records }: DataFile): Generator<SampleRow> {
  for (const record of records) {
    const row: Record<string, SampleValue> = {};
    columns.forEach((column, index) => (row[column] = record[index] ?? null));
    if (object.schoolYear) row[object.schoolYear.column] = grandBendSchoolYear;
    row['guid'] = guidOf(object.name, object.key.map((column) => row[column]).join('/'));
    yield row;
  }
}

/** The same record has the same GUID in every load. */
function guidOf(object: string, key: string): string {
  const hash = createHash('sha1').update(`grand-bend/${object}/${key}`).digest('hex');
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `5${hash.slice(13, 16)}`,
    `8${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join('-');
}
