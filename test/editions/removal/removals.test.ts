import { countAtState, findExtra, whyNotRemovable } from '../../../src/editions/removal/find-removable';
import type { PageJob } from '../../../src/editions/mapping/job';
import { removeFound } from '../../../src/editions/removal/remove-records';
import { districtNumber, object, rows, World } from '../support';

/** Removing at the state what the district no longer has: which records go, which stay, and why. */

let world: World;
beforeEach(async () => {
  world = await World.open();
  await world.district(
    'CREATE TABLE school (schoolID INT PRIMARY KEY, guid CHAR(36) NULL, name VARCHAR(40))',
    'CREATE TABLE roster (rosterID INT PRIMARY KEY, schoolID INT NOT NULL, schoolYear INT NOT NULL)',
    'CREATE TABLE staff (staffID INT PRIMARY KEY, bossID INT NULL)',
    `INSERT INTO school VALUES ${rows(20, (i) => `${i}, UUID(), 'School ${i}'`)}`,
    `INSERT INTO roster VALUES ${rows(400, (i) => `${i}, ${1 + (i % 20)}, ${i % 4 === 0 ? 2026 : 2027}`)}`,
    `INSERT INTO staff VALUES ${rows(30, (i) => `${i}, ${i === 1 ? 'NULL' : i - 1}`)}`,
  );
  const tenant = 'districtID INT NOT NULL';
  await world.state(
    `CREATE TABLE school (${tenant}, schoolID INT, guid CHAR(36) NULL, name VARCHAR(40), PRIMARY KEY (districtID, schoolID))`,
    `CREATE TABLE roster (${tenant}, rosterID INT, schoolID INT NOT NULL, schoolYear INT NOT NULL, PRIMARY KEY (districtID, rosterID),
       FOREIGN KEY (districtID, schoolID) REFERENCES school (districtID, schoolID))`,
    `CREATE TABLE staff (${tenant}, staffID INT, bossID INT NULL, PRIMARY KEY (districtID, staffID),
       FOREIGN KEY (districtID, bossID) REFERENCES staff (districtID, staffID))`,
  );
});
afterEach(() => world.close());

const school = object('school', ['schoolID'], { guidColumn: 'guid' });
const roster = object('roster', ['rosterID'], {
  parents: ['school'],
  schoolYear: { column: 'schoolYear' },
  references: [{ object: 'school', columns: ['schoolID'], parentColumns: ['schoolID'] }],
});
const staff = object('staff', ['staffID'], {
  cycle: 'staff',
  references: [{ object: 'staff', columns: ['bossID'], parentColumns: ['staffID'] }],
});
const all = [school, roster, staff];

/**
 * Sends everything at the district, takes records away there, and runs again: the second run
 * reports them as gone.
 */
async function extra(...statements: string[]): Promise<(name: string) => PageJob> {
  const names = ['school', 'roster', 'staff'];
  for (const name of names) await world.sync(all, name);
  // Of the year before, to which every fourth roster belongs.
  await world.sync(all, 'roster', { scope: { districtId: 'd1', districtNumber, schoolYear: 2026 } });
  await world.district(...statements);
  const fence = await world.takeLease();
  const jobs = new Map<string, PageJob>();
  for (const name of names) jobs.set(name, (await world.sync(all, name, { fence })).job);
  return (name) => jobs.get(name)!;
}

async function find(job: PageJob): Promise<string[]> {
  await findExtra(job, async (records) => {
    const values = records.map(
      ({ key, guid }) =>
        `('${job.fence.resyncId}', '${job.mapping.object.name}', '${JSON.stringify(key)}', ${guid === null ? 'NULL' : `'${guid}'`}, 'found')`,
    );
    await world.control(
      `INSERT INTO removal (resyncID, objectName, recordKey, guid, status) VALUES ${values.join(', ')}
         ON DUPLICATE KEY UPDATE recordKey = VALUES(recordKey)`,
    );
  });
  return (await ends(job)).map(([key]) => key!);
}

/** [key, status, reason] of an object's removals. */
async function ends(job: PageJob): Promise<(string | null)[][]> {
  const found = await world.control(
    `SELECT recordKey, status, reason FROM removal
      WHERE resyncID = '${job.fence.resyncId}' AND objectName = '${job.mapping.object.name}' ORDER BY LENGTH(recordKey), recordKey`,
  );
  return found.map((row) => Object.values(row) as (string | null)[]);
}

