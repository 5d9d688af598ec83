/**
 * What a district does in summer: next year's calendars, grade levels and enrollments, made from
 * this year's.
 */
import { builtinCatalog } from '../src/catalog/builtin';
import { requireObject } from '../src/domain/catalog';
import type { DistrictId, Stage } from './environment';

const rolled = ['Calendar', 'ScheduleStructure', 'StructureGradeLevel', 'Enrollment'];
const newKeys = 1_000_000;

/** Copies the records of `from` into the next year, by SQL, with keys and GUIDs of their own. */
export async function rollForward(stage: Stage, district: DistrictId, from: number): Promise<void> {
  const keys = rolled.flatMap((name) => requireObject(builtinCatalog, name).key);
  for (const name of rolled) {
    const { table } = requireObject(builtinCatalog, name);
    const columns = await stage.sql(
      district,
      'SELECT COLUMN_NAME AS name, DATA_TYPE AS type FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?',
      [table],
    );
    const values = columns.map(({ name: column, type }) => {
      const quoted = `\`${String(column)}\``;
      if (keys.includes(String(column))) return `${quoted} + ${newKeys}`;
      if (column === 'guid') return 'UUID()';
      if (column === 'endYear') return `${from + 1}`;
      return type === 'date' || type === 'datetime' ? `${quoted} + INTERVAL 1 YEAR` : quoted;
    });
    await stage.sql(
      district,
      `INSERT INTO ?? (${columns.map(({ name: column }) => `\`${String(column)}\``).join(', ')})
       SELECT ${values.join(', ')} FROM ?? WHERE endYear = ?`,
      [table, table, from],
    );
  }
}
