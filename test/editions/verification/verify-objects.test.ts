import { nothingCompared } from '../../../src/domain/verification';
import { counts, districtNumber, object, rows, World } from '../support';
import { verify } from './support';

/** What a verification finds, on small objects. */

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

const to = (name: string, ...columns: string[]) => ({ object: name, columns, parentColumns: columns });
const excludedWhen = {
  exclusions: [{ code: 'STATE_EXCLUDED', when: { column: 'stateExclude', equals: 1 }, message: 'Excluded.' }],
} as const;
const school = object('School', ['schoolID'], excludedWhen);
const course = object('Course', ['courseID'], {
  parents: ['School'],
  references: [to('School', 'schoolID')],
  guidColumn: 'guid',
});
const grade = object('Grade', ['gradeID'], { parents: ['Course'], references: [to('Course', 'courseID')] });
const all = [school, course, grade];
const catalog = { name: 'test', objects: all };

/**
 * Four schools; a course of each; 600 grades of the first. All at the state, of which another
 * district has the same keys.
 */
async function editions(): Promise<void> {
  const columns = {
    School: 'schoolID INT NOT NULL, name VARCHAR(40), stateExclude TINYINT(1) NOT NULL DEFAULT 0',
    Course: 'courseID INT NOT NULL, schoolID INT NULL, guid CHAR(36) NOT NULL, title VARCHAR(40) NULL',
    Grade: 'gradeID INT NOT NULL, courseID INT NOT NULL, mark INT NULL',
  };
  await world.district(
    ...Object.entries(columns).map(
      ([name, text]) => `CREATE TABLE ${name} (${text}, PRIMARY KEY (${name.toLowerCase()}ID))`,
    ),
    `INSERT INTO School VALUES ${rows(4, (i) => `${i}, 'School ${i}', 0`)}`,
    `INSERT INTO Course VALUES ${rows(4, (i) => `${i}, ${i}, 'guid-${i}', 'Course ${i}'`)}`,
    `INSERT INTO Grade VALUES ${rows(600, (i) => `${i}, 1, ${i % 7}`)}`,
  );
  const atState: Record<string, string> = {
    School: columns.School,
    // Narrower, with a check, and its parent is guarded.
    Course: `${columns.Course.replace('title VARCHAR(40)', 'title VARCHAR(12)')}, CHECK (title <> 'forbidden')`,
    Grade: columns.Grade.replace('mark INT NULL', 'mark TINYINT NOT NULL'),
  };
  await world.state(
    ...Object.entries(atState).map(
      ([name, text]) =>
        `CREATE TABLE ${name} (districtID INT NOT NULL, ${text}, PRIMARY KEY (districtID, ${name.toLowerCase()}ID))`,
    ),
    ...[districtNumber, 8].flatMap((district) => [
      `INSERT INTO School SELECT ${district}, seq, CONCAT('School ', seq), 0 FROM seq_1_to_4`,
      `INSERT INTO Course SELECT ${district}, seq, seq, CONCAT('guid-', seq), CONCAT('Course ', seq) FROM seq_1_to_4`,
      `INSERT INTO Grade SELECT ${district}, seq, 1, seq % 7 FROM seq_1_to_600`,
    ]),
  );
}

test('two equal editions: counts by school, and nothing else', async () => {
  await editions();
  const found = await verify(world, catalog, all);
  expect(found.get('Grade')).toEqual({
    object: 'Grade',
    counts: { ...nothingCompared, districtRecords: 600, stateRecords: 600 },
    predicted: counts({ unchanged: 600 }),
    schools: new Map([['["1"]', { ...nothingCompared, districtRecords: 600, stateRecords: 600 }]]),
    samples: [],
  });
});

test('missing, different and extra records are counted by school, with samples of keys and what a resync would do', async () => {
  await editions();
  await world.district(
    "INSERT INTO Course VALUES (5, 2, 'guid-5', 'New'), (6, 99, 'guid-6', 'Orphan'), (7, 3, 'guid-7', 'Far too long a title')",
    "INSERT INTO Course VALUES (8, 3, 'guid-8', 'forbidden')",
    "UPDATE Course SET title = 'Changed' WHERE courseID = 1",
    "UPDATE Course SET guid = 'guid-x' WHERE courseID = 4",
    'UPDATE Grade SET mark = 6 WHERE gradeID IN (6, 599)',
    'UPDATE Grade SET mark = 300 WHERE gradeID = 7',
    'INSERT INTO Grade VALUES (601, 5, 1), (602, 6, 1), (603, 7, NULL)',
  );
  await world.state(
    `INSERT INTO Course VALUES (${districtNumber}, 90, 3, 'guid-90', 'Extra')`,
    `DELETE FROM Course WHERE districtID = ${districtNumber} AND courseID = 3`,
  );
  const found = await verify(world, catalog, all);
  const courses = found.get('Course')!;
  expect(courses.counts).toEqual({
    districtRecords: 8,
    stateRecords: 4,
    missing: 5,
    different: 2,
    extra: 1,
    excluded: 0,
  });
  expect(courses.predicted).toEqual(
    counts({ inserted: 2, updated: 1, unchanged: 1, blocked: 1, failed: 3, extra: 1 }),
  );
  expect(courses.schools.get('["3"]')).toEqual({
    ...nothingCompared,
    districtRecords: 3,
    stateRecords: 1,
    missing: 3,
    extra: 1,
  });
  expect(courses.schools.get(null)).toEqual({ ...nothingCompared, districtRecords: 1, missing: 1 });
  const sample = (
    key: number,
    kind: string,
    predictedOutcome: string,
    code: string | null,
    school: string | null,
  ) => ({
    key: `["${key}"]`,
    guid: `guid-${key === 4 ? 'x' : key}`,
    kind,
    predictedOutcome,
    code,
    school,
  });
  expect([...courses.samples].sort((a, b) => a.key.localeCompare(b.key))).toEqual([
    sample(1, 'different', 'updated', null, '["1"]'),
    sample(3, 'missing', 'inserted', null, '["3"]'),
    sample(4, 'different', 'failed', 'IDENTITY_CHANGED', '["4"]'),
    sample(5, 'missing', 'inserted', null, '["2"]'),
    sample(6, 'missing', 'blocked', 'PARENT_NOT_AT_STATE', null),
    sample(7, 'missing', 'failed', 'VALUE_TOO_LONG', '["3"]'),
    sample(8, 'missing', 'failed', 'CHECK_FAILED', '["3"]'),
    sample(90, 'extra', 'extra', null, '["3"]'),
  ]);
  // Below the new course a grade comes; below the orphan and the one that doesn't fit none does.
  expect(found.get('Grade')!.predicted).toEqual(
    counts({ inserted: 1, updated: 1, unchanged: 598, blocked: 2, failed: 1 }),
  );
});

