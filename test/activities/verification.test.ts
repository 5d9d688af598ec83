import { builtinCatalog } from '../../src/catalog/builtin';
import { listVerificationSamples } from '../../src/features/verifications/list-samples';
import { listVerifiedSchools } from '../../src/features/verifications/list-schools';
import { listSchoolNames } from '../../src/features/schools/store';
import { insertResync } from '../../src/features/resyncs/store';
import { planObjects } from '../../src/features/resyncs/planned-objects';
import { errorsOf } from '../../src/domain/outcome';
import { migrate } from '../../src/migrate';
import { generateDistrict } from '../../src/sample/generate';
import { verificationWorkflowId } from '../../workflows/messages';
import { ledgerPage, someCatalog } from '../support/control-database';
import { partOfCatalog } from '../support/part-of-catalog';
import { createEditionsWithControl, type TestDatabases } from '../support/stack';
import { runOn } from '../support/run-on';
import { until } from '../support/until';
import { ResyncWorld, testDistrict } from './world';

const schoolYear = 2027;
let databases: TestDatabases;
beforeEach(async () => {
  databases = await createEditionsWithControl();
  await migrate(databases.districtUrl, 'district');
  await migrate(databases.stateUrl, 'state');
});
afterEach(() => databases.drop());

async function generated(students: number, defects: boolean): Promise<void> {
  await generateDistrict({ districtUrl: databases.districtUrl, students, seed: 5, defects, schoolYear });
}

const inWorld = (
  work: (world: ResyncWorld) => Promise<void>,
  catalog = partOfCatalog('Day', 'SchoolMonth', 'Transportation'),
): Promise<void> => ResyncWorld.use({ databases, catalog, schoolYear }, work);

it('predicts a whole resync, and finds equal what it sent; drift is told by object, school and sample', async () => {
  await generated(120, true);
  await inWorld(async (world) => {
    const before = await world.verify();
    expect(before).toMatchObject({ status: 'finished', equal: false, resyncNecessary: true });
    // What people call the schools is known since School was looked at.
    const named = await listSchoolNames(world.control, { districtId: testDistrict, schools: null });
    const ofDistrict = await runOn(
      databases.districtUrl,
      'SELECT schoolID, name FROM School ORDER BY name, schoolID',
    );
    expect(named).toEqual(ofDistrict.map(({ schoolID, name }) => ({ school: [String(schoolID)], name })));
    const { objects } = await world.resync();
    const predicted = Object.fromEntries(
      before.objectResults.map((row) => [row.object, errorsOf(row.predicted)]),
    );
    expect(Object.fromEntries(objects.map((row) => [row.objectName, row.errors]))).toEqual(predicted);

    const after = await world.verify();
    expect(after).toMatchObject({ resyncNecessary: false, objectsToResync: [], totals: { extra: 0 } });
    // What the defects keep away is told, and is nothing a resync would mend.
    expect(after.equal).toBe(false);

    await runOn(
      databases.stateUrl,
      'UPDATE Enrollment SET startDate = startDate + INTERVAL 1 DAY WHERE enrollmentID % 9 = 0',
    );
    const [changed] = await runOn(
      databases.stateUrl,
      `SELECT COUNT(*) AS n FROM Enrollment WHERE enrollmentID % 9 = 0 AND endYear = ${schoolYear}`,
    );
    const drifted = await world.verify({ objects: ['Enrollment'] });
    expect(drifted).toMatchObject({ resyncNecessary: true, objectsToResync: ['Enrollment'] });
    const row = drifted.objectResults.find(({ object }) => object === 'Enrollment')!;
    expect(row.counts.different).toBe(changed!['n']);
    const { verificationId } = drifted;
    const schools = await listVerifiedSchools(world.control, { verificationId, object: 'Enrollment' });
    expect(schools.items.reduce((sum, { counts }) => sum + counts.different, 0)).toBe(changed!['n']);
    const samples = await listVerificationSamples(world.control, { verificationId, kind: 'different' });
    expect(samples.items.length).toBe(Math.min(20, Number(changed!['n'])));
    expect(samples.items[0]).toMatchObject({ object: 'Enrollment', predictedOutcome: 'updated', code: null });

    // Mended by exactly what it names, without what is equal above it.
    const mended = await world.resync({ objects: drifted.objectsToResync!, checkDependencies: false });
    expect(mended.objects.map(({ objectName, updated }) => [objectName, updated])).toEqual([
      ['Enrollment', changed!['n']],
    ]);
    expect(await world.verify({ objects: ['Enrollment'] })).toMatchObject({ resyncNecessary: false });
    // What a run needs while it is under way is kept no longer.
    expect(await world.control('verificationBlockedKey')).toEqual([]);
  }, builtinCatalog);
});

