import { retryBlockedOfCycle } from '../../../src/editions/transfer/retry-blocked';
import { verifyCycle } from '../../../src/editions/transfer/verify-cycle';
import { verifyObjects } from '../../../src/editions/verification/verify-objects';
import { counts, object, rows, World } from '../support';
import { testStack } from '../../support/stack';

/** Keys that are equal for a unique index though they are spelled differently. */

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

const thing = object('thing', ['k']);

async function tables(district: string, state: string): Promise<void> {
  await world.district(`CREATE TABLE thing (k ${district} NOT NULL PRIMARY KEY, v VARCHAR(20))`);
  await world.state(
    `CREATE TABLE thing (districtID INT NOT NULL, k ${state} NOT NULL, v VARCHAR(20), PRIMARY KEY (districtID, k))`,
  );
}

const ci = 'VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci';
const general = 'VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci';
const bin = 'VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';
const latin = 'VARCHAR(20) CHARACTER SET latin1 COLLATE latin1_swedish_ci';

test.each([
  ['one collation', ci, ci],
  ['bytes at the district', bin, ci],
  ['two collations', general, ci],
  ['two charsets', latin, ci],
])('%s: respelled keys are updated in pages of any cut, once', async (_how, district, state) => {
  await tables(district, state);
  await world.district(
    `INSERT INTO thing VALUES ${rows(60, (i) => `'${i % 3 ? 'K' : 'k'}${i % 2 ? 'é' : 'E'}${i}', 'v'`)}`,
  );
  await world.state(
    `INSERT INTO thing VALUES ${rows(60, (i) => `7, 'ke${i} ', 'v'`)}, (7, 'zz', 'v'), (7, 'a', 'v')`,
  );
  const options = { pageRecords: 7, rangeRecords: 20 };
  expect((await world.sync([thing], 'thing', options)).counts).toEqual(counts({ updated: 60, extra: 2 }));
  expect((await world.sync([thing], 'thing', options)).counts).toEqual(counts({ unchanged: 60, extra: 2 }));
  const hex = 'SELECT HEX(CONVERT(k USING utf8mb4)) AS k FROM thing';
  expect(await world.state(`${hex} WHERE k NOT IN ('zz', 'a') ORDER BY 1`)).toEqual(
    await world.district(`${hex} ORDER BY 1`),
  );
});

test('two records of the district that are one key at the state never take turns', async () => {
  await tables(bin, ci);
  await world.district("INSERT INTO thing VALUES ('a1', '1'), ('A1', '2'), ('b', '3')");
  await world.state("INSERT INTO thing VALUES (7, 'á1', '0')");
  const options = { pageRecords: 1, rangeRecords: 1 };
  for (const expected of [
    counts({ updated: 1, inserted: 1, failed: 1 }),
    counts({ unchanged: 2, failed: 1 }),
    counts({ unchanged: 2, failed: 1 }),
  ]) {
    const { counts: got, errors } = await world.sync([thing], 'thing', options);
    expect(got).toEqual(expected);
    expect(errors).toMatchObject([{ code: 'UNIQUE_CLASH', field: 'k' }]);
  }
});

test('a state that tells spellings apart keeps them as records of their own', async () => {
  await tables(ci, bin);
  await world.district("INSERT INTO thing VALUES ('Ab', '1'), ('c', '2')");
  await world.state("INSERT INTO thing VALUES (7, 'ab', '1'), (7, 'AB', '1'), (7, 'c', '2')");
  expect((await world.sync([thing], 'thing')).counts).toEqual(
    counts({ inserted: 1, unchanged: 1, extra: 2 }),
  );
  expect((await world.sync([thing], 'thing')).counts).toEqual(counts({ unchanged: 2, extra: 2 }));
});

test('more spellings of one key than a page takes end the page all the same', async () => {
  await tables(ci, bin);
  await world.district("INSERT INTO thing VALUES ('b', '1'), ('abcdef', '2')");
  const variants = Array.from({ length: 64 }, (_, n) =>
    [...'abcdef'].map((letter, i) => ((n >> i) & 1 ? letter.toUpperCase() : letter)).join(''),
  );
  await world.state(`INSERT INTO thing VALUES ${variants.map((k) => `(7, '${k}', '2')`).join(', ')}`);
  expect((await world.sync([thing], 'thing', { pageRecords: 3 })).counts).toEqual(
    counts({ inserted: 1, unchanged: 1, extra: 63 }),
  );
});

