import type { Edition } from '../../../src/editions/connection/pools';
import { counts, districtNumber, object, rows, World } from '../support';

/** Every way a record can end, on one small object. */

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

const student = object('student', ['studentID'], {
  guidColumn: 'guid',
  exclusions: [
    { code: 'STATE_EXCLUDED', when: { column: 'stateExclude', equals: 1 }, message: 'Excluded by rule.' },
  ],
  stateOwnedColumns: ['stateID'],
});

beforeEach(async () => {
  await world.district(
    'DROP TABLE IF EXISTS student',
    `CREATE TABLE student (studentID INT PRIMARY KEY, guid CHAR(36) NOT NULL UNIQUE, name VARCHAR(40) NULL,
       ssn VARCHAR(20) NULL, age INT NULL, stateExclude TINYINT(1) NOT NULL DEFAULT 0, stateID VARCHAR(20) NULL) CHARACTER SET utf8mb4`,
  );
  await world.state(
    'DROP TABLE IF EXISTS student',
    `CREATE TABLE student (districtID INT NOT NULL, studentID INT NOT NULL, guid CHAR(36) NOT NULL UNIQUE,
       name VARCHAR(40) NULL, ssn VARCHAR(20) NULL, age INT NULL, stateExclude TINYINT(1) NOT NULL DEFAULT 0,
       stateID VARCHAR(20) NULL, PRIMARY KEY (districtID, studentID), UNIQUE KEY one_ssn (districtID, ssn),
       CONSTRAINT sane_age CHECK (age < 150)) CHARACTER SET utf8mb4`,
  );
});

async function districtHas(n: number): Promise<void> {
  await world.district(
    `INSERT INTO student (studentID, guid, name, ssn, age) VALUES ${rows(n, (i) => `${i}, UUID(), 'Student ${i}', '${i}', ${i % 90}`)}`,
  );
}

async function inStep(n: number): Promise<void> {
  await districtHas(n);
  await world.sync([student], 'student');
}

const stateRow = (id: number): Promise<Record<string, unknown> | undefined> =>
  world.state(`SELECT * FROM student WHERE studentID = ${id}`).then(([row]) => row);

test('an empty state receives every record, page by page and range by range', async () => {
  await districtHas(730);
  const { counts: got, read } = await world.sync([student], 'student');
  expect(got).toEqual(counts({ inserted: 730 }));
  expect(read).toBe(730);
  expect(await world.state('SELECT COUNT(*) AS n, MIN(districtID) AS d FROM student')).toEqual([
    { n: 730, d: districtNumber },
  ]);
});

test('two empty tables end at once with nothing counted', async () => {
  const { counts: got, job } = await world.sync([student], 'student');
  expect(got).toEqual(counts({}));
  expect(
    await world.control(`SELECT lastPage FROM rangeLedger WHERE resyncID = '${job.fence.resyncId}'`),
  ).toEqual([{ lastPage: 1 }]);
});

test('an equal range is one ledger row, all unchanged', async () => {
  await inStep(730);
  const { counts: got, job } = await world.sync([student], 'student', { rangeRecords: 10_000 });
  expect(got).toEqual(counts({ unchanged: 730 }));
  expect(
    await world.control(`SELECT pageNo, lastPage FROM rangeLedger WHERE resyncID = '${job.fence.resyncId}'`),
  ).toEqual([{ pageNo: 0, lastPage: 1 }]);
});

test('drift: only what differs is written, what is gone is reported and left there', async () => {
  await inStep(500);
  await world.district(
    "UPDATE student SET name = CONCAT(name, '!') WHERE studentID % 50 = 0",
    'DELETE FROM student WHERE studentID % 100 = 1',
  );
  await world.state('DELETE FROM student WHERE studentID % 100 = 2');
  const { counts: got } = await world.sync([student], 'student');
  expect(got).toEqual(counts({ updated: 10, inserted: 5, unchanged: 480, extra: 5 }));
  expect((await stateRow(50))!['name']).toBe('Student 50!');
  expect(await stateRow(1)).toBeDefined();
  expect((await world.sync([student], 'student')).counts).toEqual(counts({ unchanged: 495, extra: 5 }));
});

test('state records far beyond the last district record are gone, also when they are many', async () => {
  await inStep(20);
  await world.state(
    `INSERT INTO student (districtID, studentID, guid) VALUES ${rows(1500, (i) => `${districtNumber}, ${i + 1000}, UUID()`)}`,
  );
  expect((await world.sync([student], 'student')).counts).toEqual(counts({ unchanged: 20, extra: 1500 }));
});

