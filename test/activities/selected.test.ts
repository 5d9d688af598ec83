import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { loadCatalog } from '../../src/catalog/load';
import { insertPreview, readPreview } from '../../src/features/selective-sync/preview-store';
import { migrate } from '../../src/migrate';
import { generateDistrict } from '../../src/sample/generate';
import type { ErrorOutcome } from '../../src/domain/record-error';
import { partOfCatalog } from '../support/part-of-catalog';
import { createEditionsWithControl, type TestDatabases } from '../support/stack';
import { type ObjectRow, ResyncWorld, testDistrict } from './world';

const schoolYear = 2027;
let databases: TestDatabases;
beforeEach(async () => {
  databases = await createEditionsWithControl();
  await migrate(databases.districtUrl, 'district');
  await migrate(databases.stateUrl, 'state');
});
afterEach(() => databases.drop());

/** With objects beside the way of those that are selected: nothing of them may be looked at. */
const catalog = partOfCatalog(
  ...['ContactLog', 'SchoolMonth', 'Day', 'Roster', 'AttendanceExactCount', 'CensusContactSummary'],
  ...['BehaviorType', 'Transportation', 'CourseSection'],
);
const generate = (students: number, defects: boolean) =>
  generateDistrict({ districtUrl: databases.districtUrl, students, seed: 5, defects, schoolYear });

async function sql(side: 'districtUrl' | 'stateUrl', ...statements: string[]): Promise<void> {
  const connection = await createConnection(databases[side]);
  for (const statement of statements) await connection.query(statement);
  await connection.end();
}

async function rowsOf(side: 'districtUrl' | 'stateUrl', statement: string): Promise<RowDataPacket[]> {
  const connection = await createConnection(databases[side]);
  try {
    return (await connection.query<RowDataPacket[]>(statement))[0];
  } finally {
    await connection.end();
  }
}

/** Records of every table of the state, as MySQL's own names have them. */
async function tableCounts(): Promise<Record<string, number>> {
  const counts = loadCatalog().objects.map(
    ({ stateTable }) => `SELECT '${stateTable}' AS t, COUNT(*) AS n FROM ${stateTable}`,
  );
  const rows = await rowsOf('stateUrl', counts.join(' UNION '));
  return Object.fromEntries(rows.map(({ t, n }) => [String(t), Number(n)]));
}

const outcomes: readonly ErrorOutcome[] = ['excluded', 'blocked', 'failed'];

const errorsOf = (objects: readonly ObjectRow[]) =>
  objects
    .filter(({ errors }) => errors > 0)
    .map(({ objectName, excluded, blocked, failed }) => ({ objectName, excluded, blocked, failed }));

const sum = (objects: readonly ObjectRow[], count: 'recordsRead' | 'errors' | 'inserted' | 'updated') =>
  objects.reduce((total, object) => total + Number(object[count]), 0);

it('a retry sends just the records with errors and the parents of blocked ones, again and again, until they are mended', async () => {
  await generate(300, true);
  await ResyncWorld.use({ databases, catalog, schoolYear }, async (world) => {
    const retry = (retryOf: string) =>
      world.resync({
        selection: 'retry',
        retryOf,
        selected: { outcomes },
        objects: ['ContactLog'],
        checkDependencies: false,
      });
    const first = await world.resync();
    const again = await retry(first.resyncId);
    expect(again.status).toBe('finished');
    // Nothing was mended: the same records have the same errors, and only they and their parents
    // were read.
    expect(errorsOf(again.objects)).toEqual(errorsOf(first.objects));
    const keys = async (resyncId: string) =>
      (await world.control('recordError').where({ resyncID: resyncId })).map(
        ({ objectName, recordKey, outcome }: Record<string, string>) =>
          `${objectName} ${recordKey} ${outcome}`,
      );
    expect((await keys(again.resyncId)).sort()).toEqual((await keys(first.resyncId)).sort());
    const parents = (
      await world.control('resyncSelection').where({ resyncID: again.resyncId, why: 'parent' })
    ).length;
    expect(sum(again.objects, 'recordsRead')).toBe(sum(first.objects, 'errors') + parents);
    expect(sum(again.objects, 'inserted') + sum(again.objects, 'updated')).toBe(0);

    // Mended in the district: a value in the contact logs, and calendars whose exclusion blocked
    // what hangs below.
    await sql(
      'districtUrl',
      `UPDATE ContactLog SET contactType = 'PHONE' WHERE contactType IS NULL`,
      'UPDATE Calendar SET stateExclude = 0',
    );
    const mended = await retry(again.resyncId);
    const row = (name: string) => mended.objects.find(({ objectName }) => objectName === name)!;
    const before = (name: string) => first.objects.find(({ objectName }) => objectName === name)!;
    expect(row('ContactLog')).toMatchObject({
      inserted: before('ContactLog').errors,
      recordsRead: before('ContactLog').errors,
      errors: 0,
      color: 'green',
    });
    expect(before('Calendar').excluded).toBeGreaterThan(0);
    expect(row('Calendar')).toMatchObject({ inserted: before('Calendar').excluded, errors: 0 });
    // Blocked by their calendars before; parents come first.
    expect(before('SchoolMonth').blocked).toBeGreaterThan(0);
    expect(row('SchoolMonth')).toMatchObject({ inserted: before('SchoolMonth').blocked, errors: 0 });
    const full = await world.resync();
    expect(sum(full.objects, 'inserted') + sum(full.objects, 'updated')).toBe(0);
    expect(errorsOf(full.objects)).toEqual(errorsOf(mended.objects));
    // No key and no value of a record is in what Temporal keeps.
    expect(await world.history(mended.resyncId)).not.toMatch(/recordKey|PHONE/);
  });
});

