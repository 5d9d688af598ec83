import { requireObject, type SyncObject } from '../../../src/domain/catalog';
import type { MeasuredObject } from '../../../src/domain/certification';
import { measureState, prepareReading } from '../../../src/editions/schools/measure';
import { districtNumber, object, World } from '../support';

const schoolYear = 2027;
const scope = { districtId: 'd1', districtNumber, schoolYear };
const year = { column: 'endYear' };
const objects: readonly SyncObject[] = [
  object('School', ['schoolID']),
  object('Calendar', ['calendarID'], {
    schoolYear: year,
    references: [{ object: 'School', columns: ['schoolID'], parentColumns: ['schoolID'] }],
  }),
  object('Enrollment', ['enrollmentID'], {
    schoolYear: year,
    ignoredColumns: ['touched'],
    references: [{ object: 'Calendar', columns: ['calendarID'], parentColumns: ['calendarID'] }],
  }),
  object('Person', ['personID']),
];
const catalog = { name: 'test', objects };

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

/**
 * Two schools with a calendar each, three enrollments at the first and one at the second; another
 * district and year.
 */
beforeEach(async () => {
  await world.state(
    'DROP TABLE IF EXISTS Person, Enrollment, Calendar, School',
    'CREATE TABLE School (districtID INT, schoolID INT, name VARCHAR(20), PRIMARY KEY (districtID, schoolID))',
    'CREATE TABLE Calendar (districtID INT, calendarID INT, schoolID INT, endYear SMALLINT, PRIMARY KEY (districtID, calendarID))',
    `CREATE TABLE Enrollment (districtID INT, enrollmentID INT, calendarID INT, endYear SMALLINT, grade VARCHAR(20),
       stateNote VARCHAR(20), touched DATETIME, PRIMARY KEY (districtID, enrollmentID))`,
    'CREATE TABLE Person (districtID INT, personID INT, lastName VARCHAR(20), PRIMARY KEY (districtID, personID))',
    `INSERT INTO School VALUES (7, 1, 'One'), (7, 2, 'Two'), (8, 1, 'Other')`,
    `INSERT INTO Calendar VALUES (7, 10, 1, 2027), (7, 20, 2, 2027), (8, 10, 1, 2027)`,
    `INSERT INTO Enrollment VALUES (7, 1, 10, 2027, '1', NULL, NULL), (7, 2, 10, 2027, '2', '', NULL),
       (7, 3, 10, 2027, NULL, 'x', NULL), (7, 4, 20, 2027, '4', NULL, NULL), (7, 5, 10, 2026, '1', NULL, NULL),
       (8, 1, 10, 2027, '1', NULL, NULL)`,
    `INSERT INTO Person VALUES (7, 1, 'Ä'), (7, 2, 'B')`,
  );
});

async function measure(columns?: readonly string[]): Promise<readonly MeasuredObject[]> {
  const readings = [];
  for (const { name } of objects)
    readings.push(
      await prepareReading(world.editions, catalog, {
        object: requireObject(catalog, name),
        scope,
        columns: name === 'Enrollment' ? columns : undefined,
      }),
    );
  const measured = await measureState(world.editions, readings, {
    scope,
    signal: new AbortController().signal,
  });
  if (measured.busyWith !== null) throw new Error('A run is under way.');
  return measured.objects.map(plain);
}

/** Schools by their number, without the brackets of a key's text. */
const plain = (measured: MeasuredObject): MeasuredObject => ({
  ...measured,
  counts: measured.counts.map((count) => ({
    ...count,
    school: count.school === null ? null : String((JSON.parse(count.school) as string[])[0]),
  })),
});

/** `object/school: records` of what has another checksum, or another count. */
function differences(then: readonly MeasuredObject[], now: readonly MeasuredObject[]): string[] {
  const flat = (all: readonly MeasuredObject[]) =>
    all.flatMap(({ object: name, counts }) =>
      counts.map(({ school, records, checksum }) => [`${name}/${school}`, records, checksum] as const),
    );
  const before = new Map(flat(then).map(([key, records, checksum]) => [key, `${records} ${checksum}`]));
  const changed = flat(now)
    .filter(([key, records, checksum]) => before.get(key) !== `${records} ${checksum}`)
    .map(([key, records]) => `${key}: ${records}`);
  const after = new Set(flat(now).map(([key]) => key));
  return [...changed, ...[...before.keys()].filter((key) => !after.has(key)).map((key) => `${key}: none`)];
}

