import { leftInsertions } from '../../../src/editions/transfer/settle-cycles';
import { retryBlocked, retryBlockedOfCycle } from '../../../src/editions/transfer/retry-blocked';
import { syncRange } from '../../../src/editions/transfer/sync-range';
import { verifyCycle } from '../../../src/editions/transfer/verify-cycle';
import type { SyncObject } from '../../../src/domain/catalog';
import type { PageJob } from '../../../src/editions/mapping/job';
import { counts, districtNumber, object, rows, World } from '../support';

/** What is never left at the state: a record of a cycle that refers to nothing. */

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

const emp = object('emp', ['id'], {
  cycle: 'emp',
  tenantColumn: null,
  references: [{ object: 'emp', columns: ['boss'], parentColumns: ['id'] }],
});
const columns = 'id INT PRIMARY KEY, boss INT NULL, name VARCHAR(20)';
const tied = 'FOREIGN KEY (boss) REFERENCES emp (id)';
const danglingEmp =
  'SELECT id FROM emp c WHERE boss IS NOT NULL AND NOT EXISTS (SELECT 1 FROM emp p WHERE p.id = c.boss)';

test('an existing record is not put below one that is taken back, and is mended once that one is there', async () => {
  await world.district(
    `CREATE TABLE emp (${columns})`,
    "INSERT INTO emp VALUES (1, NULL, 'far too long'), (2, 1, 'p'), (10, 2, 'x'), (11, 3, 'y'), (3, NULL, 'q')",
  );
  await world.state(
    `CREATE TABLE emp (id INT PRIMARY KEY, boss INT NULL, name VARCHAR(4), ${tied})`,
    "INSERT INTO emp VALUES (10, NULL, 'x'), (11, NULL, 'z')",
  );
  const { job } = await world.sync([emp], 'emp', { pageRecords: 1 });
  await verifyCycle([job]);
  expect(await world.state(danglingEmp)).toEqual([]);
  expect(await world.state('SELECT boss, name FROM emp WHERE id = 10')).toEqual([{ boss: null, name: 'x' }]);
  await retryBlocked(job);
  expect(await world.books(job)).toEqual(counts({ inserted: 1, updated: 1, failed: 1, blocked: 2 }));
  expect(await world.state('SELECT boss, name FROM emp WHERE id = 11')).toEqual([{ boss: 3, name: 'y' }]);
  expect(await world.control('SELECT * FROM cycleInsertion')).toEqual([]);

  const again = await world.sync([emp], 'emp', { pageRecords: 1 });
  await verifyCycle([again.job]);
  await retryBlocked(again.job);
  expect(await world.books(again.job)).toEqual(counts({ unchanged: 2, failed: 1, blocked: 2 }));

  await world.state('ALTER TABLE emp MODIFY name VARCHAR(20)');
  const last = await world.sync([emp], 'emp', { pageRecords: 1 });
  await verifyCycle([last.job]);
  await retryBlocked(last.job);
  expect(await world.books(last.job)).toEqual(counts({ inserted: 2, updated: 1, unchanged: 2 }));
});