const remove = (...jobs: PageJob[]) => removeFound(jobs, { maxRecords: 100_000 });
const keysAt = async (side: 'state' | 'district', table: string, where = 'TRUE'): Promise<number[]> =>
  (await world[side](`SELECT ${table}ID AS id FROM ${table} WHERE ${where} ORDER BY 1`)).map(({ id }) =>
    Number(id),
  );

test('children go first, then their parents; only what is gone goes', async () => {
  const job = await extra(
    'DELETE FROM roster WHERE schoolID IN (3, 4)',
    'DELETE FROM school WHERE schoolID IN (3, 4)',
  );
  await world.district('DELETE FROM roster WHERE schoolYear = 2026');
  expect(await find(job('school'))).toEqual(['["3"]', '["4"]']);
  const rosters = await find(job('roster'));
  // Those of the other year are gone too, but not this run's to remove.
  expect(rosters).toHaveLength(40);
  expect(await countAtState(job('roster'))).toBe(300);
  expect(await remove(job('roster'))).toEqual({ done: true });
  expect(await remove(job('school'))).toEqual({ done: true });
  expect(await keysAt('state', 'roster')).toHaveLength(360);
  expect(await keysAt('state', 'school')).toEqual(await keysAt('district', 'school'));
});

test('records of another school year and of another district are untouched', async () => {
  const job = await extra('DELETE FROM roster WHERE schoolID = 1');
  await world.state(
    `INSERT INTO school SELECT ${districtNumber + 1}, schoolID, UUID(), name FROM school`,
    `INSERT INTO roster SELECT ${districtNumber + 1}, rosterID, schoolID, schoolYear FROM roster`,
  );
  const [before] = await world.state('SELECT COUNT(*) AS n FROM roster');
  // Rosters 20, 40, … of school 1 are all of 2026: nothing of this run's year is gone.
  expect(await find(job('roster'))).toEqual([]);
  await remove(job('roster'));
  expect(await world.state('SELECT COUNT(*) AS n FROM roster')).toEqual([before]);

  await world.district('DELETE FROM roster WHERE rosterID IN (1, 4)');
  const again = (await world.sync(all, 'roster')).job;
  expect(await find(again)).toEqual(['["1"]']);
  await remove(again);
  expect(await keysAt('state', 'roster', `rosterID IN (1, 4) AND districtID = ${districtNumber}`)).toEqual([
    4,
  ]);
  expect(await keysAt('state', 'roster', `rosterID IN (1, 4) AND districtID <> ${districtNumber}`)).toEqual([
    1, 4,
  ]);
});

test('a record that came back to the district, or moved to another year, is kept', async () => {
  const job = await extra('DELETE FROM roster WHERE rosterID IN (1, 2, 3)');
  await find(job('roster'));
  await world.district('INSERT INTO roster VALUES (1, 2, 2027), (2, 3, 2026)');
  await remove(job('roster'));
  const reason = 'The district has a record of this key again, or in another school year.';
  expect(await ends(job('roster'))).toEqual([
    ['["1"]', 'kept', reason],
    ['["2"]', 'kept', reason],
    ['["3"]', 'removed', null],
  ]);
  expect(await keysAt('state', 'roster', 'rosterID < 4')).toEqual([1, 2]);
});

test('another record under the same key, or none, at the state is left alone and said', async () => {
  const job = await extra(
    'DELETE FROM roster WHERE schoolID IN (1, 2)',
    'DELETE FROM school WHERE schoolID IN (1, 2)',
  );
  await find(job('school'));
  await world.state(
    'DELETE FROM roster WHERE schoolID IN (1, 2)',
    'DELETE FROM school WHERE schoolID = 1',
    'UPDATE school SET guid = UUID() WHERE schoolID = 2',
  );
  await remove(job('school'));
  expect(await ends(job('school'))).toEqual([
    ['["1"]', 'kept', 'It was no longer at the state, in this school year.'],
    ['["2"]', 'kept', 'Another record stands at the state under its key now.'],
  ]);
});

