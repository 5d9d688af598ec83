import { builtinCatalog } from '../../src/catalog/builtin';
import { migrate } from '../../src/migrate';
import { generateDistrict } from '../../src/sample/generate';
import { ResyncWorld } from '../activities/world';
import { createEditionsWithControl, type TestDatabases } from '../support/stack';

const schoolYear = 2027;
const outcomes = ['blocked', 'excluded', 'failed'] as const;

let databases: TestDatabases;
beforeEach(async () => {
  databases = await createEditionsWithControl();
  await migrate(databases.districtUrl, 'district');
  await migrate(databases.stateUrl, 'state');
});
afterEach(() => databases.drop());

describe('a full resync of a generated district into an empty state', () => {
  it.each([
    ['has exactly the outcome that was predicted where defects were planted', true],
    ['is green throughout where none were', false],
  ])('%s', async (_promise, defects) => {
    const { planted } = await generateDistrict({
      districtUrl: databases.districtUrl,
      students: 260,
      seed: 5,
      defects,
      schoolYear,
    });
    expect(planted.length > 0).toBe(defects);
    await ResyncWorld.use({ databases, catalog: builtinCatalog, schoolYear }, async (world) => {
      const { objects } = await world.resync();
      const came = objects.flatMap((row) =>
        outcomes
          .filter((outcome) => row[outcome] > 0)
          .map((outcome) => ({ object: row.objectName, outcome, records: row[outcome] })),
      );
      const inOrder = (a: { object: string }, b: { object: string }) => a.object.localeCompare(b.object);
      expect([...came].sort(inOrder)).toEqual([...planted].sort(inOrder));
      expect(objects.every(({ color }) => color === 'green')).toBe(!defects);
    });
  });
});