test('another district at the state is neither compared nor touched', async () => {
  await inStep(10);
  await world.state(
    `INSERT INTO student (districtID, studentID, guid, name) VALUES (8, 5, UUID(), 'not ours')`,
  );
  await world.district("UPDATE student SET name = 'ours' WHERE studentID = 5");
  expect((await world.sync([student], 'student')).counts).toEqual(counts({ unchanged: 9, updated: 1 }));
  expect(await world.state('SELECT name FROM student WHERE districtID = 8')).toEqual([{ name: 'not ours' }]);
});

test('mode everything sends all without comparing', async () => {
  await inStep(150);
  await world.state('DELETE FROM student WHERE studentID = 3');
  const { counts: got } = await world.sync([student], 'student', { mode: 'everything' });
  expect(got).toEqual(counts({ inserted: 1, updated: 149 }));
});

test('a whole page of updates goes in a few statements, not record by record', async () => {
  await inStep(3000);
  const before = await writesSoFar(world.editions.state);
  const { counts: got } = await world.sync([student], 'student', {
    mode: 'everything',
    pageRecords: 5000,
    rangeRecords: 5000,
  });
  expect(got).toEqual(counts({ updated: 3000 }));
  const writes = (await writesSoFar(world.editions.state)) - before;
  // The server's own counts, of the ledger and the page's marks too.
  expect(writes).toBeGreaterThan(0);
  expect(writes).toBeLessThan(20);
});

test('connections that the server has closed are replaced, and nobody notices', async () => {
  await inStep(50);
  const threads = await world.state(
    "SELECT id FROM information_schema.PROCESSLIST WHERE command = 'Sleep' AND db = DATABASE()",
  );
  expect(threads.length).toBeGreaterThan(0);
  await world.state(...threads.map(({ id }) => `KILL ${String(id)}`));
  expect((await world.sync([student], 'student')).counts).toEqual(counts({ unchanged: 50 }));
});

test.each(['an empty state', 'a state in step'])(
  'excluded records are counted, not written: %s',
  async (start) => {
    await districtHas(120);
    if (start !== 'an empty state') await world.sync([student], 'student');
    await world.district("UPDATE student SET stateExclude = 1, name = 'x' WHERE studentID IN (5, 119)");
    const { counts: got, errors } = await world.sync([student], 'student');
    expect(got).toMatchObject({ excluded: 2 });
    expect(errors.map(({ recordKey, code, field }) => [recordKey, code, field])).toEqual([
      ['["5"]', 'STATE_EXCLUDED', 'stateExclude'],
      ['["119"]', 'STATE_EXCLUDED', 'stateExclude'],
    ]);
    if (start === 'an empty state') expect(await stateRow(5)).toBeUndefined();
    else expect((await stateRow(5))!['name']).toBe('Student 5');
  },
);

test.each(['an empty state', 'a state in step'])(
  'a record the state refuses costs only itself: %s',
  async (start) => {
    await world.state(
      'ALTER TABLE student MODIFY name VARCHAR(12) NULL, MODIFY ssn VARCHAR(20) NOT NULL, MODIFY age TINYINT NULL',
    );
    await districtHas(130);
    if (start !== 'an empty state') await world.sync([student], 'student');
    await world.district(
      "UPDATE student SET name = 'a name that is far too long' WHERE studentID = 10",
      'UPDATE student SET ssn = NULL WHERE studentID = 20',
      'UPDATE student SET age = 1000 WHERE studentID = 30',
      'UPDATE student SET age = -129 WHERE studentID = 31',
      "UPDATE student SET name = 'Trailing    ' WHERE studentID = 40",
      "UPDATE student SET name = 'Twelve chars   ' WHERE studentID = 41",
    );
    const { counts: got, errors } = await world.sync([student], 'student');
    expect(got.failed).toBe(5);
    expect(got.inserted + got.updated + got.unchanged).toBe(125);
    expect(
      Object.fromEntries(errors.map(({ recordKey, code, field }) => [recordKey, [code, field]])),
    ).toEqual({
      '["10"]': ['VALUE_TOO_LONG', 'name'],
      '["20"]': ['VALUE_MISSING', 'ssn'],
      '["30"]': ['VALUE_OUT_OF_RANGE', 'age'],
      '["31"]': ['VALUE_OUT_OF_RANGE', 'age'],
      '["41"]': ['VALUE_INVALID', 'name'],
    });
    const texts = JSON.stringify(errors);
    for (const value of ['far too long', '1000', 'Twelve']) expect(texts).not.toContain(value);
    expect((await stateRow(40))!['name']).toBe('Trailing    ');
  },
);

