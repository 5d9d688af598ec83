import type { Knex } from 'knex';
import { openControl } from '../../../src/control/database';
import { startObject } from '../../../src/features/resyncs/object-store';
import { planObjects } from '../../../src/features/resyncs/planned-objects';
import { saveRanges } from '../../../src/features/resyncs/range-store';
import { readRecordHistory, type RecordRun } from '../../../src/features/record-history/read';
import { insertResync } from '../../../src/features/resyncs/store';
import type { SyncObject } from '../../../src/domain/catalog';
import type { RecordKey } from '../../../src/domain/record-error';
import type { ResyncRequest } from '../../../src/domain/resync';
import { cutRanges } from '../../../src/editions/transfer/bounds';
import type { PageJob, RangeJob } from '../../../src/editions/mapping/job';
import { keyOrderOf } from '../../../src/editions/mapping/key-order';
import { removeFound } from '../../../src/editions/removal/remove-records';
import { retryBlocked } from '../../../src/editions/transfer/retry-blocked';
import { syncRange } from '../../../src/editions/transfer/sync-range';
import { verifyCycle } from '../../../src/editions/transfer/verify-cycle';
import { object, rows, World } from '../support';
import { someCatalog } from '../../support/control-database';

/** What the books of the runs say of one record, asked after the data path itself wrote them. */

let world: World;
let control: Knex;
beforeEach(async () => {
  world = await World.open();
  control = openControl(world.databases.controlUrl);
});
afterEach(async () => {
  await control.destroy();
  await world.close();
});

/** A run of one object with everything a worker stores of it. */
async function run(
  objects: readonly SyncObject[],
  name: string,
  {
    rangeRecords = 40,
    over = {},
    ...fields
  }: Partial<RangeJob> & { rangeRecords?: number; over?: Partial<ResyncRequest> } = {},
): Promise<PageJob> {
  const job = await world.job(objects, name, { pageRecords: 10, ...fields });
  const { resyncId } = job.fence;
  const { schoolYear } = job.scope;
  // A member of a cycle joins the run of another.
  const known = await control('resync').where({ resyncID: resyncId }).first<object | undefined>();
  if (!known)
    await insertResync(control, {
      catalogHash: someCatalog,
      request: {
        resyncId,
        districtId: 'd1',
        schoolYear,
        objects: 'all',
        checkDependencies: true,
        scenario: 'OTHER',
        initiator: 'district',
        mode: job.mode,
        requestedBy: 'tester',
        ...over,
      },
    });
  await planObjects(control, { resyncId, districtId: 'd1', schoolYear, objects: [name] });
  await startObject(control, { resyncId, object: name });
  const ranges = await cutRanges(world.editions, job.mapping, job.scope, { rangeRecords });
  const keyOrder = keyOrderOf(job.mapping.districtKey);
  await saveRanges(control, { resyncId, cuts: new Map([[name, { ranges, keyOrder }]]) });
  for (const range of ranges) await syncRange({ ...job, ...fields, range });
  return job;
}