test('a verification foretells a respelled key as an update and nothing as extra', async () => {
  await tables(ci, ci);
  await world.district("INSERT INTO thing VALUES ('A1', '1'), ('b', '2')");
  await world.state("INSERT INTO thing VALUES (7, 'a1', '1'), (7, 'b', '2')");
  const job = await world.job([thing], 'thing');
  const [result] = await verifyObjects([
    {
      ...job,
      referred: false,
      rangeRecords: 100,
      blockedKeys: { add: () => Promise.resolve(), find: () => Promise.resolve(new Map()) },
    } as unknown as Parameters<typeof verifyObjects>[0][number],
  ]);
  expect(JSON.stringify(result)).toContain('"kind":"different"');
  expect(JSON.stringify(result)).not.toMatch(/"kind":"(extra|missing)"/);
});

test('a reference in words to a key in numbers is blocked, and costs its own record', async () => {
  await world.district(
    'CREATE TABLE parent (id INT PRIMARY KEY)',
    'CREATE TABLE child (id INT PRIMARY KEY, parent VARCHAR(10))',
    'INSERT INTO parent VALUES (1), (2)',
    "INSERT INTO child VALUES (1, '1'), (2, 'N/A'), (3, '02'), (4, NULL), (5, '9'), (6, '')",
  );
  await world.state(
    'CREATE TABLE parent (districtID INT, id INT, PRIMARY KEY (districtID, id))',
    'CREATE TABLE child (districtID INT, id INT, parent VARCHAR(10), PRIMARY KEY (districtID, id))',
  );
  const parent = object('parent', ['id']);
  const child = object('child', ['id'], {
    references: [{ object: 'parent', columns: ['parent'], parentColumns: ['id'] }],
  });
  await world.sync([parent, child], 'parent');
  for (const expected of [counts({ inserted: 3, blocked: 3 }), counts({ unchanged: 3, blocked: 3 })]) {
    const { counts: got, errors } = await world.sync([parent, child], 'child');
    expect(got).toEqual(expected);
    expect(errors.map(({ recordKey }) => recordKey)).toEqual(['["2"]', '["5"]', '["6"]']);
  }
});

test('a record that the view of the district can not show costs itself', async () => {
  await world.district(
    'CREATE TABLE base (id INT PRIMARY KEY, v VARCHAR(20))',
    'CREATE TABLE note (id INT, n INT)',
    `INSERT INTO base VALUES ${rows(30, (i) => `${i}, 'v${i}'`)}`,
    'INSERT INTO note VALUES (5, 1), (17, 1), (17, 2)',
    'CREATE VIEW thing AS SELECT b.id, b.v, (SELECT n FROM note WHERE note.id = b.id) AS n FROM base b',
  );
  await world.state(
    'CREATE TABLE thing (districtID INT, id INT, v VARCHAR(20), n INT, PRIMARY KEY (districtID, id))',
  );
  const view = object('thing', ['id']);
  if ((await testStack()).servers?.district === 'mysql') {
    // It makes the whole view before the first row: docs/servers.md.
    await expect(world.sync([view], 'thing', { pageRecords: 10 })).rejects.toMatchObject({ errno: 1242 });
    return;
  }
  for (const expected of [counts({ inserted: 29, failed: 1 }), counts({ unchanged: 29, failed: 1 })]) {
    const { counts: got, errors } = await world.sync([view], 'thing', { pageRecords: 10 });
    expect(got).toEqual(expected);
    expect(errors).toMatchObject([{ recordKey: '["17"]', code: 'DISTRICT_ERROR_1242' }]);
  }
});

test('several records of one key in a view of the district are all refused, wherever a page ends', async () => {
  await world.district(
    'CREATE TABLE base (id INT, v VARCHAR(20))',
    "INSERT INTO base VALUES (1, 'a'), (2, 'b'), (2, 'c'), (3, 'd'), (4, 'e'), (4, 'e')",
    'CREATE VIEW thing AS SELECT id, v FROM base',
  );
  await world.state(
    'CREATE TABLE thing (districtID INT, id INT, v VARCHAR(20), PRIMARY KEY (districtID, id))',
  );
  const view = object('thing', ['id']);
  for (const pageRecords of [2, 1, 3, 100]) {
    const { counts: got, errors } = await world.sync([view], 'thing', { pageRecords });
    expect(got.inserted + got.unchanged).toBe(2);
    expect(got.failed).toBe(2);
    expect(errors.map(({ recordKey, code }) => `${recordKey} ${code}`)).toEqual([
      '["2"] KEY_DOUBLED',
      '["4"] KEY_DOUBLED',
    ]);
  }
});

