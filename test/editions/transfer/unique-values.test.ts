import { countHeldByExtra } from '../../../src/editions/removal/held-by-extra';
import { retryBlocked, retryBlockedOfCycle } from '../../../src/editions/transfer/retry-blocked';
import { verifyCycle } from '../../../src/editions/transfer/verify-cycle';
import { counts, districtNumber, object, rows, World } from '../support';

/** Unique values that records give to each other. */

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

const student = object('student', ['id']);

async function students(
  n: number,
  nr: (i: number) => string,
  type = 'INT NOT NULL',
  before: (i: number) => string = (i) => `${i}`,
  key = 'nr',
): Promise<void> {
  await world.district(
    `CREATE TABLE student (id INT PRIMARY KEY, nr ${type}, name VARCHAR(20))`,
    `INSERT INTO student VALUES ${rows(n, (i) => `${i}, ${nr(i)}, 'n'`)}`,
  );
  await world.state(
    `CREATE TABLE student (districtID INT NOT NULL, id INT NOT NULL, nr ${type}, name VARCHAR(20),
       PRIMARY KEY (districtID, id), UNIQUE KEY by_nr (districtID, ${key}))`,
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

/** Values that are unique and required at the state, two of each that two records exchange. */
const exchanged: Readonly<Record<string, readonly [type: string, one: string, other: string]>> = {
  day: ['DATE', "'2026-01-01'", "'2026-01-02'"],
  at: ['DATETIME(3)', "'2026-01-01 00:00:00.5'", "'2026-01-02'"],
  stamp: ['TIMESTAMP', "'2026-01-01 00:00:01'", "'2026-01-02'"],
  hour: ['TIME', "'08:00:00'", "'-09:00:00'"],
  year: ['YEAR', '2026', '2027'],
  rate: ['DECIMAL(4,1)', '1.5', '2'],
  share: ['DECIMAL(2,2)', '0.5', '0.25'],
  ratio: ['DOUBLE', '0.1', '-1e300'],
  part: ['FLOAT', '0.1', '0.2'],
  bits: ['BIT(5)', '1', '2'],
  tiny: ['TINYINT', '127', '-128'],
  code: ['CHAR(2)', "'aa'", "'bb'"],
  letter: ['VARCHAR(1)', "'a'", "'b'"],
  bytes: ['BINARY(2)', "x'0001'", "x'00ff'"],
  grade: ["ENUM('a','b','c','')", "'a'", "'b'"],
  days: ["SET('a','b')", "'a'", "'a,b'"],
};

test('two records exchange unique values of any type, in one page and over two', async () => {
  const names = Object.keys(exchanged);
  const columns = names.map((name) => `${name} ${exchanged[name]![0]} NOT NULL`).join(', ');
  const record = (id: number, which: 1 | 2): string =>
    `${id}, ${names.map((name) => exchanged[name]![which]).join(', ')}, ${which}`;
  await world.district(
    `CREATE TABLE student (id INT PRIMARY KEY, ${columns}, n INT)`,
    `INSERT INTO student VALUES (${record(1, 1)}), (${record(2, 2)})`,
  );
  await world.state(
    `CREATE TABLE student (districtID INT NOT NULL, id INT NOT NULL, ${columns}, n INT NULL, PRIMARY KEY (districtID, id),
       ${names.map((name) => `UNIQUE (${name})`).join(', ')})`,
    `INSERT INTO student VALUES (${districtNumber}, ${record(1, 2)}), (${districtNumber}, ${record(2, 1)})`,
  );
  const all = `SELECT id, ${names.map((name) => `${name}+0 AS ${name}`).join(', ')}, HEX(bytes), HEX(code) FROM student ORDER BY id`;
  for (const pageRecords of [1_000, 1]) {
    expect(await sendAll(pageRecords)).toEqual(counts({ updated: 2 }));
    expect(await world.state(all)).toEqual(await world.district(all));
    expect(await sendAll(pageRecords)).toEqual(counts({ unchanged: 2 }));
    await world.district('UPDATE student SET id = id + 8', 'UPDATE student SET id = IF(id = 9, 2, 1)');
  }
});

test('records exchange what a foreign key of the state guards, and a period beside another value', async () => {
  const columns = "id INT NOT NULL, locker INT NOT NULL, room INT NOT NULL, period ENUM('1','2') NOT NULL";
  await world.district(
    `CREATE TABLE student (${columns}, PRIMARY KEY (id))`,
    "INSERT INTO student VALUES (1, 20, 7, '1'), (2, 10, 7, '2'), (3, 30, 8, '1')",
  );
  await world.state(
    'CREATE TABLE locker (id INT PRIMARY KEY)',
    'INSERT INTO locker VALUES (10), (20), (30)',
    `CREATE TABLE student (districtID INT NOT NULL, ${columns}, PRIMARY KEY (districtID, id), UNIQUE (locker),
       UNIQUE (room, period), FOREIGN KEY (locker) REFERENCES locker (id))`,
    `INSERT INTO student VALUES (${districtNumber}, 1, 10, 7, '2'), (${districtNumber}, 2, 20, 7, '1'), (${districtNumber}, 3, 30, 8, '2')`,
  );
  expect(await sendAll(1_000)).toEqual(counts({ updated: 3 }));
  expect(await sendAll(1_000)).toEqual(counts({ unchanged: 3 }));
  // The checks are on again: there is no such locker.
  await world.district('UPDATE student SET locker = id + 98 WHERE id < 3');
  expect(await sendAll(1_000)).toEqual(counts({ unchanged: 1, blocked: 2 }));
});

test('values that each moved by one cost a handful of statements, not their square', async () => {
  await students(400, (i) => `${i + 1}`);
  const asked = await statements(async () => {
    expect(await sendAll(1_000)).toEqual(counts({ updated: 400 }));
  });
  expect(asked).toBeLessThan(200);
  expect(await sendAll(1_000)).toEqual(counts({ unchanged: 400 }));
});

test.each([
  ['moved by one', (i: number) => `${i + 1}`],
  ['moved back by one', (i: number) => `${i - 1}`],
  ['turned round in threes over pages', (i: number) => `${i <= 100 ? i + 200 : i - 100}`],
  ['swapped', (i: number) => `${i % 2 === 0 ? i - 1 : i + 1}`],
  ['in one circle over all pages', (i: number) => `${(i % 300) + 1}`],
])('values %s are updated in one run over pages of 100', async (_how, nr) => {
  await students(300, nr);
  expect(await sendAll(100)).toEqual(counts({ updated: 300 }));
  expect(await world.control('SELECT * FROM recordError')).toEqual([]);
  expect(await sendAll(100)).toEqual(counts({ unchanged: 300 }));
});

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

const blind: readonly (readonly [what: string, type: string, key: string, alter?: string])[] = [
  ['a part of a column', 'VARCHAR(40) NOT NULL', 'nr(10)'],
  ['a part of a TEXT that may be NULL', 'TEXT NULL', 'nr(12)'],
  ['a part of bytes', 'BLOB NOT NULL', 'nr(9)'],
  [
    'what the state computes',
    'VARCHAR(40) NOT NULL',
    'nr',
    'DROP KEY by_nr, ADD norm VARCHAR(40) AS (UPPER(nr)) STORED, ADD UNIQUE KEY by_norm (districtID, norm)',
  ],
];

test.each(blind)(
  'values of which %s is unique are swapped, over pages too, and a bad record leaves its pair alone',
  async (_what, type, key, alter = "COMMENT ''") => {
    await students(
      8,
      (i) => `'number ${i % 2 === 0 ? i - 1 : i + 1} and more'`,
      type,
      (i) => `'number ${i} and more'`,
      key,
    );
    await world.state('ALTER TABLE student MODIFY name VARCHAR(3)', `ALTER TABLE student ${alter}`);
    await world.district("UPDATE student SET name = 'too long' WHERE id = 3");
    const texts = 'SELECT id, CAST(nr AS CHAR) AS nr FROM student WHERE id NOT IN (3, 4) ORDER BY id';
    expect(await sendAll(100)).toEqual(counts({ updated: 6, failed: 2 }));
    expect(await world.state(texts)).toEqual(await world.district(texts));
    expect(await sendAll(1)).toEqual(counts({ unchanged: 6, failed: 2 }));
    // In pages of one the closing retry has both.
    await world.district("UPDATE student SET nr = CONCAT('number ', id, ' and so') WHERE id NOT IN (3, 4)");
    expect(await sendAll(1)).toEqual(counts({ updated: 6, failed: 2 }));
    expect(await world.state(texts)).toEqual(await world.district(texts));
    expect(await sendAll(1)).toEqual(counts({ unchanged: 6, failed: 2 }));
  },
);

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
});

