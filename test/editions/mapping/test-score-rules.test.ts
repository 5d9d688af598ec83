import { builtinCatalog } from '../../../src/catalog/builtin';
import { requireObject } from '../../../src/domain/catalog';
import { dayIn } from '../../../src/domain/local-day';
import { openEditions } from '../../../src/editions/connection/pools';
import { loadMapping } from '../../../src/editions/mapping/load';
import { migrate } from '../../../src/migrate';
import { districtNumber, World } from '../support';

/**
 * The specification's "Test Scores Batch Sync Requirements", case by case. The school year of these
 * runs is 2026-27.
 */

let world: World;
beforeAll(async () => {
  world = await World.open();
  await migrate(world.databases.districtUrl, 'district');
  await migrate(world.databases.stateUrl, 'state');
});
afterAll(() => world.close());

/**
 * Tests 1 (root), 2 (its part) and 3 (a part of the part); what a case changes of them, of scores
 * and enrollment.
 */
interface Case {
  readonly what: string;
  readonly change?: readonly string[];
  /** Date of the scores on tests 1, 2, 3; no entry: no such score. */
  readonly dates?: Readonly<Record<number, string | null>>;
  /** Codes of the errors by test; none: all sync. */
  readonly refused?: Readonly<Record<number, string>>;
}

const all = (code: string): Record<number, string> => ({ 1: code, 2: code, 3: code });
const noYear = 'UPDATE Test SET testEndYear = NULL';
const cases: readonly Case[] = [
  { what: 'a score that meets every requirement syncs' },

  {
    what: 'a test without a state code syncs by its national code',
    change: ['UPDATE Test SET stateCode = NULL'],
  },
  {
    what: 'a test without a national code syncs by its state code',
    change: ["UPDATE Test SET nationalCode = ''"],
  },
  {
    what: 'a test with neither code does not sync, nor with blank ones',
    change: ["UPDATE Test SET stateCode = NULL, nationalCode = '  ' WHERE testID = 2"],
    refused: { 2: 'TEST_WITHOUT_CODE' },
  },

  {
    what: 'a test that is not published does not sync',
    change: ['UPDATE Test SET published = 0 WHERE testID = 1'],
    refused: { 1: 'TEST_NOT_PUBLISHED' },
  },

  {
    what: 'no root-level date and no end year: blocked entirely, the dated parts too',
    change: [noYear],
    dates: { 1: null, 2: '2026-11-03 09:00:00', 3: '2026-11-03 09:00:00' },
    refused: all('SCORE_WITHOUT_DATE_OR_YEAR'),
  },
  {
    what: 'no root-level date, but an end year within the year: syncs',
    dates: { 1: null, 2: null, 3: null },
  },
  {
    what: 'no end year, but a root-level date: its undated parts go by it',
    change: [noYear],
    dates: { 1: '2026-11-03 09:00:00', 2: null, 3: null },
  },
  {
    what: 'a part that was taken alone needs a date of its own',
    change: [noYear],
    dates: { 2: null, 3: '2026-11-03 09:00:00' },
    refused: { 2: 'SCORE_WITHOUT_DATE_OR_YEAR' },
  },

  {
    what: 'date and end year of another year: does not sync',
    change: ['UPDATE Test SET testEndYear = 2026'],
    dates: { 1: '2026-05-03 09:00:00', 2: '2026-05-03 09:00:00', 3: '2026-05-03 09:00:00' },
    refused: all('SCORE_OUTSIDE_YEAR'),
  },
  {
    what: 'one of the two within the year is enough: the date',
    change: ['UPDATE Test SET testEndYear = 2026'],
  },
  {
    what: 'one of the two within the year is enough: the end year',
    dates: { 1: '2025-05-03 09:00:00', 2: '2025-05-03 09:00:00', 3: '2025-05-03 09:00:00' },
  },
  {
    what: 'the year begins at midnight of July 1',
    change: [noYear],
    dates: { 1: '2026-07-01 00:00:00', 2: '2026-06-30 23:59:59.999', 3: '2026-07-01 00:00:00' },
    refused: { 2: 'SCORE_OUTSIDE_YEAR' },
  },
  {
    what: 'the year ends before midnight of July 1',
    change: [noYear],
    dates: { 1: '2027-06-30 23:59:59.999', 2: '2027-07-01 00:00:00', 3: '2027-06-30 00:00:00' },
    refused: { 2: 'SCORE_OUTSIDE_YEAR' },
  },
  {
    what: 'an undated part of a root that was dated in another year does not sync either',
    change: [noYear],
    dates: { 1: '2026-05-03 09:00:00', 2: null, 3: '2026-11-03 09:00:00' },
    refused: { 1: 'SCORE_OUTSIDE_YEAR', 2: 'SCORE_OUTSIDE_YEAR' },
  },

  {
    what: 'a locked test does not sync',
    change: ['UPDATE Test SET editNotAvailable = 1 WHERE testID = 3'],
    refused: { 3: 'TEST_LOCKED' },
  },

  {
    what: 'a student who left the district does not sync',
    change: ["UPDATE Enrollment SET endDate = '2026-09-15'"],
    refused: all('STUDENT_NOT_ENROLLED'),
  },
  {
    what: 'a student enrolled in another year only does not sync',
    change: ['UPDATE Enrollment SET endYear = 2026'],
    refused: all('STUDENT_NOT_ENROLLED'),
  },
  {
    what: 'a student who stayed to the calendar’s end is enrolled, also after it',
    change: ["UPDATE Calendar SET endDate = '2026-10-30'", "UPDATE Enrollment SET endDate = '2026-10-30'"],
  },
  {
    what: 'a student who came back is enrolled',
    change: [
      "UPDATE Enrollment SET endDate = '2026-09-15'",
      `INSERT INTO Enrollment (enrollmentID, personID, structureGradeLevelID, guid, endYear, startDate, grade) VALUES (2, 1, 1, UUID(), 2027, '2026-10-01', '09')`,
    ],
  },

  {
    what: 'of several requirements that are not met the first is told',
    change: ["UPDATE Test SET published = 0, editNotAvailable = 1, stateCode = '', nationalCode = NULL"],
    refused: all('TEST_WITHOUT_CODE'),
  },
];

