import { loadCatalog } from '../../src/catalog/load';
import {
  notePending,
  startSyncEvent,
  insertSyncEvent,
} from '../../src/features/field-ownership/sync-event-store';
import { migrate } from '../../src/migrate';
import { generateDistrict } from '../../src/sample/generate';
import { syncEventWorkflowId } from '../../workflows/messages';
import { runOn } from '../support/run-on';
import { createEditionsWithControl, type TestDatabases } from '../support/stack';
import { ResyncWorld, testDistrict } from './world';

const schoolYear = 2027;
let databases: TestDatabases;
beforeEach(async () => {
  databases = await createEditionsWithControl();
  await migrate(databases.districtUrl, 'district');
  await migrate(databases.stateUrl, 'state');
  await generateDistrict({
    ...{ districtUrl: databases.districtUrl, students: 60, seed: 7, defects: false, schoolYear },
  });
});
afterEach(() => databases.drop());

const district = (...sql: string[]) => runOn(databases.districtUrl, ...sql);
const state = (...sql: string[]) => runOn(databases.stateUrl, ...sql);
const world = (work: (world: ResyncWorld) => Promise<void>, pageRecords = 5_000) =>
  ResyncWorld.use({ databases, catalog: loadCatalog(), schoolYear, copy: { pageRecords } }, work);
const ids = 'SELECT personID, stateID FROM PersonIdentity ORDER BY personID';
const persons = { objects: ['PersonIdentity'], checkDependencies: false } as const;

/** A run whose own event, which comes after it, has ended too. */
async function settled(world: ResyncWorld): Promise<void> {
  const { resyncId } = await world.resync(persons);
  await world.eventAfter(resyncId, 'PersonIdentity');
}

it('a person who arrives without a state ID is given one, which comes down; then no one is without', () =>
  world(async (world) => {
    const without = (await district('SELECT personID FROM PersonIdentity WHERE stateID IS NULL')).length;
    expect(without).toBeGreaterThan(2);
    const only = { ...persons, objects: ['PersonIdentityNoStateIDOnly'] };
    const first = await world.resync(only);
    expect(first.objects).toMatchObject([{ recordsRead: without, inserted: without }]);
    const event = await world.eventAfter(first.resyncId, 'PersonIdentity');
    expect(event).toMatchObject({ status: 'finished', assigned: without, carried: without, failed: 0 });

    const again = await world.resync(only);
    expect(again.objects).toMatchObject([{ recordsRead: 0, processed: 0 }]);
    await world.resync(persons);
    expect(await district(ids)).toEqual(await state(ids));
    const [all] = await state(
      'SELECT COUNT(*) AS n, COUNT(DISTINCT stateID) AS different FROM PersonIdentity',
    );
    expect(all!['different']).toBe(all!['n']);
    const second = await world.resync(persons);
    expect(await world.eventAfter(second.resyncId, 'PersonIdentity')).toMatchObject({
      assigned: 0,
      carried: 0,
      failed: 0,
    });

    // Neither history tells an ID; the control database has them in the register alone.
    const given = (await district(ids)).map((row) => String(row['stateID']));
    const event2 = syncEventWorkflowId(event.syncEventID);
    const kept = [
      await world.history(first.resyncId),
      await world.history(event2),
      JSON.stringify([await world.control('syncEvent'), await world.control('syncEventRecord')]),
    ].join();
    expect(kept).toContain(event.syncEventID);
    expect(given.filter((id) => kept.includes(id))).toEqual([]);
  }));

it('what the state changed without a word is found after the next run; what the district changed stays the district’s', () =>
  world(async (world) => {
    await settled(world);
    await world.control('fieldSetting').insert({
      ...{ districtID: testDistrict, objectName: 'PersonIdentity', fieldName: 'suffix' },
      ...{ owner: 'state', changedBy: 'test' },
    });
    await state("UPDATE PersonIdentity SET suffix = 'III' WHERE personID IN (1, 2, 3, 50)");
    await district(
      "UPDATE PersonIdentity SET suffix = 'Sr.' WHERE personID = 4",
      "UPDATE PersonIdentity SET firstName = 'Z' WHERE personID = 1",
    );
    const [before] = await state('SELECT suffix FROM PersonIdentity WHERE personID = 4');
    const second = await world.resync(persons);
    const event = await world.eventAfter(second.resyncId, 'PersonIdentity');
    expect(event).toMatchObject({ carried: 5, failed: 0 });
    expect(event.pages).toBeGreaterThan(3);
    const suffixes = 'SELECT personID, suffix, firstName FROM PersonIdentity ORDER BY personID';
    expect(await district(suffixes)).toEqual(await state(suffixes));
    expect((await state('SELECT suffix FROM PersonIdentity WHERE personID = 4'))[0]).toEqual(before);
    expect((await state('SELECT firstName FROM PersonIdentity WHERE personID = 1'))[0]).toEqual({
      firstName: 'Z',
    });
  }, 20));