test('counts by school and year; records that belong to no one school stand together', async () => {
  const measured = await measure();
  expect(
    measured.map(({ object: name, schoolPath, counts }) => [
      name,
      schoolPath,
      counts.map(({ school, schoolYear: of, records }) => [school, of, records]),
    ]),
  ).toEqual([
    [
      'School',
      [],
      [
        ['1', null, 1],
        ['2', null, 1],
      ],
    ],
    [
      'Calendar',
      ['School'],
      [
        ['1', 2027, 1],
        ['2', 2027, 1],
      ],
    ],
    [
      'Enrollment',
      ['Calendar', 'School'],
      [
        ['1', 2027, 3],
        ['2', 2027, 1],
      ],
    ],
    ['Person', null, [[null, null, 2]]],
  ]);
  expect(measured[2]!.columns.map(({ name }) => name)).toEqual([
    'enrollmentID',
    'calendarID',
    'endYear',
    'grade',
    'stateNote',
  ]);
  expect(
    measured.every(({ counts }) => counts.every(({ checksum }) => /^[0-9a-f]{64}$/.test(checksum))),
  ).toBe(true);
});

test.each([
  ['a value', `UPDATE Enrollment SET grade = '9' WHERE districtID = 7 AND enrollmentID = 1`, ['1: 3']],
  [
    'NULL to the empty text',
    `UPDATE Enrollment SET grade = '' WHERE districtID = 7 AND enrollmentID = 3`,
    ['1: 3'],
  ],
  [
    'a letter’s case',
    `UPDATE Enrollment SET stateNote = 'X' WHERE districtID = 7 AND enrollmentID = 3`,
    ['1: 3'],
  ],
  [
    'a trailing space',
    `UPDATE Enrollment SET stateNote = 'x ' WHERE districtID = 7 AND enrollmentID = 3`,
    ['1: 3'],
  ],
  [
    'a value moved to the next column',
    `UPDATE Enrollment SET grade = NULL, stateNote = '1' WHERE districtID = 7 AND enrollmentID = 1`,
    ['1: 3'],
  ],
  [
    'another school',
    `UPDATE Enrollment SET calendarID = 20 WHERE districtID = 7 AND enrollmentID = 1`,
    ['1: 2', '2: 2'],
  ],
  [
    'the calendar’s school',
    `UPDATE Calendar SET schoolID = 1 WHERE districtID = 7 AND calendarID = 20`,
    ['1: 4', '2: none'],
  ],
  ['removed', `DELETE FROM Enrollment WHERE districtID = 7 AND enrollmentID = 4`, ['2: none']],
  ['added', `INSERT INTO Enrollment VALUES (7, 9, 20, 2027, '4', NULL, NULL)`, ['2: 2']],
  [
    'two records’ values swapped',
    `UPDATE Enrollment SET grade = IF(enrollmentID = 1, '2', '1') WHERE districtID = 7 AND enrollmentID IN (1, 2)`,
    ['1: 3'],
  ],
  [
    'one record’s key given to another',
    `UPDATE Enrollment SET enrollmentID = 99 WHERE districtID = 7 AND enrollmentID = 1`,
    ['1: 3'],
  ],
])('the checksum tells of %s, and only of the school it is in', async (_, change, expected) => {
  const before = await measure();
  await world.state(change);
  const found = differences(before, await measure());
  expect(found.filter((line) => line.startsWith('Enrollment/'))).toEqual(
    expected.map((line) => `Enrollment/${line}`),
  );
  expect(found.filter((line) => /^(School|Person)/.test(line))).toEqual([]);
});