const score = requireObject(builtinCatalog, 'TestScore');
const taken = '2026-11-03 09:00:00';

test.each(cases)('$what', async ({ change = [], dates = { 1: taken, 2: taken, 3: taken }, refused = {} }) => {
  const quoted = (date: string | null): string => (date === null ? 'NULL' : `'${date}'`);
  await world.district(
    'SET FOREIGN_KEY_CHECKS = 0',
    ...['TestScore', 'Test', 'Enrollment', 'StructureGradeLevel', 'ScheduleStructure', 'Calendar'].map(
      (table) => `DELETE FROM ${table}`,
    ),
    `INSERT INTO Calendar (calendarID, schoolID, guid, endYear, name, startDate, endDate)
       VALUES (1, 1, UUID(), 2027, 'High', '2026-08-10', '2027-06-04')`,
    `INSERT INTO ScheduleStructure (scheduleStructureID, calendarID, guid, endYear, name) VALUES (1, 1, UUID(), 2027, 'Main')`,
    `INSERT INTO StructureGradeLevel (structureGradeLevelID, scheduleStructureID, guid, endYear, name) VALUES (1, 1, UUID(), 2027, '09')`,
    `INSERT INTO Enrollment (enrollmentID, personID, structureGradeLevelID, guid, endYear, startDate, grade)
       VALUES (1, 1, 1, UUID(), 2027, '2026-08-10', '09')`,
    `INSERT INTO Test (testID, guid, name, stateCode, nationalCode, published, editNotAvailable, testEndYear, parentTestID)
       VALUES (1, UUID(), 'Reading', 'ST1', 'NT1', 1, 0, 2027, NULL), (2, UUID(), 'Part', 'ST2', 'NT2', 1, 0, 2027, 1),
              (3, UUID(), 'Part of the part', 'ST3', 'NT3', 1, 0, 2027, 2)`,
    `INSERT INTO TestScore (testScoreID, personID, testID, guid, endYear, scoreDate) VALUES ${Object.entries(
      dates,
    )
      .map(([test, date]) => `(${test}, 1, ${test}, UUID(), 2027, ${quoted(date)})`)
      .join(', ')}`,
    ...change,
  );
  await world.state(
    'SET FOREIGN_KEY_CHECKS = 0',
    ...['TestScore', 'Test', 'PersonIdentity'].map((table) => `DELETE FROM ${table}`),
    `INSERT INTO PersonIdentity (districtID, personID, guid, lastName, firstName) VALUES (${districtNumber}, 1, UUID(), 'A', 'B')`,
    `INSERT INTO Test (districtID, testID, guid, name) VALUES ${[1, 2, 3].map((test) => `(${districtNumber}, ${test}, UUID(), 'T')`).join(', ')}`,
  );
  const { counts, errors } = await world.sync([...builtinCatalog.objects], score.name);
  const codes = errors.map(({ recordKey, code, outcome }) => [
    Number((JSON.parse(recordKey) as unknown[])[0]),
    code,
    outcome,
  ]);
  expect(codes).toEqual(Object.entries(refused).map(([test, code]) => [Number(test), code, 'excluded']));
  expect(counts.inserted).toBe(Object.keys(dates).length - codes.length);
});

test('a student who left is enrolled until the end of the day by the clocks of the district', async () => {
  const zones = ['Pacific/Pago_Pago', 'Pacific/Kiritimati'] as const;
  // In the one it is still that day, or the next has just begun; in the other it is long over.
  const last = dayIn(zones[0], Date.now() + 600_000);
  await world.district(
    `UPDATE Enrollment SET endDate = '${last}'`,
    "UPDATE Calendar SET endDate = '2099-06-30'",
  );
  const codes: unknown[] = [];
  for (const timezone of zones) {
    const editions = openEditions({
      ...world.databases,
      ...{ lanes: 1, calendar: { timezone, schoolYearStart: '07-01' } },
    });
    const mapping = await loadMapping(editions, builtinCatalog, 'TestScore');
    const rule = mapping.rules.find(({ code }) => code === 'STUDENT_NOT_ENROLLED')!;
    const [row] = await world.district(`SELECT COUNT(*) AS n FROM TestScore WHERE ${rule.when} IS TRUE`);
    codes.push(Number(row!['n']) > 0);
    await editions.close();
  }
  expect(codes).toEqual([false, true]);
});
