import { createConnection } from 'mysql2/promise';
import { loadCatalog } from '../../src/catalog/load';
import { readRemovals } from '../../src/features/removals/read';
import { migrate } from '../../src/migrate';
import { generateDistrict } from '../../src/sample/generate';
import { object } from '../editions/support';
import { createEditionsWithControl, type TestDatabases } from '../support/stack';
import { ResyncWorld } from './world';

const schoolYear = 2027;
let databases: TestDatabases;
beforeEach(async () => {
  databases = await createEditionsWithControl();
});
afterEach(() => databases.drop());

async function run(url: string, ...statements: string[]): Promise<void> {
  const connection = await createConnection(url);
  try {
    for (const sql of statements) await connection.query(sql);
  } finally {
    await connection.end();
  }
}

it('takes a whole district of 62 objects away at the state, children first, when nothing of it is left', async () => {
  const catalog = loadCatalog();
  await migrate(databases.districtUrl, 'district');
  await migrate(databases.stateUrl, 'state');
  await generateDistrict({
    districtUrl: databases.districtUrl,
    students: 60,
    seed: 3,
    defects: false,
    schoolYear,
  });
  const options = { databases, catalog, schoolYear, removals: { thresholdPercent: 100 } };
  await ResyncWorld.use(options, async (world) => {
    const sent = await world.resync();
    expect(sent.status).toBe('finished');
    const tables = catalog.objects.filter(({ only }) => only === null).map(({ stateTable }) => stateTable);
    await run(
      databases.districtUrl,
      'SET foreign_key_checks = 0',
      ...catalog.objects.map(({ table }) => `DELETE FROM \`${table}\``),
    );
    // Reported, and still there: removing has to be asked for. A table that lost all of many
    // records is no run's to judge: its object, and what hangs on it, stop and say so.
    const reported = await world.resync();
    const many = sent.objects.filter(({ inserted }) => Number(inserted) >= 100);
    expect(many.length).toBeGreaterThan(3);
    const stopped = reported.objects.filter(({ status }) => status !== 'finished');
    expect(stopped.map(({ objectName }) => objectName)).toEqual(
      expect.arrayContaining(many.map(({ objectName }) => objectName)),
    );
    expect(reported.objects.some(({ status, extra }) => status === 'finished' && Number(extra) > 0)).toBe(
      true,
    );
    expect(await world.stateRecords('Enrollment')).toBeGreaterThan(0);
    let there = 0;
    for (const table of tables) there += await world.stateRecords(table);
    expect(there).toBeGreaterThan(1000);

    // Below the threshold, and asked about all the same: so many may have been lost.
    const [removed] = await Promise.all([world.resync({ removals: 'apply' }), world.approveWhenAsked()]);
    expect(removed.status).toBe('finished');
    const views = await readRemovals(world.control, removed.resyncId);
    expect(views.filter(({ kept, reason }) => kept > 0 || reason !== null)).toEqual([]);
    expect(views.reduce((sum, view) => sum + view.removed, 0)).toBe(there);
    for (const table of tables) expect([table, await world.stateRecords(table)]).toEqual([table, 0]);
  });
});

const tenant = 'districtID INT NOT NULL';
const small = {
  name: 'small',
  objects: [
    object('school', ['schoolID'], { label: 'School' }),
    object('room', ['roomID'], {
      parents: ['school'],
      references: [{ object: 'school', columns: ['schoolID'], parentColumns: ['schoolID'] }],
    }),
    object('course', ['courseID']),
  ],
};