test('what doesn’t matter changes no checksum: order, another district, another year, ignored columns, NULL allowed', async () => {
  const before = await measure();
  await world.state(
    'CREATE TABLE copy AS SELECT * FROM Enrollment',
    'DELETE FROM Enrollment',
    'INSERT INTO Enrollment SELECT * FROM copy ORDER BY enrollmentID DESC',
    'DROP TABLE copy',
    'ALTER TABLE Enrollment DROP PRIMARY KEY, ADD PRIMARY KEY (enrollmentID DESC, districtID)',
    `UPDATE Enrollment SET grade = 'z' WHERE districtID = 8 OR endYear = 2026`,
    'UPDATE Enrollment SET touched = UTC_TIMESTAMP()',
    `ALTER TABLE Enrollment MODIFY endYear SMALLINT NOT NULL`,
  );
  expect(differences(before, await measure())).toEqual([]);
});

test('a column added since makes no difference to the columns that were certified; a lost one is said', async () => {
  const before = await measure();
  const columns = before[2]!.columns.map(({ name }) => name);
  await world.state(`ALTER TABLE Enrollment ADD COLUMN homeroom VARCHAR(9) DEFAULT 'a'`);
  expect(differences(before, await measure(columns))).toEqual([]);
  await world.state('ALTER TABLE Enrollment DROP COLUMN grade');
  await expect(measure(columns)).rejects.toThrow(
    "Enrollment can't be measured: the state’s table Enrollment no longer has grade.",
  );
});

test('records by the ten thousand come to one checksum, whatever their order', async () => {
  const fill = (order: string) =>
    world.state(
      'DELETE FROM Enrollment WHERE districtID = 7',
      `INSERT INTO Enrollment SELECT 7, seq, 10, 2027, seq, NULL, NULL FROM seq_1_to_20000 ORDER BY seq ${order}`,
    );
  await fill('ASC');
  const before = await measure();
  await fill('DESC');
  const after = await measure();
  expect(before[2]!.counts).toMatchObject([{ school: '1', records: 20_000 }]);
  expect(differences(before, after)).toEqual([]);
});

test('while a run of the district and year is under way, or paused, nothing is measured', async () => {
  const reading = await prepareReading(world.editions, catalog, { object: objects[2]!, scope });
  const look = () => measureState(world.editions, [reading], { scope, signal: new AbortController().signal });
  const run = (fields: string) =>
    world.control(
      'DELETE FROM resync',
      `INSERT INTO resync SET resyncID = 'r', objects = '"all"', checkDependencies = 1, scenario = 'OTHER',
         mode = 'compare', requestedBy = 'test', ${fields}`,
    );
  const busyWith = async (fields: string) => {
    await run(fields);
    return (await look()).busyWith;
  };
  const here = `districtID = 'd1', schoolYear = 2027, initiator = 'district'`;
  for (const status of ['running', 'paused', 'preempted'])
    expect(await busyWith(`${here}, status = '${status}'`)).toBe('r');
  expect(await busyWith(`${here}, status = 'queued'`)).toBeNull();
  expect(await busyWith(`${here}, status = 'finished'`)).toBeNull();
  expect(
    await busyWith(`districtID = 'd2', schoolYear = 2027, initiator = 'state', status = 'running'`),
  ).toBeNull();
  await world.control('DELETE FROM resync');
});

test('all objects are of one instant: what is written while they are read isn’t in it', async () => {
  const before = await measure();
  const readings = [];
  for (const one of objects)
    readings.push(await prepareReading(world.editions, catalog, { object: one, scope }));
  const measured = await measureState(world.editions, readings, {
    scope,
    signal: new AbortController().signal,
    onObject: async (name) => {
      if (name === 'Enrollment')
        await world.state(`UPDATE Person SET lastName = 'late' WHERE districtID = 7`);
    },
  });
  expect(measured.busyWith === null && differences(before, measured.objects.map(plain))).toEqual([]);
  expect(differences(before, await measure())).toEqual(['Person/null: 2']);
});

// The server answers NULL where a text would be longer than a packet; here for all of them.
test('a record too long to be hashed is refused, not left out', async () => {
  const reading = await prepareReading(world.editions, catalog, { object: objects[2]!, scope });
  const hidden = { ...reading, sql: reading.sql.replace("CONCAT_WS('#',", 'CONCAT_WS(NULL,') };
  await expect(
    measureState(world.editions, [hidden], { scope, signal: new AbortController().signal }),
  ).rejects.toThrow('raise max_allowed_packet');
});