test('a record that another still refers to is kept and costs no other: by the catalog, or by a foreign key it does not know', async () => {
  const job = await extra(
    'DELETE FROM roster WHERE schoolID < 10 AND schoolID <> 5',
    'DELETE FROM school WHERE schoolID < 10',
  );
  await find(job('school'));
  await find(job('roster'));
  await world.state(
    `CREATE TABLE note (districtID INT, schoolID INT, FOREIGN KEY (districtID, schoolID) REFERENCES school (districtID, schoolID))`,
    `INSERT INTO note VALUES (${districtNumber}, 7)`,
    'DELETE FROM roster WHERE schoolYear = 2026 AND schoolID <> 5',
  );
  await remove(job('roster'));
  await remove(job('school'));
  const kept = (await ends(job('school'))).filter(([, status]) => status !== 'removed');
  expect(kept).toEqual([
    ['["5"]', 'kept', 'roster still refers to it.'],
    ['["7"]', 'kept', 'A foreign key of the state still refers to it.'],
  ]);
  expect(await keysAt('state', 'school', 'schoolID < 10')).toEqual([5, 7]);
});

test.each([1213, 1205])(
  'a record whose removal a trigger of the state refuses as if it was locked (%s) stays and costs no other',
  async (errno) => {
    const job = await extra('DELETE FROM roster WHERE rosterID BETWEEN 1 AND 7');
    await world.state(
      `CREATE TRIGGER keeps BEFORE DELETE ON roster FOR EACH ROW
         BEGIN IF OLD.rosterID = 2 THEN SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = ${errno}; END IF; END`,
    );
    await find(job('roster'));
    expect(await removeFound([job('roster')], { maxRecords: 1000 })).toEqual({ done: true });
    expect((await ends(job('roster'))).filter(([, status]) => status === 'kept')).toEqual([
      ['["2"]', 'kept', `The state refused to remove it (error ${errno}).`],
    ]);
    expect(await world.state('SELECT rosterID FROM roster WHERE rosterID < 8 AND schoolYear = 2027')).toEqual(
      [{ rosterID: 2 }],
    );
  },
);

test('an object that refers to itself loses its leaves first, and what stays keeps those above it', async () => {
  // A chain: each is the boss of the next. 11 to 20 are gone but 21 still names 20 at the state.
  const job = await extra(
    'UPDATE staff SET bossID = NULL WHERE staffID = 26',
    'DELETE FROM staff WHERE staffID >= 11',
  );
  await find(job('staff'));
  await world.district('INSERT INTO staff VALUES (15, NULL)');
  await remove(job('staff'));
  const stay = (await ends(job('staff'))).filter(([, status]) => status === 'kept');
  expect(stay.map(([key]) => key)).toEqual(['["11"]', '["12"]', '["13"]', '["14"]', '["15"]']);
  expect(stay[0]?.[2]).toBe('staff still refers to it.');
  expect(await keysAt('state', 'staff', 'staffID > 10')).toEqual([11, 12, 13, 14, 15]);
});

test('records that refer to each other in a circle are kept', async () => {
  const job = await extra('DELETE FROM staff WHERE staffID >= 29');
  await find(job('staff'));
  await world.state('UPDATE staff SET bossID = 30 WHERE staffID = 29');
  expect(await remove(job('staff'))).toEqual({ done: true });
  expect((await ends(job('staff'))).map(([, status]) => status)).toEqual(['kept', 'kept']);
});

