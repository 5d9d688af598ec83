import { createConnection } from 'mysql2/promise';
import { loadCatalog } from '../../src/catalog/load';
import { migrate } from '../../src/migrate';
import { generateDistrict } from '../../src/sample/generate';
import type { ErrorOutcome } from '../../src/domain/record-error';
import { createTestDatabases, type TestDatabases } from '../support/stack';
import { type ObjectRow, ResyncWorld } from './world';

jest.setTimeout(240_000);

const schoolYear = 2027;
let databases: TestDatabases;
beforeEach(async () => {
  databases = await createTestDatabases();
  await migrate(databases.districtUrl, 'district');
  await migrate(databases.stateUrl, 'state');
});
afterEach(() => databases.drop());

const generate = (students: number, defects: boolean) =>
  generateDistrict({ districtUrl: databases.districtUrl, students, seed: 5, defects, schoolYear });

async function sql(side: 'districtUrl' | 'stateUrl', ...statements: string[]): Promise<void> {
  const connection = await createConnection(databases[side]);
  for (const statement of statements) await connection.query(statement);
  await connection.end();
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
  await ResyncWorld.use({ databases, catalog: loadCatalog(), schoolYear }, async (world) => {
    const retry = (retryOf: string) =>
      world.resync({
        selection: 'retry',
        retryOf,
        chosen: { outcomes },
        objects: ['ContactLog'],
        checkDependencies: false,
      });
    const first = await world.resync();
    const again = await retry(first.resyncId);
    expect(again.status).toBe('finished');
    // Nothing was mended: the same records have the same errors, and only they and their parents were read.
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

    // Mended in the district: a value in the contact logs, and calendars whose exclusion blocked what hangs below.
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
      colour: 'green',
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