test('a cycle of two tables: an update does not lean on a record of the other that is taken back', async () => {
  const refs = (to: string) => [{ object: to, columns: [`${to}ID`], parentColumns: [`${to}ID`] }];
  const a = object('a', ['aID'], { cycle: 'ab', references: refs('b') });
  const b = object('b', ['bID'], { cycle: 'ab', references: refs('a') });
  await world.district(
    'CREATE TABLE a (aID INT PRIMARY KEY, bID INT NULL)',
    'CREATE TABLE b (bID INT PRIMARY KEY, aID INT NULL)',
    'INSERT INTO a VALUES (1, 1), (2, 2)',
    'INSERT INTO b VALUES (1, 99), (2, NULL)',
  );
  await world.state(
    'CREATE TABLE a (districtID INT NOT NULL, aID INT NOT NULL, bID INT NULL, PRIMARY KEY (districtID, aID))',
    'CREATE TABLE b (districtID INT NOT NULL, bID INT NOT NULL, aID INT NULL, PRIMARY KEY (districtID, bID))',
    'ALTER TABLE a ADD FOREIGN KEY (districtID, bID) REFERENCES b (districtID, bID)',
    'ALTER TABLE b ADD FOREIGN KEY (districtID, aID) REFERENCES a (districtID, aID)',
    `INSERT INTO a VALUES (${districtNumber}, 1, NULL), (${districtNumber}, 2, NULL)`,
  );
  const { job: jobB } = await world.sync([a, b], 'b');
  const { job: jobA } = await world.sync([a, b], 'a', { fence: jobB.fence });
  expect(await world.books(jobA)).toEqual(counts({ blocked: 2 }));
  await verifyCycle([jobA, jobB]);
  await retryBlockedOfCycle([jobA, jobB]);
  expect(await world.books(jobA)).toEqual(counts({ updated: 1, blocked: 1 }));
  expect(await world.books(jobB)).toEqual(counts({ inserted: 1, blocked: 1 }));
  expect(await world.state('SELECT aID, bID FROM a ORDER BY aID')).toEqual([
    { aID: 1, bID: null },
    { aID: 2, bID: 2 },
  ]);
});

test('what a run left unverified is taken back under the lease of the next, in the books of the first', async () => {
  await world.district(
    `CREATE TABLE emp (${columns})`,
    "INSERT INTO emp VALUES (1, 3, 'a'), (2, 1, 'b'), (3, NULL, 'c'), (4, NULL, 'd')",
  );
  await world.state(`CREATE TABLE emp (${columns}, ${tied})`);
  const dead = await world.job([emp], 'emp');
  await world.control(
    `INSERT INTO resync (resyncID, districtID, schoolYear, objects, checkDependencies, scenario, initiator, mode, requestedBy, status)
       VALUES ('${dead.fence.resyncId}', 'd1', 2027, '"all"', 1, 'OTHER', 'district', 'compare', 'test', 'running')`,
  );
  await syncRange({ ...dead, range: { rangeNo: 0, after: null, upTo: ['2'] } });
  expect(await world.state(danglingEmp)).toHaveLength(1);

  const next = await world.job([emp], 'emp');
  const ofDistrict = { districtId: 'd1', schoolYear: 2027, resyncId: next.fence.resyncId };
  expect(await leftInsertions(world.editions, ofDistrict)).toEqual([
    { resyncId: dead.fence.resyncId, objects: ['emp'] },
  ]);
  // The dead one may write nothing any more, not even what would be right.
  await expect(verifyCycle([dead])).rejects.toMatchObject({ errorClass: 'fenced' });
  expect(await verifyCycle([{ ...dead, lease: next.fence }])).toEqual({ takenBack: 2 });
  expect(await world.state('SELECT * FROM emp')).toEqual([]);
  expect(await world.books(dead)).toEqual(counts({ blocked: 2 }));
  expect(await leftInsertions(world.editions, ofDistrict)).toEqual([]);
});

test.each([
  ['an insertion', ''],
  ['an update', "INSERT INTO emp VALUES (1, NULL, 'x', 'D1')"],
])('a foreign key that the catalog does not know holds %s of a cycle back', async (_what, before) => {
  await world.district(
    `CREATE TABLE emp (${columns}, dept VARCHAR(3))`,
    "INSERT INTO emp VALUES (1, NULL, 'a', 'D9'), (2, 1, 'b', 'D1'), (3, NULL, 'c', NULL)",
  );
  await world.state(
    'CREATE TABLE dept (id INT PRIMARY KEY, code VARCHAR(3) UNIQUE)',
    "INSERT INTO dept VALUES (1, 'D1')",
    `CREATE TABLE emp (${columns}, dept VARCHAR(3), ${tied}, CONSTRAINT of_dept FOREIGN KEY (dept) REFERENCES dept (code))`,
    ...(before === '' ? [] : [before]),
  );
  const { job } = await world.sync([emp], 'emp');
  await verifyCycle([job]);
  await retryBlocked(job);
  const [one, two] = before === '' ? [{ blocked: 2 }, 1] : [{ blocked: 1 }, 2];
  expect(await world.books(job)).toEqual(counts({ inserted: two, ...one }));
  expect((await world.errors(job)).find(({ recordKey }) => recordKey === '["1"]')).toMatchObject({
    outcome: 'blocked',
    code: 'PARENT_NOT_AT_STATE',
    field: 'dept',
    message: 'The record that dept refers to is not at the state.',
    parentObject: null,
  });
  expect(await world.state("SELECT * FROM emp WHERE dept = 'D9'")).toEqual([]);
  // With checks on again, and nothing left behind in the session.
  expect(await world.editions.state.rows('SELECT @@foreign_key_checks')).toEqual([['1']]);
});

