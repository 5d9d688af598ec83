import { retryBlocked } from '../../../src/editions/transfer/retry-blocked';
import { counts, districtNumber, object, rows, World } from '../support';

/** Unique values that records give to each other. */

let world: World;
beforeEach(async () => {
  world = await World.open();
}, 180_000);
afterEach(() => world.close());

const student = object('student', ['id']);

async function students(
  n: number,
  nr: (i: number) => string,
  type = 'INT NOT NULL',
  before: (i: number) => string = (i) => `${i}`,
): Promise<void> {
  await world.district(
    `CREATE TABLE student (id INT PRIMARY KEY, nr ${type}, name VARCHAR(20))`,
    `INSERT INTO student VALUES ${rows(n, (i) => `${i}, ${nr(i)}, 'n'`)}`,
  );
  await world.state(
    `CREATE TABLE student (districtID INT NOT NULL, id INT NOT NULL, nr ${type}, name VARCHAR(20),
       PRIMARY KEY (districtID, id), UNIQUE KEY by_nr (districtID, nr))`,
    `INSERT INTO student VALUES ${rows(n, (i) => `${districtNumber}, ${i}, ${before(i)}, 'n'`)}`,
  );
}

async function sendAll(pageRecords: number) {
  const sent = await world.sync([student], 'student', { pageRecords });
  await retryBlocked(sent.job);
  return world.books(sent.job);
}

async function statements(work: () => Promise<unknown>): Promise<number> {
  const asked = async () =>
    Number(
      (await world.state("SHOW GLOBAL STATUS LIKE 'Com_update%'"))
        .concat(await world.state("SHOW GLOBAL STATUS LIKE 'Com_savepoint'"))
        .reduce((sum, row) => sum + Number(row['Value']), 0),
    );
  const before = await asked();
  await work();
  return (await asked()) - before;
}

test('values that each moved by one cost a handful of statements, not their square', async () => {
  await students(400, (i) => `${i + 1}`);
  const asked = await statements(async () => {
    expect(await sendAll(1_000)).toEqual(counts({ updated: 400 }));
  });
  expect(asked).toBeLessThan(200);
  expect(await sendAll(1_000)).toEqual(counts({ unchanged: 400 }));
}, 60_000);

test.each([
  ['moved by one', (i: number) => `${i + 1}`],
  ['moved back by one', (i: number) => `${i - 1}`],
  ['turned round in threes over pages', (i: number) => `${i <= 100 ? i + 200 : i - 100}`],
  ['swapped', (i: number) => `${i % 2 === 0 ? i - 1 : i + 1}`],
  ['in one circle over all pages', (i: number) => `${(i % 300) + 1}`],
])(
  'values %s are updated in one run over pages of 100',
  async (_how, nr) => {
    await students(300, nr);
    expect(await sendAll(100)).toEqual(counts({ updated: 300 }));
    expect(await world.control('SELECT * FROM recordError')).toEqual([]);
    expect(await sendAll(100)).toEqual(counts({ unchanged: 300 }));
  },
  60_000,
);

test.each([
  ['VARCHAR(10) NULL', (i: number) => `'v${i}'`],
  ['VARCHAR(10) NOT NULL', (i: number) => `'v${i}'`],
  ['BINARY(8) NOT NULL', (i: number) => `'value${i}'`],
  ['TINYINT UNSIGNED NOT NULL', (i: number) => `${i + 249}`],
])('a swap of %s works, and a bad record in it leaves everything as it was', async (type, value) => {
  await students(
    6,
    (i) => value(i % 2 === 0 ? i - 1 : i + 1),
    type,
    (i) => value(i),
  );
  await world.state('ALTER TABLE student MODIFY name VARCHAR(3)');
  await world.district("UPDATE student SET name = 'too long' WHERE id = 3");
  const books = await sendAll(100);
  expect(books).toEqual(counts({ updated: 4, failed: 2 }));
  const left = await world.state('SELECT id, nr FROM student WHERE id IN (3, 4) ORDER BY id');
  const [at3] = await world.state(
    `SELECT HEX(nr) LIKE CONCAT(HEX(${value(3)}), '%') AS same FROM student WHERE id = 3`,
  );
  expect(left).toHaveLength(2);
  expect(at3).toEqual({ same: 1 });
});

