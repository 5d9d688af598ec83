import { retryBlocked } from '../../../src/editions/transfer/retry-blocked';
import { verifyCycle } from '../../../src/editions/transfer/verify-cycle';
import { counts, districtNumber, object, rows, World } from '../support';

/** Records that need a parent at the state; circles of them; the closing retry. */

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

const school = object('school', ['schoolID']);
const course = object('course', ['courseID'], {
  parents: ['school'],
  references: [{ object: 'school', columns: ['schoolID'], parentColumns: ['schoolID'] }],
});

async function schoolsAndCourses({ enforced }: { enforced: boolean }): Promise<void> {
  await world.district(
    'CREATE TABLE school (schoolID INT PRIMARY KEY, name VARCHAR(20))',
    'CREATE TABLE course (courseID INT PRIMARY KEY, schoolID INT NULL, name VARCHAR(20))',
    `INSERT INTO school VALUES ${rows(3, (i) => `${i}, 'School ${i}'`)}`,
    `INSERT INTO course VALUES ${rows(300, (i) => `${i}, ${i % 10 === 0 ? 'NULL' : (i % 3) + 1}, 'Course ${i}'`)}`,
  );
  await world.state(
    'CREATE TABLE school (districtID INT NOT NULL, schoolID INT NOT NULL, name VARCHAR(20), PRIMARY KEY (districtID, schoolID))',
    `CREATE TABLE course (districtID INT NOT NULL, courseID INT NOT NULL, schoolID INT NULL, name VARCHAR(20), PRIMARY KEY (districtID, courseID)
       ${enforced ? ', CONSTRAINT course_school FOREIGN KEY (districtID, schoolID) REFERENCES school (districtID, schoolID)' : ''})`,
    `INSERT INTO school VALUES (${districtNumber}, 1, 'x'), (${districtNumber}, 2, 'x'), (8, 3, 'of another district')`,
  );
}

test('a day is no parent of an hour in it, nor a second of its fraction', async () => {
  const child =
    "INSERT INTO visit VALUES (1, '2026-01-01', '08:00:00'), (2, '2026-01-01 01:00', NULL), (3, NULL, '08:00:00.4'), (4, '2026-01-02', NULL)";
  const parents = 'CREATE TABLE day (day DATE PRIMARY KEY); CREATE TABLE hour (hour TIME PRIMARY KEY)'.split(
    ';',
  );
  await world.district(
    ...parents,
    'CREATE TABLE visit (id INT PRIMARY KEY, at DATETIME(3), hour TIME(3))',
    child,
  );
  await world.state(
    ...parents,
    'CREATE TABLE visit (districtID INT, id INT, at DATETIME(3), hour TIME(3), PRIMARY KEY (districtID, id))',
    "INSERT INTO day VALUES ('2026-01-01')",
    "INSERT INTO hour VALUES ('08:00:00')",
  );
  const alone = { tenantColumn: null };
  const objects = [
    object('day', ['day'], alone),
    object('hour', ['hour'], alone),
    object('visit', ['id'], {
      parents: ['day', 'hour'],
      references: [
        { object: 'day', columns: ['at'], parentColumns: ['day'] },
        { object: 'hour', columns: ['hour'], parentColumns: ['hour'] },
      ],
    }),
  ];
  for (const same of [{ inserted: 1 }, { unchanged: 1 }]) {
    const { counts: got, errors } = await world.sync(objects, 'visit');
    expect(got).toEqual(counts({ ...same, blocked: 3 }));
    expect(errors.map(({ recordKey, field }) => [recordKey, field])).toEqual([
      ['["2"]', 'at'],
      ['["3"]', 'hour'],
      ['["4"]', 'at'],
    ]);
  }
});

test.each([true, false])(
  "records whose parent isn't at the state are blocked, name it, and are mended by the closing retry (foreign key: %s)",
  async (enforced) => {
    await schoolsAndCourses({ enforced });
    const { counts: got, errors, job } = await world.sync([school, course], 'course');
    expect(got).toEqual(counts({ inserted: 210, blocked: 90 }));
    expect(errors[0]).toMatchObject({
      recordKey: '["2"]',
      outcome: 'blocked',
      code: 'PARENT_NOT_AT_STATE',
      field: 'schoolID',
      parentObject: 'school',
      parentKey: '["3"]',
    });
    // Nothing to mend yet: nothing changes.
    expect(await retryBlocked(job)).toEqual({ retried: 90, mended: 0 });
    expect(await world.books(job)).toEqual(counts({ inserted: 210, blocked: 90 }));

    await world.state(`INSERT INTO school VALUES (${districtNumber}, 3, 'x')`);
    await world.district('DELETE FROM course WHERE courseID = 2');
    expect(await retryBlocked(job)).toEqual({ retried: 90, mended: 89 });
    expect(await world.books(job)).toEqual(counts({ inserted: 299 }));
    expect(await retryBlocked(job)).toEqual({ retried: 0, mended: 0 });
    expect(await world.state('SELECT COUNT(*) AS n FROM course')).toEqual([{ n: 299 }]);
  },
);

test('a foreign key the catalog does not know still blocks only its record', async () => {
  await schoolsAndCourses({ enforced: true });
  const unaware = { ...course, references: [] };
  const { counts: got, errors } = await world.sync([school, unaware], 'course');
  expect(got).toEqual(counts({ inserted: 210, blocked: 90 }));
  expect(errors[0]).toMatchObject({ code: 'PARENT_NOT_AT_STATE', field: 'schoolID', parentObject: null });
});