test('a value that others of a cycle refer to is not changed under them', async () => {
  const node = object('node', ['id'], { cycle: 'node', tenantColumn: null });
  await world.district(
    'CREATE TABLE node (id INT PRIMARY KEY, slug VARCHAR(5) UNIQUE, up VARCHAR(5) NULL)',
    "INSERT INTO node VALUES (1, 'new', NULL)",
  );
  await world.state(
    'CREATE TABLE node (id INT PRIMARY KEY, slug VARCHAR(5) UNIQUE, up VARCHAR(5) NULL, FOREIGN KEY (up) REFERENCES node (slug))',
    "INSERT INTO node VALUES (1, 'old', NULL), (2, NULL, 'old')",
  );
  const { counts: got } = await world.sync([node], 'node');
  expect(got).toEqual(counts({ failed: 1, extra: 1 }));
  expect(await world.state('SELECT slug FROM node WHERE id = 1')).toEqual([{ slug: 'old' }]);
});

const cat = object('cat', ['id'], { tenantColumn: null });
const catTable =
  'CREATE TABLE cat (id INT PRIMARY KEY, slug VARCHAR(9) NOT NULL UNIQUE, up VARCHAR(9) NULL, FOREIGN KEY (up) REFERENCES cat (slug))';

test.each([
  ['down', (i: number) => (i === 40 ? 'NULL' : `'s${i + 1}'`)],
  ['up', (i: number) => (i === 1 ? 'NULL' : `'s${i - 1}'`)],
  ['in no order', (i: number) => (i === 17 ? 'NULL' : `'s${(i * 17) % 41 || 17}'`)],
])('a chain of 40 records over pages of 3 that runs %s arrives whole in one run', async (how, up) => {
  await world.district(
    'CREATE TABLE cat (id INT PRIMARY KEY, slug VARCHAR(9) NOT NULL UNIQUE, up VARCHAR(9) NULL)',
    `INSERT INTO cat VALUES ${rows(40, (i) => `${i}, 's${i}', ${up(i)}`)}`,
    // Where the numbers go in a circle, nobody can begin.
    ...(how === 'in no order' ? ['UPDATE cat SET up = NULL WHERE id IN (1, 9, 25)'] : []),
  );
  await world.state(catTable);
  const { job } = await world.sync([cat], 'cat', { pageRecords: 3 });
  const { retried, mended } = await retryBlocked(job);
  expect(mended).toBe(retried);
  expect(await world.books(job)).toEqual(counts({ inserted: 40 }));
  const again = await world.sync([cat], 'cat', { pageRecords: 3 });
  expect(again.counts).toEqual(counts({ unchanged: 40 }));
});

test('the closing retry of a cycle mends every level below a record that came late', async () => {
  await world.district(
    `CREATE TABLE emp (${columns})`,
    `INSERT INTO emp VALUES ${rows(30, (i) => `${i}, ${i === 30 ? 'NULL' : i + 1}, '${i === 30 ? 'far too long' : 'n'}'`)}`,
  );
  await world.state(`CREATE TABLE emp (id INT PRIMARY KEY, boss INT NULL, name VARCHAR(4), ${tied})`);
  const { job } = await world.sync([emp], 'emp');
  await verifyCycle([job]);
  expect(await world.books(job)).toEqual(counts({ failed: 1, blocked: 29 }));
  await world.state("INSERT INTO emp VALUES (30, NULL, 'far')");
  await retryBlocked(job);
  expect(await world.books(job)).toEqual(counts({ inserted: 29, failed: 1 }));
  expect(await world.control('SELECT * FROM cycleInsertion')).toEqual([]);
});

