import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { introspect } from '../../src/introspection/introspect';
import { readEditions } from '../../src/introspection/read-editions';
import { createEditionsWithControl, type TestDatabases } from '../support/stack';
import { ResyncWorld } from './world';

const schoolYear = 2027;
let databases: TestDatabases;
beforeEach(async () => {
  databases = await createEditionsWithControl();
});
afterEach(() => databases.drop());

it('resyncs a schema it has never seen: composite keys, a self-reference and cycles of NOT NULL foreign keys', async () => {
  const run = async (url: string, file: string) => {
    const connection = await createConnection({ uri: url, multipleStatements: true });
    await connection.query(readFileSync(join(__dirname, '../catalog/fixtures', file), 'utf8'));
    await connection.end();
  };
  await run(databases.districtUrl, 'ugly-district.sql');
  await run(databases.stateUrl, 'ugly-state.sql');
  await run(databases.districtUrl, 'ugly-records.sql');
  const { catalog } = introspect(
    await readEditions({ districtUrl: databases.districtUrl, stateUrl: databases.stateUrl }),
  );
  await ResyncWorld.use({ databases, catalog, schoolYear }, async (world) => {
    const first = await world.resync();
    expect(first.objects.filter(({ status }) => status !== 'finished')).toEqual([]);
    for (const object of catalog.objects) {
      expect([object.name, await world.stateRecords(object.stateTable)]).toEqual([
        object.name,
        await world.districtRecords(object.name),
      ]);
    }
    const second = await world.resync();
    expect(second.objects.filter(({ inserted, updated, errors }) => inserted + updated + errors > 0)).toEqual(
      [],
    );
  });
});
