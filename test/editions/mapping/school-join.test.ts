import {
  countRecords,
  groupedBySchool,
  joinSchool,
  schoolOf,
  type SchoolSum,
} from '../../../src/editions/mapping/school-join';
import { districtScope, stateScope } from '../../../src/editions/mapping/scope';
import { districtNumber, object, World } from '../support';

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

const to = (name: string, ...columns: string[]) => ({ object: name, columns, parentColumns: columns });
const school = object('School', ['schoolID']);
const calendar = object('Calendar', ['calendarID'], { references: [to('School', 'schoolID')] });
const section = object('Section', ['sectionID'], {
  references: [to('Calendar', 'calendarID')],
  schoolYear: { column: 'endYear' },
});
const person = object('Person', ['personID']);
const all = [school, calendar, section, person];

test('records are counted by their school on both sides; a broken way and no way lead to none', async () => {
  await world.district(
    'CREATE TABLE School (schoolID INT PRIMARY KEY)',
    'CREATE TABLE Calendar (calendarID INT PRIMARY KEY, schoolID INT NULL)',
    'CREATE TABLE Section (sectionID INT PRIMARY KEY, calendarID INT NULL, endYear INT NOT NULL)',
    'CREATE TABLE Person (personID INT PRIMARY KEY)',
    'INSERT INTO School VALUES (1), (2)',
    // Two calendars of one school, one of another, one of a school that isn't there, one of none.
    'INSERT INTO Calendar VALUES (11, 1), (12, 1), (21, 2), (31, 3), (41, NULL)',
    `INSERT INTO Section VALUES (1, 11, 2027), (2, 11, 2027), (3, 12, 2027), (4, 21, 2027), (5, 31, 2027), (6, 41, 2027),
       (7, NULL, 2027), (8, 99, 2027), (9, 11, 2026)`,
    'INSERT INTO Person VALUES (1), (2)',
  );
  const tenant = (columns: string, key: string) =>
    `districtID INT, ${columns}, PRIMARY KEY (districtID, ${key})`;
  await world.state(
    `CREATE TABLE School (${tenant('schoolID INT', 'schoolID')})`,
    `CREATE TABLE Calendar (${tenant('calendarID INT, schoolID INT NULL', 'calendarID')})`,
    `CREATE TABLE Section (${tenant('sectionID INT, calendarID INT NULL, endYear INT NOT NULL', 'sectionID')})`,
    `CREATE TABLE Person (${tenant('personID INT', 'personID')})`,
    // Another district has the same keys.
    `INSERT INTO School VALUES (${districtNumber}, 1), (8, 1), (8, 2)`,
    `INSERT INTO Calendar VALUES (${districtNumber}, 11, 1), (8, 11, 2), (8, 12, 2)`,
    `INSERT INTO Section VALUES (${districtNumber}, 1, 11, 2027), (8, 1, 11, 2027), (${districtNumber}, 2, 12, 2027)`,
  );

  expect(await counted('Section', 'district')).toEqual({ '["1"]': 3, '["2"]': 1, null: 4 });
  expect(await counted('Section', 'state')).toEqual({ '["1"]': 1, null: 1 });
  expect(await counted('School', 'district')).toEqual({ '["1"]': 1, '["2"]': 1 });
  expect(await counted('Person', 'district')).toEqual({ null: 2 });
  expect(await counted('Person', 'state')).toEqual({});
});

test('a stored error names the school of its record, by a column of its own too, and none where the way is closed', async () => {
  const badge = object('Badge', ['badgeID'], { schoolColumn: 'building' });
  const broken = object('Broken', ['brokenID'], { references: [to('Lost', 'lostID')] });
  const lost = object('Lost', ['lostID'], { references: [to('School', 'schoolID')] });
  await world.district(
    'CREATE TABLE School (schoolID INT PRIMARY KEY)',
    'CREATE TABLE Calendar (calendarID INT PRIMARY KEY, schoolID INT NULL, name VARCHAR(20))',
    'CREATE TABLE Badge (badgeID INT PRIMARY KEY, building VARCHAR(8), name VARCHAR(20))',
    'CREATE TABLE Broken (brokenID INT PRIMARY KEY, lostID INT NULL, name VARCHAR(20))',
    'INSERT INTO School VALUES (1), (2)',
    `INSERT INTO Calendar VALUES (1, 1, 'fits'), (2, 1, 'much too long'), (3, 2, 'much too long'), (4, NULL, 'much too long')`,
    `INSERT INTO Badge VALUES (1, 'north', 'much too long'), (2, NULL, 'much too long')`,
    `INSERT INTO Broken VALUES (1, NULL, 'much too long')`,
  );
  await world.state(
    'CREATE TABLE School (districtID INT, schoolID INT, PRIMARY KEY (districtID, schoolID))',
    `INSERT INTO School VALUES (${districtNumber}, 1), (${districtNumber}, 2)`,
    'CREATE TABLE Calendar (districtID INT, calendarID INT, schoolID INT NULL, name VARCHAR(4), PRIMARY KEY (districtID, calendarID))',
    'CREATE TABLE Badge (districtID INT, badgeID INT, building VARCHAR(8), name VARCHAR(4), PRIMARY KEY (districtID, badgeID))',
    'CREATE TABLE Broken (districtID INT, brokenID INT, lostID INT NULL, name VARCHAR(4), PRIMARY KEY (districtID, brokenID))',
    'CREATE TABLE Lost (districtID INT, lostID INT, PRIMARY KEY (districtID, lostID))',
  );
  const objects = [school, calendar, badge, broken, lost];
  const schools: Record<string, unknown> = {};
  for (const name of ['Calendar', 'Badge', 'Broken']) {
    const { job } = await world.sync(objects, name);
    const stored = await world.control(
      `SELECT recordKey, school, ofState FROM recordError WHERE resyncID = '${job.fence.resyncId}' ORDER BY recordErrorID`,
    );
    schools[name] = stored.map(({ recordKey, school: of, ofState }) => [recordKey, of, ofState]);
  }
  expect(schools).toEqual({
    Calendar: [
      ['["2"]', '["1"]', 0],
      ['["3"]', '["2"]', 0],
      ['["4"]', null, 0],
    ],
    Badge: [
      ['["1"]', '["north"]', 0],
      ['["2"]', null, 0],
    ],
    Broken: [['["1"]', null, 0]],
  });
});

/** A second sum shows that what was grouped early adds up. */
const twice: SchoolSum = { records: 'SUM(2)', together: (name) => `SUM(${name})` };

async function counted(name: string, side: 'district' | 'state'): Promise<Record<string, number>> {
  const { editions, catalog, mapping, scope } = await world.job(all, name);
  const join = await joinSchool(editions, catalog, { mapping, scope }, side);
  const from =
    side === 'district'
      ? { table: mapping.districtTable, conditions: districtScope(mapping, scope) }
      : { table: mapping.stateTable, conditions: stateScope(mapping, scope) };
  const rows = await editions[side].rows(groupedBySchool(join, from, [countRecords, twice]));
  return Object.fromEntries(
    rows.map((row) => {
      const [records, doubled] = row.slice(join.key.length).map(Number);
      expect(doubled).toBe(2 * records!);
      return [String(schoolOf(join, row)), records!];
    }),
  );
}