async function history(
  name: string,
  key: RecordKey,
  over: { yearTied?: boolean; limit?: number; initiator?: 'district' } = {},
): Promise<RecordRun[]> {
  const question = { districtId: 'd1', object: name, key, yearTied: false, initiator: null, ...over };
  const items: RecordRun[] = [];
  let cursor: string | undefined;
  do {
    const page = await readRecordHistory(control, { ...question, cursor });
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return items;
}

/** Outcomes, the oldest first, e.g. "inserted" or "unchanged by page". */
async function told(...asked: Parameters<typeof history>): Promise<string[]> {
  const runs = await history(...asked);
  return runs
    .reverse()
    .map(({ outcome, evidence, error }) =>
      [error?.code ?? outcome, ...(evidence === 'record' ? [] : [evidence])].join(' '),
    );
}

const thing = object('thing', ['k'], {
  exclusions: [{ code: 'EXCLUDED', when: { column: 'ex', equals: 1 }, message: 'Excluded.' }],
});

/** The same table on both sides. */
async function tables(key: string, columns: string, stateColumns = columns): Promise<void> {
  await world.district(
    `CREATE TABLE thing (${columns}, v VARCHAR(20), ex INT DEFAULT 0, PRIMARY KEY (${key}))`,
  );
  await world.state(
    `CREATE TABLE thing (districtID INT NOT NULL, ${stateColumns}, v VARCHAR(12), ex INT DEFAULT 0, PRIMARY KEY (districtID, ${key}))`,
  );
}

test('each outcome of a record is told, run by run', async () => {
  await tables('k', 'k INT');
  await world.district(`INSERT INTO thing (k, v) VALUES ${rows(100, (i) => `${i}, 'v${i}'`)}`);
  await run([thing], 'thing');
  await run([thing], 'thing');
  await world.district(
    "UPDATE thing SET v = 'changed' WHERE k = 15",
    'UPDATE thing SET ex = 1 WHERE k = 16',
    "UPDATE thing SET v = 'longer than the state takes' WHERE k = 17",
    'DELETE FROM thing WHERE k = 18',
    "INSERT INTO thing (k, v) VALUES (200, 'new')",
  );
  await run([thing], 'thing');
  await run([thing], 'thing', { mode: 'everything' });
  expect(await told('thing', ['15'])).toEqual(['inserted', 'unchanged page', 'updated', 'updated']);
  expect(await told('thing', ['16'])).toEqual(['inserted', 'unchanged page', 'EXCLUDED', 'EXCLUDED']);
  expect(await told('thing', ['17'])).toEqual([
    'inserted',
    'unchanged page',
    'VALUE_TOO_LONG',
    'VALUE_TOO_LONG',
  ]);
  expect(await told('thing', ['18'])).toEqual(['inserted', 'unchanged page', 'extra', 'extra']);
  // In the page of the drift it is named among the unchanged; elsewhere the whole rest was equal.
  expect(await told('thing', ['14'])).toEqual(['inserted', 'unchanged page', 'unchanged', 'updated']);
  expect(await told('thing', ['55'])).toEqual(['inserted', 'unchanged page', 'unchanged page', 'updated']);
  expect(await told('thing', ['200'])).toEqual(['inserted', 'updated']);
});

test('a key that was never there is not said to have been: named by nobody, at most covered', async () => {
  await tables('k', 'k INT');
  await world.district(`INSERT INTO thing (k, v) VALUES ${rows(50, (i) => `${2 * i}, 'v'`)}`);
  await run([thing], 'thing');
  await run([thing], 'thing');
  await run([thing], 'thing', { mode: 'everything' });
  expect(await told('thing', ['33'])).toEqual(['unchanged covered']);
  expect(await told('thing', ['1000'])).toEqual([]);
  expect(await told('thing', ['-5'])).toEqual(['unchanged covered']);
  expect(await told('thing', ['0034'])).toEqual(['inserted', 'unchanged page', 'updated']);
  await expect(history('thing', ['x'])).rejects.toThrow("k can't have this value: it is a number.");
});

test('a record gone and born again: nothing is claimed in between', async () => {
  await tables('k', 'k INT');
  await world.district(`INSERT INTO thing (k, v) VALUES ${rows(30, (i) => `${i}, 'v'`)}`);
  await run([thing], 'thing');
  await world.district('DELETE FROM thing WHERE k = 7');
  await run([thing], 'thing');
  await world.state('DELETE FROM thing WHERE k = 7');
  await run([thing], 'thing');
  await world.district("INSERT INTO thing (k, v) VALUES (7, 'v')");
  await run([thing], 'thing');
  await run([thing], 'thing');
  expect(await told('thing', ['7'])).toEqual([
    'inserted',
    'extra',
    'unchanged covered',
    'inserted',
    'unchanged page',
  ]);
});

test('a record that a run found gone and removed at the state was removed, and is not there for the runs after it', async () => {
  await tables('k', 'k INT');
  await world.district(`INSERT INTO thing (k, v) VALUES ${rows(30, (i) => `${i}, 'v'`)}`);
  await run([thing], 'thing');
  await world.district('DELETE FROM thing WHERE k IN (7, 8)');
  const job = await run([thing], 'thing');
  await world.control(
    `INSERT INTO removal (resyncID, objectName, recordKey, status) VALUES ('${job.fence.resyncId}', 'thing', '["7"]', 'found')`,
  );
  await removeFound([job], { maxRecords: 100 });
  await run([thing], 'thing');
  expect(await told('thing', ['7'])).toEqual(['inserted', 'removed']);
  expect(await told('thing', ['8'])).toEqual(['inserted', 'extra', 'extra']);
});

test('negative numbers find their page by their value, not by their text', async () => {
  await tables('k', 'k BIGINT');
  await world.district(`INSERT INTO thing (k, v) VALUES ${rows(95, (i) => `${(i - 50) * 7}, 'v'`)}`);
  await run([thing], 'thing');
  await world.district("UPDATE thing SET v = 'w' WHERE k IN (-343, -7, 0, 63, 315)");
  await run([thing], 'thing');
  for (const k of [-343, -7, 0, 63, 315])
    expect(await told('thing', [String(k)])).toEqual(['inserted', 'updated']);
  for (const k of [-336, -14, 7, 70, 308])
    expect(await told('thing', [String(k)])).toEqual(['inserted', 'unchanged']);
  await run([thing], 'thing');
  expect(await told('thing', ['-336'])).toEqual(['inserted', 'unchanged', 'unchanged page']);
  expect(await told('thing', ['-344'])).toEqual(['unchanged covered']);
});

test('composite keys: every record of a drifted table is told by its own page', async () => {
  const pair = object('thing', ['a', 'b', 'c']);
  await tables('a, b, c', 'a DECIMAL(6,2), b DATE, c VARCHAR(10)');
  await world.district(
    `INSERT INTO thing (a, b, c, v) VALUES ${rows(90, (i) => `${((i % 5) - 2) * 1.5}, '2026-0${(i % 3) + 1}-01', 'k${i}', 'v'`)}`,
  );
  await run([pair], 'thing');
  await world.district("UPDATE thing SET v = 'w' WHERE MOD(LENGTH(c), 2) = 0 AND a <> 0");
  await run([pair], 'thing');
  const records = await world.district('SELECT a, b, c, v FROM thing');
  expect(records).toHaveLength(90);
  const ways = new Set<string>();
  for (const { a, b, c, v } of records) {
    const [first, second, ...others] = await told('thing', [String(a), String(b), String(c)]);
    ways.add(second!);
    expect([c, first, others]).toEqual([c, 'inserted', []]);
    // By name in a page where anything differs, by its page where all is equal.
    expect([c, second]).toEqual([c, v === 'w' ? 'updated' : expect.stringMatching(/^unchanged( page)?$/)]);
  }
  expect([...ways].sort()).toEqual(['unchanged', 'unchanged page', 'updated']);
  expect(await told('thing', ['-3', '2026-01-01', 'k5'])).toEqual(
    await told('thing', ['-3.00', '2026-01-01', 'k5']),
  );
});

test('text keys are found by the district’s collation: case, accents, trailing spaces, another one at the state', async () => {
  await tables(
    'k',
    'k VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci',
    'k VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
  );
  const odd = ["'Ä1'", "'a2'", "'B3'", "'\\\\4'", "'''5'", "'\u{1F600}6'", "'ß7'", "'\"8'", "'Z9'", "'z10'"];
  await world.district(
    `INSERT INTO thing (k, v) VALUES ${rows(100, (i) => `CONCAT(${odd[i % 10]!}, ${i}, IF(${i} > 90, ' ', '')), 'v'`)}`,
  );
  await run([thing], 'thing');
  await world.district("UPDATE thing SET v = 'w' WHERE MOD(CRC32(k), 3) = 0");
  await run([thing], 'thing');
  await world.district("UPDATE thing SET ex = 1 WHERE k LIKE 'B%'");
  await run([thing], 'thing');
  await run([thing], 'thing', { rangeRecords: 1000, pageRecords: 1000 });
  const records = await world.district('SELECT k, v, ex FROM thing');
  expect(records.filter(({ v }) => v === 'w').length).toBeGreaterThan(10);
  for (const { k, v, ex } of records) {
    const key = String(k);
    const runs = await told('thing', [key]);
    expect([k, ...runs.slice(0, 2)]).toEqual([k, 'inserted', v === 'w' ? 'updated' : 'unchanged']);
    expect(runs).toHaveLength(4);
    expect(runs[2]).toMatch(ex ? /^EXCLUDED$/ : /^unchanged/);
    // The district's unique key holds these equal: they are the same record, with the same answer.
    if (/^[a-z]/i.test(key)) expect(await told('thing', [key.toUpperCase()])).toEqual(runs);
    expect(await told('thing', [`${key.trimEnd()}  `])).toEqual(runs);
  }
});

test('what the closing retry mends, and what it finds failing, is the last word', async () => {
  await tables('k', 'k INT, parentID INT NULL');
  for (const [side, districtColumn] of [
    ['district', ''],
    ['state', 'districtID INT NOT NULL, '],
  ] as const)
    await world[side](
      `CREATE TABLE parent (${districtColumn}id INT NOT NULL, PRIMARY KEY (${districtColumn ? 'districtID, ' : ''}id))`,
    );
  const parent = object('parent', ['id']);
  const child = object('thing', ['k'], {
    parents: ['parent'],
    references: [{ object: 'parent', columns: ['parentID'], parentColumns: ['id'] }],
  });
  await world.district(
    'INSERT INTO parent VALUES (1), (2), (3)',
    `INSERT INTO thing (k, parentID, v) VALUES ${rows(30, (i) => `${i}, ${(i % 3) + 1}, 'v'`)}`,
  );
  await world.state('INSERT INTO parent VALUES (7, 1)');
  const job = await run([parent, child], 'thing');
  expect(await told('thing', ['4'])).toEqual(['PARENT_NOT_AT_STATE']);
  await world.state('INSERT INTO parent VALUES (7, 2)');
  await world.district(
    "UPDATE thing SET v = 'longer than the state takes' WHERE k = 7",
    'DELETE FROM thing WHERE k = 10',
  );
  await retryBlocked(job);
  const [mended] = await history('thing', ['4']);
  expect(mended).toMatchObject({ outcome: 'inserted', evidence: 'record', error: null });
  expect(await told('thing', ['7'])).toEqual(['VALUE_TOO_LONG']);
  expect(await told('thing', ['10'])).toEqual([]);
  const [blocked] = await history('thing', ['5']);
  expect(blocked).toMatchObject({
    outcome: 'blocked',
    error: { code: 'PARENT_NOT_AT_STATE', parent: { object: 'parent', key: ['3'] } },
  });
  expect(await told('thing', ['3'])).toEqual(['inserted']);
});

test('a record that the verification of its cycle takes back was not inserted', async () => {
  const cycle = { cycle: 'circle', parents: [] as string[] };
  const a = object('a', ['id'], {
    ...cycle,
    references: [{ object: 'b', columns: ['bID'], parentColumns: ['id'] }],
  });
  const b = object('b', ['id'], {
    ...cycle,
    references: [{ object: 'a', columns: ['aID'], parentColumns: ['id'] }],
  });
  await world.district(
    'CREATE TABLE a (id INT PRIMARY KEY, bID INT)',
    'CREATE TABLE b (id INT PRIMARY KEY, aID INT)',
    'INSERT INTO a VALUES (1, 1), (2, 99), (3, NULL)',
    'INSERT INTO b VALUES (1, 1)',
  );
  await world.state(
    'CREATE TABLE a (districtID INT, id INT, bID INT, PRIMARY KEY (districtID, id))',
    'CREATE TABLE b (districtID INT, id INT, aID INT, PRIMARY KEY (districtID, id))',
  );
  const jobA = await run([a, b], 'a');
  expect(await told('a', ['2'])).toEqual(['inserted']);
  await verifyCycle([jobA, await run([a, b], 'b', { fence: jobA.fence })]);
  expect(await told('a', ['2'])).toEqual(['PARENT_NOT_AT_STATE']);
  expect(await told('a', ['3'])).toEqual(['inserted']);
});

test('a page repeated after a crash names its records once', async () => {
  await tables('k', 'k INT');
  await world.district(`INSERT INTO thing (k, v) VALUES ${rows(35, (i) => `${i}, 'v'`)}`);
  let pages = 0;
  const crash = (): void => {
    pages += 1;
    if (pages === 2) throw new Error('killed');
  };
  const job = await world.job([thing], 'thing');
  await expect(run([thing], 'thing', { fence: job.fence, beforeCommit: crash })).rejects.toThrow('killed');
  expect(await told('thing', ['3'])).toEqual(['inserted']);
  expect(await told('thing', ['13'])).toEqual([]);
  const [range] = await cutRanges(world.editions, job.mapping, job.scope, { rangeRecords: 40 });
  await syncRange({ ...job, pageRecords: 10, range: range! });
  await syncRange({ ...job, pageRecords: 10, range: range! });
  for (const k of ['3', '13', '35']) expect(await told('thing', [k])).toEqual(['inserted']);
  const marks = await world.control('SELECT pageNo FROM recordMarks ORDER BY pageNo');
  expect(marks.map(({ pageNo }) => pageNo)).toEqual([0, 1, 2, 3]);
});

test('a record of one school year has nothing to do with the runs of another', async () => {
  const tied = object('thing', ['k'], { schoolYear: { column: 'y' } });
  await tables('k', 'k INT, y INT');
  await world.district(
    `INSERT INTO thing (k, y, v) VALUES ${rows(40, (i) => `${i}, ${2026 + (i % 2)}, 'v'`)}`,
  );
  const scope = { districtId: 'd1', districtNumber: 7 };
  for (const schoolYear of [2026, 2027, 2026, 2027])
    await run([tied], 'thing', { scope: { ...scope, schoolYear } });
  const runs = await history('thing', ['8'], { yearTied: true });
  expect(runs.map(({ schoolYear, outcome, evidence }) => [schoolYear, outcome, evidence])).toEqual([
    [2026, 'unchanged', 'page'],
    [2026, 'inserted', 'record'],
  ]);
});

test('runs of the state are left out where only the district’s own are asked for, pages give each run once', async () => {
  await tables('k', 'k INT');
  await world.district("INSERT INTO thing (k, v) VALUES (1, 'v')");
  await run([thing], 'thing', { over: { initiator: 'state' } });
  for (let i = 0; i < 4; i += 1) await run([thing], 'thing');
  expect(await told('thing', ['1'], { limit: 2 })).toEqual([
    'inserted',
    ...Array<string>(4).fill('unchanged page'),
  ]);
  expect(await told('thing', ['1'], { limit: 3, initiator: 'district' })).toEqual(
    Array<string>(4).fill('unchanged covered'),
  );
});

test('marks hold keys and nothing else of a record', async () => {
  await tables('k', 'k INT');
  await world.district("INSERT INTO thing (k, v) VALUES (1, 'secret')");
  await run([thing], 'thing');
  const { inflateRawSync } = await import('node:zlib');
  const [row] = await world.control('SELECT marks FROM recordMarks');
  expect(inflateRawSync(row!['marks'] as Buffer).toString('utf8')).toBe('{"inserted":" [\\"1\\"]"}');
});