test('a foreign key with one more column that may be NULL guards nothing: its parents are looked up', async () => {
  const school = object('school', ['schoolID']);
  const course: SyncObject = object('course', ['courseID'], {
    references: [{ object: 'school', columns: ['schoolID'], parentColumns: ['schoolID'] }],
  });
  await world.district(
    'CREATE TABLE school (schoolID INT PRIMARY KEY)',
    'CREATE TABLE course (courseID INT PRIMARY KEY, schoolID INT NULL, term INT NULL)',
    'INSERT INTO course VALUES (1, 5, NULL), (2, NULL, 1)',
  );
  await world.state(
    'CREATE TABLE school (districtID INT NOT NULL, schoolID INT NOT NULL, term INT NULL, PRIMARY KEY (districtID, schoolID), UNIQUE (districtID, schoolID, term))',
    `CREATE TABLE course (districtID INT NOT NULL, courseID INT NOT NULL, schoolID INT NULL, term INT NULL, PRIMARY KEY (districtID, courseID),
       FOREIGN KEY (districtID, schoolID, term) REFERENCES school (districtID, schoolID, term))`,
  );
  const { counts: got, errors } = await world.sync([school, course], 'course');
  expect(got).toEqual(counts({ inserted: 1, blocked: 1 }));
  expect(errors).toMatchObject([{ recordKey: '["1"]', parentObject: 'school', parentKey: '["5"]' }]);
});

test('a record whose key loses its spaces in CHAR is taken back like any other, and mended', async () => {
  const node = object('node', ['id'], {
    cycle: 'node',
    tenantColumn: null,
    references: [{ object: 'node', columns: ['up'], parentColumns: ['id'] }],
  });
  await world.district(
    'CREATE TABLE node (id VARCHAR(5) PRIMARY KEY, up VARCHAR(5))',
    "INSERT INTO node VALUES ('a ', 'zz'), ('b', 'a '), ('c', 'a '), ('d ', NULL), ('e', 'd ')",
  );
  await world.state(
    'CREATE TABLE node (id CHAR(5) PRIMARY KEY, up CHAR(5), FOREIGN KEY (up) REFERENCES node (id))',
    "INSERT INTO node VALUES ('c', NULL)",
  );
  for (const outcome of [{ inserted: 2 }, { unchanged: 2 }]) {
    const { job } = await world.sync([node], 'node', { pageRecords: 1 });
    await verifyCycle([job]);
    await retryBlocked(job);
    expect(await world.books(job)).toEqual(counts({ ...outcome, blocked: 3 }));
    expect((await world.errors(job)).map(({ recordKey }) => recordKey).sort()).toEqual([
      '["a "]',
      '["b"]',
      '["c"]',
    ]);
    expect(await world.state('SELECT id, up FROM node ORDER BY id')).toEqual([
      { id: 'c', up: null },
      { id: 'd', up: null },
      { id: 'e', up: 'd' },
    ]);
  }
});

/** Two tables that refer to each other, with a number of their own each. */
const refersTo = (to: string) => [{ object: to, columns: [`${to}ID`], parentColumns: [`${to}ID`] }];
const course = object('course', ['courseID'], { cycle: 'ct', references: refersTo('teacher') });
const teacher = object('teacher', ['teacherID'], { cycle: 'ct', references: refersTo('course') });
type Numbered = readonly (readonly [id: number, other: number | null, nr: number])[];

async function school(
  district: { readonly course: Numbered; readonly teacher: Numbered },
  state: { readonly course: Numbered; readonly teacher: Numbered },
): Promise<void> {
  const others = { course: 'teacher', teacher: 'course' } as const;
  const values = (all: Numbered, lead: readonly number[]): string =>
    all.map(([id, other, nr]) => `(${[...lead, id, other ?? 'NULL', nr].join(', ')})`).join(', ');
  for (const table of ['course', 'teacher'] as const) {
    const columns = `${table}ID INT NOT NULL, ${others[table]}ID INT NULL, nr INT NOT NULL`;
    await world.district(
      `CREATE TABLE ${table} (${columns}, PRIMARY KEY (${table}ID))`,
      `INSERT INTO ${table} VALUES ${values(district[table], [])}`,
    );
    await world.state(
      `CREATE TABLE ${table} (districtID INT NOT NULL, ${columns}, PRIMARY KEY (districtID, ${table}ID), UNIQUE KEY by_nr (districtID, nr))`,
      ...(state[table].length === 0
        ? []
        : [`INSERT INTO ${table} VALUES ${values(state[table], [districtNumber])}`]),
    );
  }
  for (const table of ['course', 'teacher'] as const)
    await world.state(
      `ALTER TABLE ${table} ADD FOREIGN KEY (districtID, ${others[table]}ID) REFERENCES ${others[table]} (districtID, ${others[table]}ID)`,
    );
}