test('a district that reads for longer than the state lets a transaction rest is waited for', async () => {
  await students(3, (i) => `${i + 10}`);
  await world.district(
    'RENAME TABLE student TO held',
    'CREATE VIEW student AS SELECT id, nr, name FROM held WHERE id <> 2 OR SLEEP(6) = 0',
  );
  expect((await world.sync([student], 'student')).counts).toEqual(counts({ updated: 3 }));
});

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

/** Employees with a number of their own each; the state has those of `before`. */
async function staff(
  after: readonly (readonly [id: number, boss: number | null, nr: number | null])[],
  before: readonly (readonly [id: number, boss: number | null, nr: number])[],
  nr = 'INT NOT NULL',
): Promise<void> {
  const shape = `id INT PRIMARY KEY, boss INT NULL, nr ${nr}`;
  const values = (all: readonly (readonly (number | null)[])[]) =>
    all.map(([id, boss, number]) => `(${id}, ${boss}, ${number}, 'n')`).join(', ');
  await world.district(
    `CREATE TABLE emp (${shape}, name VARCHAR(20))`,
    `INSERT INTO emp VALUES ${values(after)}`,
  );
  await world.state(
    `CREATE TABLE emp (${shape}, name VARCHAR(4), UNIQUE KEY by_nr (nr), KEY (boss),
       CONSTRAINT boss FOREIGN KEY (boss) REFERENCES emp (id))`,
    'SET foreign_key_checks = 0',
    `INSERT INTO emp VALUES ${values(before)}`,
  );
}

