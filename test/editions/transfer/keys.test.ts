import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { canBeStored, formatRecordKey, parseRecordKey, storedKey } from '../../../src/domain/record-error';
import { cutRanges } from '../../../src/editions/transfer/bounds';
import { keyInterval } from '../../../src/editions/mapping/keyset';
import { counts, object, rows, World } from '../support';

/** Keys of every kind: order, intervals, case, composites. */

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

/** Same table on both sides, the state's with the district's number in front. */
async function tables(columns: string, key: string, { stateColumns = columns } = {}): Promise<void> {
  await world.district(`CREATE TABLE thing (${columns}, PRIMARY KEY (${key}))`);
  await world.state(
    `CREATE TABLE thing (districtID INT NOT NULL, ${stateColumns}, PRIMARY KEY (districtID, ${key}))`,
  );
}

async function fullCycle(key: readonly string[], records: number): Promise<void> {
  const thing = object('thing', key);
  const options = { pageRecords: 7, rangeRecords: 40 };
  expect((await world.sync([thing], 'thing', options)).counts).toEqual(counts({ inserted: records }));
  expect((await world.sync([thing], 'thing', options)).counts).toEqual(counts({ unchanged: records }));
  await world.district("UPDATE thing SET v = CONCAT(v, '!') WHERE MOD(LENGTH(v), 2) = 1");
  const [row] = await world.district("SELECT SUM(v LIKE '%!') AS n FROM thing");
  const changed = Number(row!['n']);
  expect(changed).toBeGreaterThan(0);
  expect((await world.sync([thing], 'thing', options)).counts).toEqual(
    counts({ updated: changed, unchanged: records - changed }),
  );
  await world.state(`DELETE FROM thing ORDER BY ${key.join(', ')} LIMIT 3`);
  expect((await world.sync([thing], 'thing', options)).counts).toEqual(
    counts({ inserted: 3, unchanged: records - 3 }),
  );
  expect((await world.sync([thing], 'thing', options)).counts).toEqual(counts({ unchanged: records }));
}

test('a composite key of number and text', async () => {
  await tables('a INT NOT NULL, b VARCHAR(10) NOT NULL, v VARCHAR(20)', 'a, b');
  await world.district(`INSERT INTO thing VALUES ${rows(200, (i) => `${i % 9}, 'k${i}', 'v${i}'`)}`);
  await fullCycle(['a', 'b'], 200);
});

test('a composite key of three with dates and big numbers', async () => {
  await tables('a BIGINT UNSIGNED NOT NULL, b DATE NOT NULL, c SMALLINT NOT NULL, v VARCHAR(20)', 'a, b, c');
  await world.district(
    `INSERT INTO thing VALUES ${rows(150, (i) => `18446744073709551${600 + (i % 3)}, '2026-01-${String((i % 28) + 1).padStart(2, '0')}', ${i - 75}, 'v${i}'`)}`,
  );
  await fullCycle(['a', 'b', 'c'], 150);
});

test('text keys in the order of their collation, with accents, quotes and emoji', async () => {
  await tables('k VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NOT NULL, v VARCHAR(20)', 'k');
  const odd = ["'Ä1'", "'a2'", "'B3'", "'\\\\4'", "'''5'", "'\u{1F600}6'", "'ß7'", "'%_8'", "'Z9'", "'z10'"];
  await world.district(
    `INSERT INTO thing VALUES ${rows(100, (i) => `CONCAT(${odd[i % 10]!}, ${i}), 'v${i}'`)}`,
  );
  await fullCycle(['k'], 100);
});

test('the state orders by the district when its own collation differs', async () => {
  await tables(
    'k VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NOT NULL, v VARCHAR(20)',
    'k',
    {
      stateColumns: 'k VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL, v VARCHAR(20)',
    },
  );
  await world.district(`INSERT INTO thing VALUES ${rows(120, (i) => `'${i % 2 ? 'a' : 'B'}${i}', 'v${i}'`)}`);
  await fullCycle(['k'], 120);
});

test('latin1 text at the district and utf8mb4 at the state', async () => {
  await tables('k VARCHAR(20) CHARACTER SET latin1 NOT NULL, v VARCHAR(20) CHARACTER SET latin1', 'k', {
    stateColumns: 'k VARCHAR(20) CHARACTER SET utf8mb4 NOT NULL, v VARCHAR(20) CHARACTER SET utf8mb4',
  });
  await world.district(`INSERT INTO thing VALUES ${rows(60, (i) => `'\u00E9${i}', '\u00FC${i}'`)}`);
  await fullCycle(['k'], 60);
});

