import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { DistrictEditions } from '../../activities/district-editions';
import { parseConfig } from '../../src/config';
import { createTestDatabases, type TestDatabases } from '../support/stack';
import { until } from '../support/until';

let databases: TestDatabases;
beforeAll(async () => (databases = await createTestDatabases()));
afterAll(() => databases.drop());

/** Waits until the server counts so many connections to the district's database, ours left out. */
async function untilConnections(expected: number): Promise<void> {
  // One connection asks all the time: one that was ended is counted until the server notices.
  const connection = await createConnection(databases.districtUrl);
  const query =
    'SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()';
  try {
    await until(
      `there are ${expected} connections`,
      async () => (await connection.query<RowDataPacket[]>(query))[0].length === expected,
    );
  } finally {
    await connection.end();
  }
}

it('closes the connections of districts that were used long ago, and of none in use', async () => {
  const districts = Array.from({ length: 40 }, (_, index) => ({
    id: `d-${index}`,
    number: index + 1,
    name: `District ${index}`,
    schoolYear: 2027,
    databaseUrl: databases.districtUrl,
  }));
  const config = parseConfig(
    { stateDatabaseUrl: databases.stateUrl, controlDatabaseUrl: databases.controlUrl, districts },
    { env: {} },
  );
  const kept = 3;
  const editions = new DistrictEditions(config, kept);
  const visit = (id: string) =>
    editions.use({ districtId: id, schoolYear: 2027 }, ({ district }) => district.rows("SELECT 'one'"));
  let leave = () => {};
  const stays = editions.use({ districtId: 'd-0', schoolYear: 2027 }, async ({ district }) => {
    await district.rows('SELECT 1');
    await new Promise<void>((resolve) => (leave = resolve));
    return district.rows("SELECT 'two'");
  });
  for (const { id } of districts.slice(1)) await visit(id);
  expect(editions.size).toBe(kept + 1);
  await untilConnections(kept + 1);
  leave();
  expect(await stays).toEqual([['two']]);
  expect(editions.size).toBe(kept);
  // One that was closed opens again.
  expect(await visit('d-1')).toEqual([['one']]);
  await editions.close();
  expect(editions.size).toBe(0);
});

it('uses no account of before, whenever it was changed while others were closed', async () => {
  const district = (id: string, number: number, databaseUrl: string) => ({
    ...{ id, number, name: id, schoolYear: 2027, databaseUrl },
    objects: { enabled: [], disabled: [] },
  });
  const { districtUrl, stateUrl, controlUrl } = databases;
  const moves = (databaseUrl: string) => district('moves', 2, databaseUrl);
  const before = [district('leaves', 1, districtUrl), moves(districtUrl)];
  const config = parseConfig(
    { stateDatabaseUrl: stateUrl, controlDatabaseUrl: controlUrl, districts: before },
    { env: {} },
  );
  const found: unknown[] = [];
  for (let turns = 0; turns < 20; turns += 1) {
    let districts = before;
    const editions = new DistrictEditions(
      Object.defineProperty({ ...config }, 'districts', { get: () => districts }),
    );
    const databaseOf = (id: string) =>
      editions.use(
        { districtId: id, schoolYear: 2027 },
        async (open) => (await open.district.rows('SELECT DATABASE()')).flat()[0],
      );
    await databaseOf('leaves');
    districts = [moves(districtUrl)];
    const first = databaseOf('moves');
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    districts = [moves(stateUrl)];
    await editions.closeLeft();
    await first;
    found.push(await databaseOf('moves'));
    await editions.close();
  }
  expect(new Set(found)).toEqual(new Set([new URL(stateUrl).pathname.slice(1)]));
});