const emp = object('emp', ['id'], {
  cycle: 'emp',
  tenantColumn: null,
  references: [{ object: 'emp', columns: ['boss'], parentColumns: ['id'] }],
});

async function sendStaff() {
  const { job } = await world.sync([emp], 'emp', { pageRecords: 1 });
  await verifyCycle([job]);
  await retryBlockedOfCycle([job]);
  return job;
}

const bothEqual = async () =>
  expect(await world.state('SELECT id, boss, nr FROM emp ORDER BY id')).toEqual(
    await world.district('SELECT id, boss, nr FROM emp ORDER BY id'),
  );

test.each([
  [
    'one needs the other as its boss, and that one its number',
    'INT NOT NULL',
    [
      [1, 2, 101],
      [2, null, 100],
    ],
    [[1, null, 100]],
  ],
  [
    'the same where the number may be NULL',
    'INT NULL',
    [
      [1, 2, 101],
      [2, null, 100],
    ],
    [[1, null, 100]],
  ],
  [
    'what gives its number up has none from then on',
    'INT NULL',
    [
      [1, 2, null],
      [2, null, 100],
    ],
    [[1, 2, 100]],
  ],
  [
    'boss and number by turns, with others who wait for them',
    'INT NOT NULL',
    [
      [1, 2, 11],
      [2, null, 30],
      [3, 4, 31],
      [4, null, 10],
      [5, 4, 50],
      [6, 5, 3],
    ],
    [
      [1, null, 10],
      [3, null, 30],
      [5, null, 3],
    ],
  ],
  [
    'numbers passed on, of which the last is given up by one below',
    'SMALLINT UNSIGNED NOT NULL',
    [
      [1, null, 20],
      [2, null, 30],
      [3, 9, 40],
      [9, null, 10],
    ],
    [
      [1, null, 10],
      [2, null, 20],
      [3, null, 30],
    ],
  ],
] as const)('who waits for whom may go round in a circle: %s', async (_, nr, after, before) => {
  await staff(after, before, nr);
  const job = await sendStaff();
  expect(await world.errors(job)).toEqual([]);
  await bothEqual();
  expect(await world.books(job)).toEqual(
    counts({ inserted: after.length - before.length, updated: before.length }),
  );
  const again = await sendStaff();
  expect(await world.books(again)).toEqual(counts({ unchanged: after.length }));
});