test.each([
  ['VARBINARY(8)', 'BINARY(8)'],
  ['BINARY(4)', 'BINARY(8)'],
])('a binary key %s that %s fills up is refused beforehand', async (from, to) => {
  await tables(from, to);
  await expect(world.job([thing], 'thing')).rejects.toMatchObject({
    errorClass: 'configuration',
    message: expect.stringContaining('fills it up with zero bytes') as string,
  });
});

test.each([
  ['DECIMAL(8,2) UNSIGNED ZEROFILL', 'DECIMAL(8,2)'],
  ['INT(8) ZEROFILL', 'INT'],
  ['INT', 'INT(6) ZEROFILL'],
  ['BINARY(4)', 'VARBINARY(8)'],
  ['CHAR(8)', 'VARCHAR(8)'],
  ['VARCHAR(8)', 'CHAR(8)'],
])('a key %s is the same key as %s', async (from, to) => {
  await tables(from, to);
  await world.district(`INSERT INTO thing VALUES ${rows(9, (i) => `${i}, 'v'`)}`);
  expect((await world.sync([thing], 'thing')).counts).toEqual(counts({ inserted: 9 }));
  await world.district("UPDATE thing SET v = 'w' WHERE k = '3'");
  await world.sync([thing], 'thing');
  expect((await world.sync([thing], 'thing')).counts).toEqual(counts({ unchanged: 9 }));
});

test("a key that the state's charset lacks is not the record of question marks", async () => {
  await tables(ci, latin);
  await world.district("INSERT INTO thing VALUES ('\u{1f600}', 'v'), ('a', 'v')");
  await world.state("INSERT INTO thing VALUES (7, '?', 'v'), (7, 'b', 'v')");
  const sent = await world.sync([thing], 'thing');
  expect(sent.counts).toEqual(counts({ inserted: 1, failed: 1, extra: 2 }));
  expect((await world.sync([thing], 'thing')).counts).toEqual(counts({ unchanged: 1, failed: 1, extra: 2 }));
});

test.each([1, 10])(
  'CHAR keeps no spaces behind: its record is that of the key with them, pages of %i',
  async (pageRecords) => {
    await tables(bin, 'CHAR(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci');
    await world.district("INSERT INTO thing VALUES ('a1 ', 'v'), ('á1', 'v')");
    await world.state("INSERT INTO thing VALUES (7, 'a1', 'v')");
    for (let run = 0; run < 2; run += 1) {
      const { counts: books, errors } = await world.sync([thing], 'thing', { pageRecords });
      expect(books).toEqual(counts({ unchanged: 1, failed: 1 }));
      expect(errors.map(({ recordKey, code }) => [recordKey, code])).toEqual([['["á1"]', 'UNIQUE_CLASH']]);
    }
  },
);

test.each([
  ['in another case', ci, "('a', 'A', '1'), ('b', 'B ', '2'), ('c', 'C', '3'), ('d', 'x', '4')"],
  ['with an accent', ci, "('e', 'é', '1'), ('f', 'F', '2'), ('g', 'a', '3')"],
])('a record that is its own parent, spelled %s, is sent', async (_how, text, values) => {
  await world.district(
    `CREATE TABLE thing (k ${bin} NOT NULL PRIMARY KEY, above ${bin}, v VARCHAR(20))`,
    `INSERT INTO thing VALUES ${values}`,
  );
  await world.state(
    `CREATE TABLE thing (k ${text} NOT NULL PRIMARY KEY, above ${text}, v VARCHAR(20), KEY (above),
       CONSTRAINT above FOREIGN KEY (above) REFERENCES thing (k))`,
  );
  const below = object('thing', ['k'], {
    cycle: 'thing',
    tenantColumn: null,
    references: [{ object: 'thing', columns: ['above'], parentColumns: ['k'] }],
  });
  const all = (await world.district('SELECT k FROM thing')).length;
  for (const sent of [{ inserted: all - 1 }, { unchanged: all - 1 }]) {
    const { job } = await world.sync([below], 'thing', { pageRecords: 10 });
    await verifyCycle([job]);
    await retryBlockedOfCycle([job]);
    expect((await world.errors(job)).map(({ code }) => code)).toEqual(['PARENT_NOT_AT_STATE']);
    expect(await world.books(job)).toEqual(counts({ ...sent, blocked: 1 }));
  }
});