it('an announced event carries the named records, says which it could not reach, and changes nothing when repeated', () =>
  world(async (world) => {
    await settled(world);
    await state("UPDATE PersonIdentity SET stateID = CONCAT('N', personID) WHERE personID < 6");
    await district('UPDATE PersonIdentity SET guid = UUID() WHERE personID = 2');
    const keys = [['1'], ['2'], ['3'], ['999999'], ['nonsense']];
    const event = { syncEventId: 'announced', object: 'PersonIdentity', keys };
    const sums = { status: 'finished', carried: 2, unchanged: 0, failed: 3 };
    expect(await world.carry(event)).toMatchObject(sums);
    expect(await world.carry(event)).toMatchObject(sums);
    expect(await world.control('syncEventRecord').orderBy('recordKey')).toMatchObject([
      { recordKey: '["2"]', code: 'IDENTITY_CHANGED', field: 'guid' },
      { recordKey: '["999999"]', code: 'NOT_AT_STATE' },
      { recordKey: '["nonsense"]', code: 'NOT_A_KEY' },
    ]);
    const changed = await district("SELECT personID FROM PersonIdentity WHERE stateID LIKE 'N%' ORDER BY 1");
    expect(changed).toEqual([{ personID: 1 }, { personID: 3 }]);
    expect(await world.carry({ ...event, syncEventId: 'again', keys: [['1'], ['3']] })).toMatchObject({
      ...{ carried: 0, unchanged: 2, failed: 0 },
    });
    // The state is told that one left records behind.
    const alerts = await world.control('processAlert').where({ name: 'Sync Event Incomplete' });
    expect(alerts).toMatchObject([{ level: 'state', toolRight: 'fieldSettings', districtID: testDistrict }]);
  }));

it('a crash between the district’s COMMIT and the record of it counts each record once, as carried', () =>
  world(async (world) => {
    await settled(world);
    await state("UPDATE PersonIdentity SET stateID = CONCAT('N', personID) WHERE personID < 4");
    for (const keys of [null, [['1'], ['2'], ['3']]]) {
      await district("UPDATE PersonIdentity SET stateID = 'old' WHERE personID < 4");
      const event = { syncEventId: `cut-off-${keys?.length ?? 'all'}`, object: 'PersonIdentity', keys };
      await insertSyncEvent(world.control, {
        ...{ districtId: testDistrict, resyncId: null, requestedBy: 'test', ...event },
      });
      // As far as the attempt came that died: two of the three were written.
      await startSyncEvent(world.control, event.syncEventId);
      await notePending(world.control, {
        syncEventId: event.syncEventId,
        pages: 0,
        keys: [['1'], ['2'], ['3']],
      });
      await district("UPDATE PersonIdentity SET stateID = CONCAT('N', personID) WHERE personID < 3");
      const ended = await world.carry(event);
      expect(ended).toMatchObject({ status: 'finished', carried: 3, failed: 0 });
      if (keys) expect(ended.unchanged).toBe(0);
    }
  }));

it('nothing is carried of an object whose fields are all the district’s by then', () =>
  world(async (world) => {
    await settled(world);
    await state("UPDATE Enrollment SET grade = '99'");
    const ended = await world.carry({ syncEventId: 'late', object: 'Enrollment' });
    expect(ended).toMatchObject({
      status: 'finished',
      carried: 0,
      message: expect.stringContaining('No field') as string,
    });
    expect(await district("SELECT 1 FROM Enrollment WHERE grade = '99'")).toEqual([]);
  }));
