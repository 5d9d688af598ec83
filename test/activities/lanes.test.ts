import { loadCatalog } from '../../src/catalog/load';
import { migrate } from '../../src/migrate';
import { generateDistrict } from '../../src/sample/generate';
import { createTestDatabases } from '../support/stack';
import { ResyncWorld } from './world';

jest.setTimeout(240_000);

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
  await ResyncWorld.use({ databases, catalog: loadCatalog(), schoolYear, copy }, async (world) => {
    const { resyncId, status } = await world.resync();
    expect(status).toBe('finished');
    const moving = ['syncRange', 'syncObject', 'retryBlocked', 'verifyCycle'];
    // Exactly: with fewer the lanes would stand idle, and the test would show nothing.
    expect(await world.mostAtOnce(resyncId, moving)).toBe(lanes);
  });
  await databases.drop();
});