it('one student is previewed, then sent with ancestors and all that hangs below; nothing else is looked at', async () => {
  await generate(150, false);
  await ResyncWorld.use({ databases, catalog, schoolYear }, async (world) => {
    await world.resync();
    const ofYear = `FROM Enrollment WHERE endYear = ${schoolYear}`;
    const [first] = await rowsOf('districtUrl', `SELECT personID ${ofYear} LIMIT 1`);
    const personID = Number(first!['personID']);
    const enrollments = await rowsOf('districtUrl', `SELECT 1 ${ofYear} AND personID = ${personID}`);
    const before = await tableCounts();
    // Gone at the state: the student and all that hangs below; damaged: another student, who must
    // stay so.
    await sql(
      'stateUrl',
      'SET foreign_key_checks = 0',
      `DELETE r FROM Roster r JOIN Enrollment e USING (districtID, enrollmentID) WHERE e.personID = ${personID}`,
      `DELETE a FROM AttendanceExactCount a JOIN Enrollment e USING (districtID, enrollmentID) WHERE e.personID = ${personID}`,
      `DELETE FROM Enrollment WHERE personID = ${personID}`,
      `DELETE FROM CensusContactSummary WHERE personID = ${personID}`,
      `DELETE FROM PersonIdentity WHERE personID = ${personID}`,
      `UPDATE PersonIdentity SET firstName = 'Damaged' WHERE personID <> ${personID} ORDER BY personID LIMIT 1`,
    );
    const asked = { object: 'PersonIdentity', key: [String(personID)] };
    const previewId = `preview-${personID}`;
    await insertPreview(world.control, {
      ...{ previewId, districtId: testDistrict, schoolYear, level: 'district', requestedBy: 'test' },
      ...asked,
    });
    await world.run('selectivePreview', { previewId });
    const preview = await readPreview(world.control, previewId);
    expect(preview).toMatchObject({ status: 'done', message: null });
    const planned = preview.answer!.objects;
    expect(planned.find(({ object }) => object === 'PersonIdentity')).toMatchObject({
      asked: 1,
      descendants: 0,
    });
    expect(planned.find(({ object }) => object === 'Enrollment')).toMatchObject({
      descendants: enrollments.length,
    });
    expect(planned.find(({ object }) => object === 'School')).toMatchObject({ asked: 0, descendants: 0 });
    expect(await world.control('resyncSelection').where({ resyncID: previewId })).toEqual([]);

    const sent = await world.resync({
      selection: 'selective',
      selected: asked,
      objects: ['PersonIdentity'],
      checkDependencies: false,
    });
    expect(sent.status).toBe('finished');
    expect(sent.objects.every(({ color, extra }) => color === 'green' && Number(extra) === 0)).toBe(true);
    expect(sent.objects.map(({ objectName, recordsRead }) => [objectName, Number(recordsRead)])).toEqual(
      planned.map(({ object, records }) => [object, records]),
    );
    expect(await tableCounts()).toEqual(before);
    expect(await rowsOf('stateUrl', `SELECT 1 FROM PersonIdentity WHERE firstName = 'Damaged'`)).toHaveLength(
      1,
    );
    const full = await world.resync();
    expect(sum(full.objects, 'inserted')).toBe(0);
    expect(sum(full.objects, 'updated')).toBe(1);
  });
});

it('a section brings its rosters along, and with them the students they need', async () => {
  await generate(150, false);
  await ResyncWorld.use({ databases, catalog, schoolYear }, async (world) => {
    const [roster] = await rowsOf(
      'districtUrl',
      `SELECT courseSectionID, COUNT(*) AS n, COUNT(DISTINCT enrollmentID) AS students FROM Roster
        WHERE endYear = ${schoolYear} GROUP BY courseSectionID ORDER BY courseSectionID LIMIT 1`,
    );
    const sent = await world.resync({
      selection: 'selective',
      selected: { object: 'CourseSection', key: [String(roster!['courseSectionID'])] },
      objects: ['CourseSection'],
      checkDependencies: false,
    });
    // To an empty state: nothing is blocked.
    expect(sent.status).toBe('finished');
    expect(sum(sent.objects, 'errors')).toBe(0);
    const row = (name: string) => sent.objects.find(({ objectName }) => objectName === name);
    expect(row('CourseSection')).toMatchObject({ inserted: 1 });
    expect(row('Roster')).toMatchObject({ inserted: Number(roster!['n']) });
    expect(row('Enrollment')).toMatchObject({ inserted: Number(roster!['students']) });
    expect(row('AttendanceExactCount')).toBeUndefined();
    const again = await world.resync({
      selection: 'selective',
      selected: { object: 'CourseSection', key: ['987654'] },
      objects: ['CourseSection'],
      checkDependencies: false,
    });
    expect([again.status, again.objects]).toEqual(['failed', []]);
  });
});
