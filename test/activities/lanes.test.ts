import { migrate } from '../../src/migrate';
import { generateDistrict } from '../../src/sample/generate';
import { partOfCatalog } from '../support/part-of-catalog';
import { createTestDatabases } from '../support/stack';
import { ResyncWorld } from './world';

it.each([1, 2])('a worker of %i lanes never moves more ranges and objects at a time', async (lanes) => {
  const databases = await createTestDatabases();
  const schoolYear = 2027;
  await migrate(databases.districtUrl, 'district');
  await migrate(databases.stateUrl, 'state');
  await generateDistrict({
    districtUrl: databases.districtUrl,
    students: 150,
    seed: 5,
    defects: false,
    schoolYear,
  });
  const copy = { lanes, rangeRecords: 200, rangesInFlight: 10 };
  const catalog = partOfCatalog('Roster', 'AttendanceExactCount', 'SchoolMonth', 'ContactLog');
  await ResyncWorld.use({ databases, catalog, schoolYear, copy }, async (world) => {
    const { resyncId, status } = await world.resync();
    expect(status).toBe('finished');
    const moving = ['syncRange', 'syncObject', 'syncObjects', 'retryBlocked', 'verifyCycle'];
    // Exactly: with fewer the lanes would stand idle, and the test would show nothing.
    expect(await world.mostAtOnce(resyncId, moving)).toBe(lanes);
  });
  await databases.drop();
});