it('never takes half a range for drift: it waits for the resync, says so, and compares then', async () => {
  await generated(30, false);
  await inWorld(async (world) => {
    await world.resync();
    // A resync that died in the middle of Calendar, of which the state lacks what it has not sent
    // yet.
    const open = { resyncId: 'half', districtId: testDistrict, schoolYear };
    await insertResync(world.control, {
      catalogHash: someCatalog,
      request: {
        ...open,
        objects: ['Calendar'],
        checkDependencies: false,
        scenario: 'OTHER',
        initiator: 'district',
        mode: 'compare',
        requestedBy: 'test',
      },
    });
    await world.control('resync').where({ resyncID: 'half' }).update({ status: 'paused' });
    await planObjects(world.control, { ...open, objects: ['Calendar'] });
    await ledgerPage(
      world.control,
      { resyncId: 'half', object: 'Calendar', read: 1, last: false },
      { updated: 1 },
    );
    await runOn(databases.stateUrl, 'UPDATE Calendar SET summerSchool = 1 - summerSchool');

    const { verificationId, end } = await world.startVerification({ objects: ['School', 'Calendar', 'Day'] });
    const read = () =>
      world
        .control('verification')
        .where({ verificationID: verificationId })
        .first<{ status: string; message: string | null } | undefined>();
    await until('it waits', async () => (await read())?.status === 'waiting');
    expect((await read())?.message).toBe('Waits for resync half to end Calendar.');
    // What the resync doesn't touch was compared meanwhile; what hangs on it was not.
    const rows = (await world.control('verificationObject').where({ verificationID: verificationId })) as {
      objectName: string;
      status: string;
    }[];
    const stands = Object.fromEntries(rows.map(({ objectName, status }) => [objectName, status]));
    expect(stands).toMatchObject({ School: 'finished', Calendar: 'waiting', Day: 'waiting' });

    await runOn(databases.stateUrl, 'UPDATE Calendar SET summerSchool = 1 - summerSchool');
    await ledgerPage(
      world.control,
      { resyncId: 'half', object: 'Calendar', pageNo: 1, read: 1, last: true },
      { updated: 1 },
    );
    expect(await end()).toMatchObject({ status: 'finished', equal: true, resyncNecessary: false });
  });
});

it('tells what could not be compared, and goes on with the others', async () => {
  await generated(30, false);
  await inWorld(async (world) => {
    await world.resync();
    await runOn(databases.stateUrl, 'ALTER TABLE Transportation DROP COLUMN guid');
    const end = await world.verify();
    expect(end).toMatchObject({ status: 'finished', equal: false, resyncNecessary: false });
    const odd = end.objectResults.filter(({ status }) => status !== 'finished');
    expect(odd).toMatchObject([
      {
        object: 'Transportation',
        status: 'failed',
        message: expect.stringContaining('no column guid') as string,
      },
    ]);
  });
});

it('keeps every value out of Temporal’s history and of what it stores', async () => {
  await generated(60, true);
  await runOn(
    databases.districtUrl,
    "UPDATE PersonIdentity SET firstName = CONCAT('Vorname-', personID, '-geheim')",
  );
  await inWorld(async (world) => {
    const { verificationId } = await world.verify();
    const kept = [
      await world.history(verificationWorkflowId(verificationId)),
      ...(await Promise.all(
        ['verification', 'verificationObject', 'verificationSchool', 'verificationSample'].map(
          async (table) => JSON.stringify(await world.control(table)),
        ),
      )),
    ].join();
    expect(kept).toContain(verificationId);
    expect(kept).toContain('VALUE_TOO_LONG');
    expect(kept).not.toContain('geheim');
    expect(kept).not.toContain('Wolfeschlegelstein');
  }, builtinCatalog);
});