test('of a circle with one record that the state refuses nothing is written, and each says what it waits for', async () => {
  await staff(
    [
      [1, 2, 11],
      [2, null, 30],
      [3, 4, 31],
      [4, null, 10],
      [7, 8, 71],
      [8, null, 70],
      [99, null, 99],
    ],
    [
      [1, null, 10],
      [3, null, 30],
      [7, null, 70],
      [99, null, 99],
    ],
  );
  for (const side of ['district', 'state'] as const) await world[side]('UPDATE emp SET name = id');
  await world.state('ALTER TABLE emp ADD UNIQUE KEY by_name (name)');
  await world.district("UPDATE emp SET name = '99' WHERE id = 4");
  for (const sent of [{ inserted: 1, updated: 1, unchanged: 1 }, { unchanged: 3 }]) {
    const job = await sendStaff();
    expect((await world.errors(job)).map(({ recordKey, code }) => [recordKey, code]).sort()).toEqual([
      ['["1"]', 'PARENT_NOT_AT_STATE'],
      ['["2"]', 'UNIQUE_CLASH'],
      ['["3"]', 'PARENT_NOT_AT_STATE'],
      ['["4"]', 'UNIQUE_CLASH'],
    ]);
    expect(await world.books(job)).toEqual(counts({ ...sent, failed: 2, blocked: 2 }));
    expect(await world.state('SELECT id, nr FROM emp WHERE id < 5 ORDER BY id')).toEqual([
      { id: 1, nr: 10 },
      { id: 3, nr: 30 },
    ]);
  }
});

test('a record in the way is gone for the district only where its database has all school years', async () => {
  const guid = "'0123-guid'";
  const person = object('person', ['personID'], { guidColumn: 'guid' });
  const columns = 'personID INT NOT NULL, guid VARCHAR(40) NOT NULL UNIQUE';
  await world.district(
    `CREATE TABLE person (${columns}, PRIMARY KEY (personID))`,
    `INSERT INTO person VALUES (1, ${guid})`,
  );
  await world.state(
    `CREATE TABLE person (districtID INT NOT NULL, ${columns}, PRIMARY KEY (districtID, personID))`,
    `INSERT INTO person VALUES (${districtNumber}, 2, ${guid})`,
  );
  const { scope } = await world.job([person], 'person');
  const outcome = async (splitByYear: boolean) => {
    const { job, errors } = await world.sync([person], 'person', { scope: { ...scope, splitByYear } });
    return [errors.map(({ code }) => code), await countHeldByExtra(job, () => Promise.resolve(job))];
  };
  expect(await outcome(false)).toEqual([['RENUMBERED'], 1]);
  // Another year's database may have it: nobody is asked to renumber it, nothing is removed for it.
  expect(await outcome(true)).toEqual([['UNIQUE_CLASH'], 0]);
});