test('a check of the state that fails is named', async () => {
  await districtHas(20);
  await world.district('UPDATE student SET age = 200 WHERE studentID = 7');
  const { counts: got, errors } = await world.sync([student], 'student');
  expect(got).toEqual(counts({ inserted: 19, failed: 1 }));
  expect(errors).toMatchObject([{ recordKey: '["7"]', code: 'CHECK_FAILED' }]);
  expect(errors[0]!.message).toContain('sane_age');
});

test('a clash with another unique key is an error of that record and overwrites nobody', async () => {
  await inStep(20);
  await world.district("UPDATE student SET ssn = '5' WHERE studentID = 6");
  const { counts: got, errors } = await world.sync([student], 'student');
  expect(got).toEqual(counts({ unchanged: 19, failed: 1 }));
  expect(errors).toMatchObject([{ recordKey: '["6"]', code: 'UNIQUE_CLASH', field: 'ssn' }]);
  expect(await stateRow(5)).toMatchObject({ name: 'Student 5', ssn: '5' });
});

test('swapped unique values are swapped at the state', async () => {
  await inStep(10);
  await world.district("UPDATE student SET ssn = IF(studentID = 1, '2', '1') WHERE studentID IN (1, 2)");
  const { counts: got, errors } = await world.sync([student], 'student');
  expect(got).toEqual(counts({ unchanged: 8, updated: 2 }));
  expect(errors).toEqual([]);
  expect(await stateRow(1)).toMatchObject({ ssn: '2', name: 'Student 1' });
});

test('a chain of unique values that give way to one another is written whole', async () => {
  await inStep(5);
  await world.district(
    "UPDATE student SET ssn = CONCAT('', studentID + 1) WHERE studentID <= 5 ORDER BY studentID DESC",
  );
  expect((await world.sync([student], 'student')).counts).toEqual(counts({ updated: 5 }));
});

test('a state record with the same key but another GUID is an identity conflict, never overwritten', async () => {
  await inStep(10);
  await world.state("UPDATE student SET guid = UUID(), name = 'somebody else' WHERE studentID = 4");
  const { counts: got, errors } = await world.sync([student], 'student');
  expect(got).toEqual(counts({ unchanged: 9, failed: 1 }));
  expect(errors).toMatchObject([{ recordKey: '["4"]', code: 'IDENTITY_CHANGED', field: 'guid' }]);
  expect((await stateRow(4))!['name']).toBe('somebody else');
});

test('columns of the state are written with a new record and never afterwards', async () => {
  await world.district(
    "INSERT INTO student (studentID, guid, name, stateID) VALUES (1, UUID(), 'A', 'S1'), (2, UUID(), 'B', NULL)",
  );
  await world.sync([student], 'student');
  expect((await stateRow(1))!['stateID']).toBe('S1');
  await world.state("UPDATE student SET stateID = CONCAT('state', studentID)");
  expect((await world.sync([student], 'student')).counts).toEqual(counts({ unchanged: 2 }));
  await world.district("UPDATE student SET name = 'C', stateID = 'other'");
  expect((await world.sync([student], 'student')).counts).toEqual(counts({ updated: 2 }));
  expect(await stateRow(2)).toMatchObject({ name: 'C', stateID: 'state2' });
});

test('the differences that look equal are found: case, trailing space, NULL against empty, emoji', async () => {
  await inStep(8);
  await world.district(
    "UPDATE student SET name = 'student 1' WHERE studentID = 1",
    "UPDATE student SET name = 'Student 2 ' WHERE studentID = 2",
    "UPDATE student SET name = '' WHERE studentID = 3",
    'UPDATE student SET name = NULL WHERE studentID = 4',
    "UPDATE student SET name = '\u{1F389}' WHERE studentID = 5",
  );
  expect((await world.sync([student], 'student')).counts).toEqual(counts({ updated: 5, unchanged: 3 }));
  await world.district(
    'UPDATE student SET name = NULL WHERE studentID = 3',
    "UPDATE student SET name = '' WHERE studentID = 4",
  );
  expect((await world.sync([student], 'student')).counts).toEqual(counts({ updated: 2, unchanged: 6 }));
  expect(
    await world.state('SELECT HEX(name) AS name FROM student WHERE studentID IN (2, 5) ORDER BY 1'),
  ).toEqual([{ name: '53747564656E74203220' }, { name: 'F09F8E89' }]);
});

test('a pair of like changes, which cancels in an XOR of CRCs, is found', async () => {
  await world.district(
    `INSERT INTO student (studentID, guid, name, ssn, age) VALUES ${rows(100, (i) => `${i}, UUID(), 'Same', NULL, 10`)}`,
  );
  await world.sync([student], 'student');
  await world.district("UPDATE student SET name = 'Tame' WHERE studentID IN (11, 77)");
  expect((await world.sync([student], 'student')).counts).toEqual(counts({ updated: 2, unchanged: 98 }));
});