async function smallDistrict(): Promise<void> {
  const numbers = (n: number, row: (i: number) => string) =>
    Array.from({ length: n }, (_, i) => `(${row(i + 1)})`).join(', ');
  await run(
    databases.districtUrl,
    'CREATE TABLE school (schoolID INT PRIMARY KEY, name VARCHAR(40))',
    'CREATE TABLE room (roomID INT PRIMARY KEY, schoolID INT NOT NULL)',
    'CREATE TABLE course (courseID INT PRIMARY KEY, name VARCHAR(40))',
    `INSERT INTO school VALUES ${numbers(40, (i) => `${i}, 'School ${i}'`)}`,
    `INSERT INTO room VALUES ${numbers(80, (i) => `${i}, ${1 + (i % 40)}`)}`,
    `INSERT INTO course VALUES ${numbers(50, (i) => `${i}, 'Course ${i}'`)}`,
  );
  await run(
    databases.stateUrl,
    `CREATE TABLE school (${tenant}, schoolID INT, name VARCHAR(40), PRIMARY KEY (districtID, schoolID))`,
    `CREATE TABLE room (${tenant}, roomID INT, schoolID INT NOT NULL, PRIMARY KEY (districtID, roomID),
       FOREIGN KEY (districtID, schoolID) REFERENCES school (districtID, schoolID))`,
    `CREATE TABLE course (${tenant}, courseID INT, name VARCHAR(20), PRIMARY KEY (districtID, courseID))`,
  );
}

it('leaves an object with a failed record as it is, and expires what is above the threshold', async () => {
  await smallDistrict();
  const removals = { thresholdPercent: 5, approvalHours: 0.0001 };
  await ResyncWorld.use({ databases, catalog: small, schoolYear, removals }, async (world) => {
    await world.resync();
    await run(
      databases.districtUrl,
      // 2 of 40 schools are 5 %: not above. 4 of 80 rooms neither, but 5 are.
      'DELETE FROM room WHERE schoolID <= 2 OR roomID = 10',
      'DELETE FROM school WHERE schoolID <= 2',
      'DELETE FROM course WHERE courseID = 1',
      "UPDATE course SET name = REPEAT('x', 30) WHERE courseID = 2",
    );
    const { resyncId, status } = await world.resync({ removals: 'apply' });
    expect(status).toBe('finished');
    expect(await readRemovals(world.control, resyncId)).toMatchObject([
      {
        object: 'course',
        decision: 'refused',
        found: 0,
        removed: 0,
        reason: expect.stringContaining('1 failed') as string,
      },
      { object: 'room', decision: 'expired', found: 5, records: 80, sharePercent: 6.25, removed: 0, kept: 0 },
      {
        object: 'school',
        decision: 'below',
        found: 2,
        sharePercent: 5,
        removed: 0,
        kept: 2,
        samples: [
          { key: ['1'], status: 'kept', reason: 'room still refers to it.' },
          { key: ['2'], status: 'kept' },
        ],
      },
    ]);
    expect([await world.stateRecords('school'), await world.stateRecords('room')]).toEqual([40, 80]);
    expect(await world.stateRecords('course')).toBe(50);
    const { message } = (await world.control('resync').where({ resyncID: resyncId }).first()) as {
      message: string;
    };
    expect(message).toContain('0 records removed at the state, 2 kept.');
    expect(message).toContain('room: not approved in time, none of 5 removed.');
    const alert = (await world
      .control('processAlert')
      .where({ alertKey: `removals-await:${resyncId}` })
      .first()) as {
      name: string;
      text: string;
      dueAt: string;
    };
    expect(alert.name).toBe('Removals Await Approval');
    expect(alert.text).toContain('room 5 of 80');
    expect(alert.dueAt).not.toBeNull();
    // With the room's record mended and more allowed, the same is removed.
  });
  await ResyncWorld.use({ databases, catalog: small, schoolYear }, async (world) => {
    await run(databases.districtUrl, "UPDATE course SET name = 'short' WHERE courseID = 2");
    const { resyncId } = await world.resync({ removals: 'apply' });
    expect((await readRemovals(world.control, resyncId)).map((view) => [view.object, view.removed])).toEqual([
      ['course', 1],
      ['room', 5],
      ['school', 2],
    ]);
    expect(
      (await world.resync({ removals: 'apply' })).objects.every(({ extra }) => Number(extra) === 0),
    ).toBe(true);
  });
});