test('objects that refer to each other lose leaves first, across both; a circle between them stays', async () => {
  await world.district(
    'CREATE TABLE dept (deptID INT PRIMARY KEY, headID INT NULL)',
    'CREATE TABLE emp (empID INT PRIMARY KEY, deptID INT NOT NULL)',
    'INSERT INTO dept VALUES (1, 1), (4, NULL), (5, 10)',
    'INSERT INTO emp VALUES (1, 1), (8, 4), (9, 4), (10, 5), (11, 5)',
  );
  await world.state(
    'CREATE TABLE dept (districtID INT NOT NULL, deptID INT, headID INT NULL, PRIMARY KEY (districtID, deptID))',
    `CREATE TABLE emp (districtID INT NOT NULL, empID INT, deptID INT NOT NULL, PRIMARY KEY (districtID, empID),
       FOREIGN KEY (districtID, deptID) REFERENCES dept (districtID, deptID))`,
    'ALTER TABLE dept ADD FOREIGN KEY (districtID, headID) REFERENCES emp (districtID, empID)',
  );
  const cycle = 'work';
  const pair = [
    object('dept', ['deptID'], {
      cycle,
      references: [{ object: 'emp', columns: ['headID'], parentColumns: ['empID'] }],
    }),
    object('emp', ['empID'], {
      cycle,
      references: [{ object: 'dept', columns: ['deptID'], parentColumns: ['deptID'] }],
    }),
  ];
  const sync = async () => {
    const fence = await world.takeLease();
    const dept = (await world.sync(pair, 'dept', { fence })).job;
    return [dept, (await world.sync(pair, 'emp', { fence })).job] as const;
  };
  await sync();
  await world.district('DELETE FROM dept WHERE deptID > 1', 'DELETE FROM emp WHERE empID > 1');
  const [dept, emp] = await sync();
  await find(dept);
  await find(emp);
  expect(await remove(dept, emp)).toEqual({ done: true });
  expect(await ends(dept)).toEqual([
    ['["4"]', 'removed', null],
    ['["5"]', 'kept', 'emp still refers to it.'],
  ]);
  expect((await ends(emp)).filter(([, status]) => status === 'kept')).toEqual([
    ['["10"]', 'kept', 'dept still refers to it.'],
  ]);
  expect([await keysAt('state', 'dept'), await keysAt('state', 'emp')]).toEqual([
    [1, 5],
    [1, 10],
  ]);
});

test('a reference that only the catalog knows keeps its record too', async () => {
  const job = await extra('DELETE FROM school WHERE schoolID = 6');
  await world.state('ALTER TABLE roster DROP FOREIGN KEY roster_ibfk_1');
  await find(job('school'));
  await remove(job('school'));
  expect(await ends(job('school'))).toEqual([['["6"]', 'kept', 'roster still refers to it.']]);
});

test.each(['CASCADE', 'SET NULL'])(
  'an object that a foreign key with ON DELETE %s refers to is refused',
  async (rule) => {
    const job = await world.job(all, 'school');
    expect(await whyNotRemovable(job)).toBeNull();
    await world.state(
      `CREATE TABLE note (districtID INT, schoolID INT,
       FOREIGN KEY (districtID, schoolID) REFERENCES school (districtID, schoolID) ON DELETE ${rule})`,
    );
    expect(await whyNotRemovable(job)).toMatch(
      /^Removing records of school would change or remove records of note /,
    );
  },
);

test('a removal that crashes between pages, or before a COMMIT, goes on and counts each record once', async () => {
  const job = (await extra('DELETE FROM roster WHERE rosterID < 400'))('roster');
  const found = await find(job);
  expect(found).toHaveLength(300);
  let pages = 0;
  const dying = {
    ...job,
    beforeCommit: () => {
      pages += 1;
      if (pages === 1) throw new Error('the worker died');
    },
  };
  await expect(remove(dying)).rejects.toThrow('the worker died');
  expect(await keysAt('state', 'roster')).toHaveLength(400);
  // Ends after the first page, as when a run makes way.
  await world.control(
    `INSERT INTO removal (resyncID, objectName, recordKey, status)
       VALUES ${rows(600, (i) => `'${job.fence.resyncId}', 'roster', '["${10_000 + i}"]', 'found'`)}`,
  );
  expect(await removeFound([job], { maxRecords: 1 })).toEqual({ done: false });
  const [half] = await world.control("SELECT COUNT(*) AS n FROM removal WHERE status = 'found'");
  expect(half).toEqual({ n: 400 });
  await Promise.all([remove(job), remove(job)]);
  expect(await keysAt('state', 'roster')).toHaveLength(100);
  const [sum] = await world.control(
    "SELECT SUM(status = 'removed') AS removed, SUM(status = 'kept') AS kept FROM removal",
  );
  expect([Number(sum!['removed']), Number(sum!['kept'])]).toEqual([300, 600]);
  // Nothing of the object's books has changed.
  expect(await world.books(job)).toMatchObject({ extra: 300, unchanged: 0 });
});

test('a run whose lease was taken removes nothing', async () => {
  const job = (await extra('DELETE FROM roster WHERE rosterID = 1'))('roster');
  await find(job);
  await world.takeLease();
  await expect(remove(job)).rejects.toMatchObject({ errorClass: 'fenced' });
  expect(await keysAt('state', 'roster', 'rosterID = 1')).toEqual([1]);
});