async function sendSchool(): Promise<Record<'course' | 'teacher', PageJob>> {
  const all = [course, teacher];
  const { job: courses } = await world.sync(all, 'course', { pageRecords: 1 });
  const { job: teachers } = await world.sync(all, 'teacher', { pageRecords: 1, fence: courses.fence });
  await verifyCycle([courses, teachers]);
  await retryBlockedOfCycle([courses, teachers]);
  expect(await world.control('SELECT * FROM cycleInsertion')).toEqual([]);
  return { course: courses, teacher: teachers };
}

async function bothSchools(): Promise<void> {
  for (const [table, other] of [
    ['course', 'teacher'],
    ['teacher', 'course'],
  ]) {
    const all = `SELECT ${table}ID, ${other}ID, nr FROM ${table} ORDER BY 1`;
    expect(await world.state(all)).toEqual(await world.district(all));
  }
}

test.each([
  [
    'two need new ones of the other table, which need their numbers',
    {
      course: [
        [1, 2, 101],
        [2, null, 100],
      ],
      teacher: [
        [1, 2, 201],
        [2, null, 200],
      ],
    },
    { course: [[1, null, 100]], teacher: [[1, null, 200]] },
    { course: { inserted: 1, updated: 1 }, teacher: { inserted: 1, updated: 1 } },
  ],
  [
    'two are new and each other’s parents, and one needs a number that is given up below the other',
    {
      course: [[1, 1, 100]],
      teacher: [
        [1, 1, 200],
        [2, 1, 300],
      ],
    },
    { course: [], teacher: [[2, null, 200]] },
    { course: { inserted: 1 }, teacher: { inserted: 1, updated: 1 } },
  ],
] as const)(
  'records of two tables of a cycle may wait for each other in a circle: %s',
  async (_what, district, state, sent) => {
    await school(district, state);
    const jobs = await sendSchool();
    for (const table of ['course', 'teacher'] as const) {
      expect(await world.errors(jobs[table])).toEqual([]);
      expect(await world.books(jobs[table])).toEqual(counts(sent[table]));
    }
    await bothSchools();
    const again = await sendSchool();
    for (const table of ['course', 'teacher'] as const)
      expect(await world.books(again[table])).toEqual(counts({ unchanged: district[table].length }));
  },
);

test('of a circle over two tables with one record that the state refuses nothing is written', async () => {
  await school(
    {
      course: [
        [1, 2, 101],
        [2, null, 100],
        [9, null, 900],
      ],
      teacher: [
        [1, 2, 201],
        [2, null, 200],
      ],
    },
    { course: [[1, null, 100]], teacher: [[1, null, 200]] },
  );
  await world.state('ALTER TABLE teacher ADD CONSTRAINT small CHECK (nr <> 201)');
  const before = await world.state('SELECT * FROM course WHERE courseID < 9', 'SELECT * FROM teacher');
  for (const same of [{ inserted: 1 }, { unchanged: 1 }]) {
    const jobs = await sendSchool();
    expect(await world.books(jobs.course)).toEqual(counts({ ...same, failed: 1, blocked: 1 }));
    expect((await world.errors(jobs.teacher)).map(({ code }) => code).sort()).toEqual([
      'PARENT_NOT_AT_STATE',
      'UNIQUE_CLASH',
    ]);
    expect(await world.state('SELECT * FROM course WHERE courseID < 9', 'SELECT * FROM teacher')).toEqual(
      before,
    );
  }
});
