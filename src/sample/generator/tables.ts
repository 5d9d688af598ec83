import { builtinCatalog } from '../../catalog/builtin';
import { requireObject, type SyncObject } from '../../domain/catalog';
import { attendanceTables } from './attendance-tables';
import type { DistrictFrame } from './frame';
import { peopleTables } from './people-tables';
import { plantDefects } from './plant-defects';
import { programTables } from './program-tables';
import { Random } from './random';
import { staffTables } from './staff-tables';
import { structureTables } from './structure-tables';
import { guidOf, type Row } from './values';

/** Every table of the district edition, parents first. */
const generated = [
  ...structureTables,
  ...peopleTables,
  ...attendanceTables,
  ...staffTables,
  ...programTables,
];

export interface TableToWrite {
  readonly object: SyncObject;
  readonly rows: () => Iterable<Row>;
}

/**
 * The tables of a district with their whole rows: GUID and school year added, defects planted where
 * they are asked for.
 */
export function tablesOf(frame: DistrictFrame, { defects }: { defects: boolean }): TableToWrite[] {
  return generated.map(({ object: name, rows }, table) => {
    const object = requireObject(builtinCatalog, name);
    return {
      object,
      *rows() {
        const plain = rows(frame, new Random(`${frame.seed}/${frame.students}/${frame.schoolYear}/${name}`));
        let record = 0;
        for (const row of defects ? plantDefects(object, plain, frame) : plain) {
          record++;
          if (object.schoolYear) row[object.schoolYear.column] ??= frame.schoolYear;
          row['guid'] = guidOf(frame.seed, table, record);
          yield row;
        }
      },
    };
  });
}