test('binary keys are hexadecimal in ledger and errors', async () => {
  await tables('k BINARY(4) NOT NULL, v VARCHAR(20)', 'k');
  await world.district(
    `INSERT INTO thing VALUES ${rows(90, (i) => `UNHEX(LPAD(HEX(${i} * 47710000), 8, '0')), 'v${i}'`)}`,
  );
  await fullCycle(['k'], 90);
  const ledger = await world.control('SELECT upToKey FROM rangeLedger WHERE upToKey IS NOT NULL LIMIT 1');
  expect(String(ledger[0]!['upToKey'])).toMatch(/^\["[0-9a-f]{8}"\]$/);
});

test('two keys that differ only by case clash in a state that ignores case, and are reported, not merged', async () => {
  await tables('k VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL, v VARCHAR(20)', 'k', {
    stateColumns: 'k VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NOT NULL, v VARCHAR(20)',
  });
  await world.district("INSERT INTO thing VALUES ('abc', '1'), ('ABC', '2')");
  const { counts: got, errors } = await world.sync([object('thing', ['k'])], 'thing');
  expect(got).toEqual(counts({ inserted: 1, failed: 1 }));
  expect(errors).toMatchObject([{ code: 'UNIQUE_CLASH', field: 'k' }]);
});

test('the upper bound is the greater of both sides, and a record born later is out of bounds', async () => {
  await tables('k INT NOT NULL, v VARCHAR(20)', 'k');
  await world.district(`INSERT INTO thing VALUES ${rows(10, (i) => `${i}, 'v'`)}`);
  await world.state('INSERT INTO thing VALUES (7, 15, NULL)');
  const thing = object('thing', ['k']);
  const { editions } = world;
  const { mapping, scope } = await world.job([thing], 'thing');
  const ranges = await cutRanges(editions, mapping, scope, { rangeRecords: 4 });
  expect(ranges.map(({ after, upTo }) => [after?.[0] ?? null, upTo?.[0] ?? null])).toEqual([
    [null, '4'],
    ['4', '8'],
    ['8', '15'],
  ]);
  await world.state('DELETE FROM thing');
  const cut = await cutRanges(editions, mapping, scope, { rangeRecords: 5 });
  expect(cut.map(({ upTo }) => upTo?.[0])).toEqual(['5', '10']);
});

test('an expanded keyset predicate selects exactly what comes after, for composite keys of any size', () => {
  fc.assert(
    fc.property(
      fc
        .integer({ min: 1, max: 4 })
        .chain((n) =>
          fc.tuple(
            fc.array(fc.integer({ min: 0, max: 3 }), { minLength: n, maxLength: n }),
            fc.array(fc.integer({ min: 0, max: 3 }), { minLength: n, maxLength: n }),
          ),
        ),
      ([record, bound]) => {
        const column = { type: 'int', collation: null } as never;
        const side = { columns: record.map((_, i) => ({ name: `c${i}`, column, order: null })) };
        const holds = (conditions: string[]): boolean =>
          // The predicate's grammar is a subset of JavaScript's once the names are replaced.
          conditions.every(
            (sql) =>
              runInNewContext(
                sql
                  .replace(/`c(\d)`/g, (_, i: string) => String(record[Number(i)]))
                  .replaceAll(' = ', ' === ')
                  .replaceAll('AND', '&&')
                  .replaceAll('OR', '||'),
              ) as boolean,
          );
        const key = bound.map(String);
        const order = record.map((value, i) => value - bound[i]!).find((difference) => difference !== 0) ?? 0;
        expect(holds(keyInterval(side, { after: key, upTo: null }))).toBe(order > 0);
        expect(holds(keyInterval(side, { after: null, upTo: key }))).toBe(order <= 0);
      },
    ),
  );
});

