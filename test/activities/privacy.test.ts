import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { loadCatalog } from '../../src/catalog/load';
import { migrate } from '../../src/migrate';
import { generateDistrict } from '../../src/sample/generate';
import { createEditionsWithControl, type TestDatabases } from '../support/stack';
import { ResyncWorld } from './world';

const schoolYear = 2027;
let databases: TestDatabases;
beforeEach(async () => {
  databases = await createEditionsWithControl();
});
afterEach(() => databases.drop());

it('keeps every student’s values out of Temporal’s history and of the stored errors', async () => {
  await migrate(databases.districtUrl, 'district');
  await migrate(databases.stateUrl, 'state');
  await generateDistrict({
    districtUrl: databases.districtUrl,
    students: 120,
    seed: 5,
    defects: true,
    schoolYear,
  });
  const values = await plantedValues(databases.districtUrl);
  expect(values.length).toBeGreaterThan(100);
  await ResyncWorld.use({ databases, catalog: loadCatalog(), schoolYear }, async (world) => {
    const { resyncId } = await world.resync();
    const errors = await world.errors(resyncId);
    // The state refused names that are too long, so there are errors that could have quoted one.
    expect(
      errors.some(({ objectName, outcome }) => objectName === 'PersonIdentity' && outcome === 'failed'),
    ).toBe(true);
    const history = await world.history(resyncId);
    expect(history).toContain(resyncId);
    const kept = history + JSON.stringify(errors);
    expect(values.filter((value) => kept.includes(value))).toEqual([]);
  });
});

/**
 * Values no identifier or sentence of ours can contain by chance: too long for that, and unlike any
 * name of a column.
 */
async function plantedValues(url: string): Promise<string[]> {
  const connection = await createConnection(url);
  try {
    // The longest names are those the state refuses.
    await connection.query(
      `UPDATE PersonIdentity SET firstName = CONCAT('Vorname-', personID, '-geheim'),
              lastName = CONCAT(lastName, '-', personID, '-geheim')`,
    );
    const [rows] = await connection.query<(RowDataPacket & { value: string })[]>(
      `SELECT firstName AS value FROM PersonIdentity UNION SELECT lastName FROM PersonIdentity
        UNION SELECT details FROM ContactLog WHERE LENGTH(details) > 12`,
    );
    return rows.map(({ value }) => value);
  } finally {
    await connection.end();
  }
}
