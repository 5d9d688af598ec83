/**
 * Converts the Ed-Fi XML sample into the files of grand-bend: `npx tsx src/sample/convert.ts
 * <folder of XML>`.
 */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { attendanceTables } from './converter/attendance';
import { calendarTables } from './converter/calendar';
import { frameTables } from './converter/frame';
import { peopleTables } from './converter/people';
import { programTables } from './converter/programs';
import { assessmentTables } from './converter/assessments';
import { readSample } from './converter/xml';
import { type DataFile, dataFolder } from './data-file';
import type { SampleRow } from './write-table';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Usage: npx tsx src/sample/convert.ts <folder of XML>');
const read = readSample(folder);
const tables: Record<string, SampleRow[]> = {
  ...frameTables(read),
  ...calendarTables(read),
  ...peopleTables(read),
  ...attendanceTables(read),
  ...programTables(read),
  ...assessmentTables(read),
};
for (const file of readdirSync(dataFolder)) if (file.endsWith('.json.gz')) rmSync(join(dataFolder, file));
for (const [object, rows] of Object.entries(tables)) {
  const columns = Object.keys(rows[0] ?? {});
  const data: DataFile = {
    columns,
    records: rows.map((row) => columns.map((column) => (row[column] ?? null) as string | number | null)),
  };
  const lines = JSON.stringify(data).replaceAll('],[', '],\n[');
  writeFileSync(join(dataFolder, `${object}.json.gz`), gzipSync(lines, { level: 9 }));
  process.stderr.write(`${object}: ${rows.length}\n`);
}