test('problems of the two tables are named before anything is written', async () => {
  await world.district('CREATE TABLE thing (k INT PRIMARY KEY, a VARCHAR(5), b DOUBLE, c INT)');
  await world.state('CREATE TABLE thing (districtID INT, k INT, a VARCHAR(5), b FLOAT, must INT NOT NULL)');
  await expect(world.job([object('thing', ['k'])], 'thing')).rejects.toMatchObject({
    errorClass: 'configuration',
    message: expect.stringMatching(
      /thing can't be sent: .*column b: double .* float.*no column c/s,
    ) as string,
  });
  await expect(world.job([object('nothing', ['k'])], 'nothing')).rejects.toMatchObject({
    errorClass: 'configuration',
    message: expect.stringContaining('the table nothing does not exist') as string,
  });
  const without = object('thing', ['k'], { ignoredColumns: ['b', 'c'] });
  await expect(world.job([without], 'thing')).rejects.toMatchObject({
    message: expect.stringMatching(/thing can't be sent: .*column must needs a value/) as string,
  });
});

test('a condition that a server would read as another one is refused before anything is written', async () => {
  const columns = "k INT PRIMARY KEY, code VARCHAR(5), kind ENUM('b','a'), n INT, day DATE, year VARCHAR(9)";
  await world.district(`CREATE TABLE thing (${columns})`);
  await world.state(`CREATE TABLE thing (districtID INT, ${columns})`);
  const excluding = (column: string, equals: string | number) =>
    object('thing', ['k'], { exclusions: [{ code: 'X', message: 'x', when: { column, equals } }] });
  const refused: [ReturnType<typeof object>, RegExp][] = [
    [excluding('code', 0), /the column code is varchar, and is compared with a number/],
    [excluding('kind', 1), /the column kind is enum, and is compared with a number/],
    [excluding('n', 'none'), /the column n is int, and is compared with a text that it can't hold/],
    [excluding('day', 'never'), /the column day is date, and is compared with a text/],
    [object('thing', ['k'], { subsetOf: 'thing', only: { column: 'code', equals: 7 } }), /the column code/],
    [
      object('thing', ['k'], { schoolYear: { column: 'year' } }),
      /the district's column year is varchar.*the state's column year is varchar; a school year is a number/,
    ],
  ];
  for (const [thing, message] of refused)
    await expect(world.job([thing], 'thing')).rejects.toMatchObject({
      errorClass: 'configuration',
      message: expect.stringMatching(message) as string,
    });
  for (const [column, equals] of [
    ['code', '0'],
    ['kind', 'a'],
    ['n', '7'],
    ['n', 7],
    ['day', '2027-01-31'],
  ] as const)
    await expect(world.job([excluding(column, equals)], 'thing')).resolves.toBeDefined();
});

test('a key whose JSON is too long for the books is refused by a name of its own, again and again', async () => {
  const column = 'VARCHAR(300) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL';
  await tables(`k ${column}, v VARCHAR(20)`, 'k');
  await world.state(`INSERT INTO thing VALUES (7, 'extra', 'x')`);
  await world.district(
    `INSERT INTO thing VALUES ('plain', 'v'), (CONCAT(REPEAT('"', 299), 'a'), 'v'), (CONCAT(REPEAT('"', 299), 'b'), 'v'),
       (REPEAT(CHAR(1), 100), 'v'), (REPEAT('\u{1F600}', 254), 'v'), (REPEAT('\u{1F600}', 253), 'v')`,
  );
  const thing = object('thing', ['k']);
  const options = { pageRecords: 2, rangeRecords: 4 };
  const first = await world.sync([thing], 'thing', options);
  expect(first.counts).toEqual(counts({ inserted: 3, failed: 3, extra: 1 }));
  const names = first.errors.map(({ recordKey }) => JSON.parse(recordKey) as string[]);
  expect(new Set(names.flat()).size).toBe(3);
  for (const { code, recordKey, message } of first.errors) {
    expect([code, recordKey.length <= 512]).toEqual(['KEY_TOO_LONG', true]);
    expect(message).toMatch(/correct the key at the district/);
  }
  const second = await world.sync([thing], 'thing', options);
  expect(second.counts).toEqual(counts({ unchanged: 3, failed: 3, extra: 1 }));
  expect(second.errors).toEqual(first.errors);
  // Where the state has the record as it is, there is nothing to name.
  await world.district(`DELETE FROM thing WHERE k LIKE '%b'`);
  await world.state(`INSERT INTO thing VALUES (7, CONCAT(REPEAT('"', 299), 'a'), 'v')`);
  expect((await world.sync([thing], 'thing', options)).counts).toEqual(
    counts({ unchanged: 4, failed: 1, extra: 1 }),
  );
  // Nor does an empty state get one, though whole pages are streamed into it.
  await world.state('DELETE FROM thing');
  for (const outcome of [{ inserted: 3 }, { unchanged: 3 }])
    expect((await world.sync([thing], 'thing', { pageRecords: 10 })).counts).toEqual(
      counts({ ...outcome, failed: 2 }),
    );
});

test('the stored name of a key is its own while it fits, and another one for every other', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'binary', maxLength: 400 }), { minLength: 1, maxLength: 3 }),
      (key) => {
        const stored = storedKey(key);
        expect(stored.length).toBeLessThanOrEqual(512);
        expect(Array.isArray(parseRecordKey(stored))).toBe(true);
        expect(stored === formatRecordKey(key)).toBe(canBeStored(key));
        expect(storedKey([...key, 'x'])).not.toBe(stored);
      },
    ),
  );
});