test('a twin is named by its key, one of another district is not', async () => {
  await students(3, (i) => `${i === 3 ? 2 : i}`);
  await world.state(
    'ALTER TABLE student DROP KEY by_nr, ADD UNIQUE KEY by_nr (nr)',
    `INSERT INTO student VALUES (8, 1, 77, 'theirs')`,
  );
  await world.district("INSERT INTO student VALUES (4, 77, 'n')");
  const { errors, job } = await world.sync([student], 'student');
  expect(errors).toEqual([
    expect.objectContaining({ recordKey: '["3"]', code: 'UNIQUE_CLASH', field: 'nr', parentKey: '["2"]' }),
    expect.objectContaining({ recordKey: '["4"]', code: 'UNIQUE_CLASH', field: 'nr', parentKey: null }),
  ]);
  expect(errors[1]!.message).toContain('another district');
  const before = await world.books(job);
  await retryBlocked(job);
  expect(await world.books(job)).toEqual(before);
});

test('a table whose second half fails alike ends with the same counts at every run', async () => {
  await world.district(
    'CREATE TABLE student (id INT PRIMARY KEY, nr INT NULL, name VARCHAR(20))',
    `INSERT INTO student VALUES ${rows(2_200, (i) => `${i}, ${i}, '${i % 2 === 0 ? 'far too long' : 'n'}'`)}`,
  );
  await world.state(
    'CREATE TABLE student (districtID INT NOT NULL, id INT NOT NULL, nr INT NULL, name VARCHAR(5), PRIMARY KEY (districtID, id))',
  );
  const first = await world.sync([student], 'student', { pageRecords: 1_000, rangeRecords: 5_000 });
  expect(first.counts).toEqual(counts({ inserted: 1_100, failed: 1_100 }));
  const second = await world.sync([student], 'student', { pageRecords: 1_000, rangeRecords: 5_000 });
  expect(second.counts).toEqual(counts({ unchanged: 1_100, failed: 1_100 }));
}, 240_000);

test('a district that reads for longer than the state lets a transaction rest is waited for', async () => {
  await students(3, (i) => `${i + 10}`);
  await world.district(
    'RENAME TABLE student TO held',
    'CREATE VIEW student AS SELECT id, nr, name FROM held WHERE id <> 2 OR SLEEP(6) = 0',
  );
  expect((await world.sync([student], 'student')).counts).toEqual(counts({ updated: 3 }));
}, 120_000);

test.each([
  ['fills up with zero bytes', 'VARBINARY(4)', 'BINARY(4)', "x'61'", "x'62'"],
  ['loses spaces behind', 'VARCHAR(8)', 'CHAR(8)', "'a '", "'b  '"],
])('who has a value is found where the state %s', async (_how, district, state, one, two) => {
  await world.district(
    `CREATE TABLE student (id INT PRIMARY KEY, nr ${district}, name VARCHAR(20))`,
    `INSERT INTO student VALUES (1, ${two}, 'n'), (2, ${one}, 'n')`,
  );
  const collation = state === 'CHAR(8)' ? ' COLLATE utf8mb4_bin' : '';
  await world.state(
    `CREATE TABLE student (districtID INT NOT NULL, id INT NOT NULL, nr ${state}${collation}, name VARCHAR(20),
       PRIMARY KEY (districtID, id), UNIQUE KEY by_nr (districtID, nr))`,
    `INSERT INTO student VALUES (7, 1, ${one}, 'n'), (7, 2, ${two}, 'n')`,
  );
  expect(await sendAll(10)).toEqual(counts({ updated: 2 }));
  expect(await sendAll(10)).toEqual(counts({ unchanged: 2 }));

  await world.district(`INSERT INTO student VALUES (3, ${one}, 'n')`);
  const { errors } = await world.sync([student], 'student');
  expect(errors.map(({ code, parentKey }) => [code, parentKey])).toEqual([['UNIQUE_CLASH', '["2"]']]);
});

test("a value that a district of a like code has is not said to be the district's own", async () => {
  await world.district(
    'CREATE TABLE student (id INT PRIMARY KEY, nr INT NOT NULL)',
    'INSERT INTO student VALUES (1, 5), (2, 6)',
  );
  await world.state(
    `CREATE TABLE student (districtID VARCHAR(8) NOT NULL, id INT NOT NULL, nr INT NOT NULL,
       PRIMARY KEY (districtID, id), UNIQUE KEY by_nr (nr))`,
    "INSERT INTO student VALUES ('7B', 9, 5), ('7', 2, 6)",
  );
  const scope = { districtId: 'd1', districtNumber, districtCode: '7A', schoolYear: 2027 };
  const { errors } = await world.sync([student], 'student', { scope });
  expect(errors.map(({ code, parentKey }) => [code, parentKey])).toEqual([
    ['UNIQUE_CLASH', null],
    ['UNIQUE_CLASH', null],
  ]);
});