test('what a rule forbids is a known exclusion, and so is all below it; what the state still has of it is extra', async () => {
  await editions();
  await world.district(
    'UPDATE School SET stateExclude = 1 WHERE schoolID IN (1, 2)',
    "INSERT INTO Course VALUES (5, 2, 'guid-5', 'Below')",
    'INSERT INTO Grade VALUES (601, 5, 1)',
  );
  await world.state(
    `DELETE FROM School WHERE districtID = ${districtNumber} AND schoolID = 2`,
    `DELETE FROM Course WHERE districtID = ${districtNumber} AND courseID = 2`,
  );
  const found = await verify(world, catalog, all);
  const summary = [...found.values()].map(({ object: name, counts: got, predicted }) => [
    name,
    got.missing + got.different + got.extra,
    got.excluded,
    predicted.excluded,
    predicted.blocked,
  ]);
  expect(summary).toEqual([
    ['School', 1, 2, 2, 0],
    ['Course', 1, 3, 0, 3],
    ['Grade', 600, 601, 0, 601],
  ]);
});

test('a record that is equal by the time of the second look is no drift', async () => {
  await editions();
  await world.district(
    'UPDATE Grade SET mark = 5 WHERE gradeID = 1',
    'INSERT INTO Grade VALUES (601, 1, 3)',
    'DELETE FROM Grade WHERE gradeID = 600',
  );
  // The day-to-day changes arrive at the state between the first look and the second: at the first
  // statement that names the open keys one by one.
  const { state } = world.editions;
  const rowsOf = state.rows.bind(state);
  let arrived = false;
  state.rows = async (sql: string) => {
    if (!arrived && /`gradeID` (IN \(|= \d)/.test(sql) && sql.includes('`Grade`')) {
      arrived = true;
      await world.state(
        `UPDATE Grade SET mark = 5 WHERE districtID = ${districtNumber} AND gradeID = 1`,
        `INSERT INTO Grade VALUES (${districtNumber}, 601, 1, 3)`,
        `DELETE FROM Grade WHERE districtID = ${districtNumber} AND gradeID = 600`,
      );
    }
    return rowsOf(sql);
  };
  const found = await verify(world, catalog, [grade]);
  expect(arrived).toBe(true);
  expect(found.get('Grade')!.counts).toEqual({ ...nothingCompared, districtRecords: 600, stateRecords: 600 });
  expect(found.get('Grade')!.predicted).toEqual(counts({ unchanged: 600 }));
});

test('a circle comes whole or, from a record that may not, to its last descendant not at all', async () => {
  const person = object('Person', ['personID'], {
    ...excludedWhen,
    references: [{ object: 'Person', columns: ['bossID'], parentColumns: ['personID'] }],
    cycle: 'Person',
  });
  const columns = 'personID INT NOT NULL, bossID INT NULL, stateExclude TINYINT(1) NOT NULL DEFAULT 0';
  await world.district(
    `CREATE TABLE Person (${columns}, PRIMARY KEY (personID))`,
    // 1 and 2 are each other's; 9 is excluded and above 3, above 4; 5 has a boss nobody knows.
    'INSERT INTO Person VALUES (1, 2, 0), (2, 1, 0), (3, 9, 0), (4, 3, 0), (5, 77, 0), (9, NULL, 1)',
  );
  await world.state(`CREATE TABLE Person (districtID INT, ${columns}, PRIMARY KEY (districtID, personID))`);
  const found = await verify(world, { name: 'circle', objects: [person] }, [person]);
  expect(found.get('Person')).toMatchObject({
    counts: { ...nothingCompared, districtRecords: 6, missing: 3, excluded: 3 },
    predicted: counts({ inserted: 2, blocked: 3, excluded: 1 }),
  });
});

test('nothing is written at either edition', async () => {
  await editions();
  await world.state('UPDATE Grade SET mark = 1');
  const sums = () =>
    Promise.all([
      world.district('CHECKSUM TABLE School, Course, Grade'),
      world.state('CHECKSUM TABLE School, Course, Grade'),
    ]).then((lists) => lists.flat().map((row) => row['Checksum']));
  const before = await sums();
  await verify(world, catalog, all);
  expect(await sums()).toEqual(before);
});
