import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { builtinCatalog } from '../../src/catalog/builtin';
import { sampleCommand } from '../../src/cli/local/sample';
import { migrate } from '../../src/migrate';
import { grandBendSchoolYear, loadGrandBend, type LoadedSample } from '../../src/sample';
import { grandBend } from '../../src/stack/local-config';
import { createTestDatabases, type TestDatabases } from '../support/stack';

let databases: TestDatabases;
let connection: Connection;
let loaded: LoadedSample;

beforeAll(async () => {
  databases = await createTestDatabases();
  await migrate(databases.districtUrl, 'district');
  loaded = await loadGrandBend({ districtUrl: databases.districtUrl });
  connection = await createConnection(databases.districtUrl);
});

afterAll(async () => {
  await connection?.end();
  await databases?.drop();
});

async function count(sql: string): Promise<number> {
  const [[row]] = await connection.query<RowDataPacket[]>(`SELECT COUNT(*) AS n FROM ${sql}`);
  return Number(row!['n']);
}

/** Checksums of every table, guids included. */
async function checksums(): Promise<unknown> {
  const tables = [...new Set(builtinCatalog.objects.map(({ table }) => `\`${table}\``))].join(', ');
  const [rows] = await connection.query<RowDataPacket[]>(`CHECKSUM TABLE ${tables}`);
  return rows.map(({ Table, Checksum }) => [String(Table), String(Checksum)]);
}

test('Grand Bend arrives with the people, sections and events of the sample', () => {
  expect(Object.fromEntries(loaded.tables.map(({ object, records }) => [object, records]))).toMatchObject({
    District: 1,
    School: 3,
    Calendar: 4,
    CourseSection: 532,
    CourseCode: 84,
    PersonIdentity: 960 + 68 + 1873,
    CensusContactSummary: 1872,
    Enrollment: 960,
    AttendanceExactCount: 1917,
    Behavior: 21,
    ProgramParticipation: 706,
    Transportation: 30,
  });
});

test('what was reported as loaded is what the tables hold', async () => {
  for (const { object, records } of loaded.tables) {
    expect([object, await count(`\`${object}\``)]).toEqual([object, records]);
  }
  expect(loaded.records).toBe(loaded.tables.reduce((sum, { records }) => sum + records, 0));
});

test('every reference of the catalog finds its parent', async () => {
  for (const child of builtinCatalog.objects) {
    for (const { object, columns, parentColumns } of child.references) {
      const parent = builtinCatalog.objects.find(({ name }) => name === object)!;
      const on = columns.map((column, n) => `c.\`${column}\` = p.\`${parentColumns[n]}\``).join(' AND ');
      const orphans = await count(
        `\`${child.table}\` c LEFT JOIN \`${parent.table}\` p ON ${on} WHERE p.guid IS NULL`,
      );
      expect([child.name, object, orphans]).toEqual([child.name, object, 0]);
    }
  }
});

test('one calendar is kept from the state, with months, terms, periods, days and grade levels of its own', async () => {
  const excluded = 'JOIN Calendar c USING (calendarID) WHERE c.stateExclude = 1';
  const inStructure = `JOIN ScheduleStructure USING (scheduleStructureID) ${excluded}`;
  expect(await count('Calendar WHERE stateExclude = 1')).toBe(1);
  expect(await count(`SchoolMonth ${excluded}`)).toBe(2);
  for (const table of ['TermSchedule', 'PeriodSchedule', 'Day', 'StructureGradeLevel']) {
    expect([table, (await count(`${table} ${inStructure}`)) > 0]).toEqual([table, true]);
  }
});

test('a student takes seven sections in each of both terms, all of the student’s own school', async () => {
  expect(await count('Roster')).toBe(960 * 14);
  expect(
    await count(
      `Roster r JOIN CourseSection s USING (courseSectionID)
       JOIN StructureGradeLevel g USING (structureGradeLevelID)
       JOIN ScheduleStructure t USING (scheduleStructureID) WHERE t.calendarID <> s.calendarID`,
    ),
  ).toBe(0);
});

test('the school year of the data is the one of the local stack’s configuration', async () => {
  expect(grandBend.schoolYear).toBe(grandBendSchoolYear);
  expect(await count(`Enrollment WHERE endYear <> ${grandBendSchoolYear}`)).toBe(0);
});

test('loading again ends in the same records', async () => {
  const before = await checksums();
  await connection.query("UPDATE PersonIdentity SET lastName = 'Drifted' LIMIT 5");
  await connection.query('DELETE FROM Roster LIMIT 100');
  expect(await checksums()).not.toEqual(before);
  await loadGrandBend({ districtUrl: databases.districtUrl });
  expect(await checksums()).toEqual(before);
});

test('the records of another district are not deleted unless that is wanted, from the command line either', async () => {
  const districtUrl = databases.districtUrl;
  await connection.query(
    "INSERT INTO District (districtNumber, guid, name) VALUES (7, '00000000-0000-5000-8000-000000000007', 'Other')",
  );
  await expect(loadGrandBend({ districtUrl })).rejects.toThrow('another district');
  const dir = mkdtempSync(join(tmpdir(), 'sample-'));
  const file = join(dir, 'resync.config.yaml');
  writeFileSync(file, JSON.stringify(configuration()));
  jest.replaceProperty(process, 'env', { ...process.env, RESYNC_CONFIG: file });
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    const load = (...more: string[]): Promise<unknown> =>
      sampleCommand().parseAsync(['load', 'grand-bend', '--district', 'gb', ...more], { from: 'user' });
    await expect(load()).rejects.toMatchObject({ exitCode: 7 });
    expect(await count('District')).toBe(2);
    await load('--replace');
    expect(await count('District')).toBe(1);
    expect(await count('Roster')).toBe(13_440);
  } finally {
    jest.restoreAllMocks();
    rmSync(dir, { recursive: true });
  }
});

function configuration(): object {
  const { districtUrl, stateUrl, controlUrl } = databases;
  const district = { id: 'gb', number: 255901, name: 'Grand Bend ISD', schoolYear: grandBendSchoolYear };
  return {
    stateDatabaseUrl: stateUrl,
    controlDatabaseUrl: controlUrl,
    districts: [{ ...district, databaseUrl: districtUrl }],
  };
}