test('a blocked record that meanwhile fails is counted as failed instead', async () => {
  await schoolsAndCourses({ enforced: true });
  const { job } = await world.sync([school, course], 'course');
  await world.state(
    `INSERT INTO school VALUES (${districtNumber}, 3, 'x')`,
    'ALTER TABLE course MODIFY name VARCHAR(8)',
  );
  await retryBlocked(job);
  const books = await world.books(job);
  expect(books.blocked).toBe(0);
  expect(books.failed).toBeGreaterThan(0);
});

test('a table that references itself is written in any order, and what dangles is taken back to the last descendant', async () => {
  const node = object('node', ['nodeID'], {
    cycle: 'node',
    references: [{ object: 'node', columns: ['parentID'], parentColumns: ['nodeID'] }],
  });
  await world.district(
    'CREATE TABLE node (nodeID INT PRIMARY KEY, parentID INT NULL, name VARCHAR(10))',
    // Children before their parents; 200 refers to a record nobody has, and 100, 50, 25 hang below
    // it.
    `INSERT INTO node VALUES ${rows(200, (i) => `${i}, ${i === 200 ? 999 : i <= 100 ? i * 2 : 'NULL'}, 'n${i}'`)}`,
  );
  await world.state(
    `CREATE TABLE node (districtID INT NOT NULL, nodeID INT NOT NULL, parentID INT NULL, name VARCHAR(10),
       PRIMARY KEY (districtID, nodeID), FOREIGN KEY (districtID, parentID) REFERENCES node (districtID, nodeID))`,
  );
  const { counts: got, job } = await world.sync([node], 'node', { pageRecords: 30 });
  expect(got).toEqual(counts({ inserted: 200 }));
  expect(await verifyCycle([job])).toEqual({ takenBack: 4 });
  expect(await world.books(job)).toEqual(counts({ inserted: 196, blocked: 4 }));
  expect((await world.errors(job)).map(({ recordKey }) => recordKey).sort()).toEqual([
    '["100"]',
    '["200"]',
    '["25"]',
    '["50"]',
  ]);
  expect(await verifyCycle([job])).toEqual({ takenBack: 0 });
  expect(await world.control('SELECT COUNT(*) AS n FROM cycleInsertion')).toEqual([{ n: 0 }]);
});

test('an existing record of a cycle is not made to dangle, and never removed', async () => {
  const node = object('node', ['nodeID'], {
    cycle: 'node',
    references: [{ object: 'node', columns: ['parentID'], parentColumns: ['nodeID'] }],
  });
  await world.district(
    'CREATE TABLE node (nodeID INT PRIMARY KEY, parentID INT NULL)',
    'INSERT INTO node VALUES (1, 2), (2, NULL)',
  );
  await world.state(
    `CREATE TABLE node (districtID INT NOT NULL, nodeID INT NOT NULL, parentID INT NULL,
       PRIMARY KEY (districtID, nodeID), FOREIGN KEY (districtID, parentID) REFERENCES node (districtID, nodeID))`,
  );
  await world.sync([node], 'node');
  await world.district('UPDATE node SET parentID = 77 WHERE nodeID = 1');
  const { job } = await world.sync([node], 'node');
  await verifyCycle([job]);
  expect(await world.books(job)).toEqual(counts({ unchanged: 1, blocked: 1 }));
  expect(await world.state('SELECT parentID FROM node WHERE nodeID = 1')).toEqual([{ parentID: 2 }]);
});

test('two tables that each need the other are written as one cycle; a pair without its partner is blocked', async () => {
  const refs = (to: string) => [{ object: to, columns: [`${to}ID`], parentColumns: [`${to}ID`] }];
  const a = object('a', ['aID'], { cycle: 'ab', references: refs('b'), tenantColumn: null });
  const b = object('b', ['bID'], { cycle: 'ab', references: refs('a'), tenantColumn: null });
  const make = (foreignKeys: boolean): string[] => [
    'CREATE TABLE a (aID INT PRIMARY KEY, bID INT NOT NULL)',
    'CREATE TABLE b (bID INT PRIMARY KEY, aID INT NOT NULL)',
    ...(foreignKeys
      ? [
          'ALTER TABLE a ADD FOREIGN KEY (bID) REFERENCES b (bID)',
          'ALTER TABLE b ADD FOREIGN KEY (aID) REFERENCES a (aID)',
        ]
      : []),
  ];
  await world.state(...make(true));
  await world.district(
    ...make(false),
    `INSERT INTO a VALUES ${rows(50, (i) => `${i}, ${i}`)}`,
    `INSERT INTO b VALUES ${rows(49, (i) => `${i}, ${i}`)}`,
  );
  const { job: jobA } = await world.sync([a, b], 'a');
  const { job: jobB } = await world.sync([a, b], 'b', { fence: jobA.fence });
  expect(await verifyCycle([jobA, jobB])).toEqual({ takenBack: 1 });
  expect(await world.books(jobA)).toEqual(counts({ inserted: 49, blocked: 1 }));
  expect(await world.books(jobB)).toEqual(counts({ inserted: 49 }));
  expect(await world.errors(jobA)).toMatchObject([
    { recordKey: '["50"]', parentObject: 'b', parentKey: '["50"]' },
  ]);
});