test('values that move between neighboring columns are found', async () => {
  await world.district("INSERT INTO student (studentID, guid, name, ssn) VALUES (1, UUID(), 'a#1#b', 'c')");
  await world.sync([student], 'student');
  await world.district("UPDATE student SET name = 'a', ssn = 'b#1#c' WHERE studentID = 1");
  expect((await world.sync([student], 'student')).counts).toEqual(counts({ updated: 1 }));
});

/** What triggers raise for one record: an error of the schema, and numbers of their own choice. */
const raised: readonly (readonly [what: string, code: string, statement: string])[] = [
  ['a column that is not there', '1054', 'SELECT missing INTO @found FROM student LIMIT 0'],
  ['a missing table', '1146', "SIGNAL SQLSTATE '42S02' SET MYSQL_ERRNO = 1146"],
  ['a missing right', '1142', "SIGNAL SQLSTATE '42000' SET MYSQL_ERRNO = 1142"],
  ['a deadlock', '1213', "SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213"],
  ['a lock wait', '1205', "SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1205"],
  ['a lost connection', '1317', "SIGNAL SQLSTATE '70100' SET MYSQL_ERRNO = 1317"],
  ['a full disk', '1114', "SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 1114"],
  ['a small number of its own', '2', "SIGNAL SQLSTATE '45001' SET MYSQL_ERRNO = 2"],
];

test.each(raised)(
  'a trigger that fails for one record with %s costs that record only',
  async (_what, code, statement) => {
    for (const event of ['INSERT', 'UPDATE'])
      await world.state(
        `CREATE TRIGGER on_${event} BEFORE ${event} ON student FOR EACH ROW BEGIN IF NEW.age = 1 THEN ${statement}; END IF; END`,
      );
    await districtHas(20);
    const refused = [{ recordKey: '["1"]', code: `STATE_ERROR_${code}` }];
    for (const same of [{ inserted: 19 }, { unchanged: 19 }]) {
      const { counts: got, errors } = await world.sync([student], 'student');
      expect(got).toEqual(counts({ ...same, failed: 1 }));
      expect(errors).toMatchObject(refused);
    }
    // And among records that the state has.
    await world.district('UPDATE student SET age = 1 WHERE studentID IN (7, 8)');
    await world.district("UPDATE student SET name = 'new' WHERE studentID IN (9, 10)");
    for (const same of [{ updated: 2, unchanged: 15 }, { unchanged: 17 }]) {
      const { counts: got } = await world.sync([student], 'student', { pageRecords: 5 });
      expect(got).toEqual(counts({ ...same, failed: 3 }));
    }
  },
);

test('what the schema refuses of every record is the schema’s, and stops the object', async () => {
  await world.state(
    'CREATE TRIGGER on_insert BEFORE INSERT ON student FOR EACH ROW SET @found = (SELECT missing FROM student LIMIT 0)',
  );
  await districtHas(300);
  await expect(world.sync([student], 'student')).rejects.toMatchObject({
    errorClass: 'configuration',
    errno: 1054,
  });
  expect(await world.state('SELECT COUNT(*) AS n FROM student')).toEqual([{ n: 0 }]);
});

test('a thousand records that all fail alike stop the object and leave nothing behind', async () => {
  await world.state('ALTER TABLE student MODIFY name VARCHAR(3) NULL');
  await districtHas(1200);
  await expect(
    world.sync([student], 'student', { pageRecords: 2000, rangeRecords: 5000 }),
  ).rejects.toMatchObject({
    errorClass: 'configuration',
    message: expect.stringContaining('column name') as string,
  });
  expect(await world.state('SELECT COUNT(*) AS n FROM student')).toEqual([{ n: 0 }]);
});

/**
 * Statements that wrote something, as the server counted them, over all connections of the
 * edition's pool.
 */
async function writesSoFar(state: Edition): Promise<number> {
  const kinds = ['insert', 'insert_select', 'update', 'update_multi', 'replace', 'replace_select', 'load'];
  const names = kinds.map((kind) => `'Com_${kind}'`).join(', ');
  // A pool of two lanes has six.
  const sessions = await Promise.all(Array.from({ length: 6 }, () => state.openSession()));
  let sum = 0;
  for (const session of sessions) {
    const status = await session.rows(`SHOW SESSION STATUS WHERE Variable_name IN (${names})`);
    for (const [, value] of status) sum += Number(value);
    session.release();
  }
  return sum;
}
