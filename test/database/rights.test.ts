/** Accounts with the least rights: what doctor asks for is enough for everything. */
import type { RowDataPacket } from 'mysql2';
import { introspect } from '../../src/introspection/introspect';
import { loadCatalog } from '../../src/catalog/load';
import { checkEditions } from '../../src/introspection/check-editions';
import { readEditions } from '../../src/introspection/read-editions';
import { type Config, parseConfig } from '../../src/config';
import { openControl } from '../../src/control/database';
import { openServer } from '../../src/database/connect';
import { Account } from '../../src/database/rights';
import { planResync } from '../../src/domain/plan';
import { openEditions } from '../../src/editions/connection/pools';
import { measureState, prepareReading } from '../../src/editions/schools/measure';
import { readCauses } from '../../src/features/outcomes/read-causes';
import { noteStateTables } from '../../src/features/resyncs/plan-notes';
import { migrate } from '../../src/migrate';
import { generateDistrict } from '../../src/sample/generate';
import { checkProject, type Finding } from '../../src/stack/doctor';
import { ResyncWorld } from '../activities/world';
import { type PrivateServer, startPrivateServer } from '../support/private-server';
import { runOn } from '../support/run-on';
import { createTestDatabases, type TestDatabases, testStack } from '../support/stack';
import { testServers } from '../support/test-servers';

jest.setTimeout(400_000);

const schoolYear = 2027;
const catalog = loadCatalog();
const sides = ['district', 'state', 'control'] as const;
const urlOf = (databases: TestDatabases, side: (typeof sides)[number]): string => databases[`${side}Url`];
const nameOf = (url: string): string => new URL(url).pathname.slice(1);

/** The same databases by accounts that have no right at all. */
async function byNobodies(databases: TestDatabases, tag: string): Promise<TestDatabases> {
  const low = { ...databases };
  for (const side of sides) {
    const url = new URL(urlOf(databases, side));
    url.username = `${side}-${tag}`;
    url.password = 'pass-word';
    await runOn(
      urlOf(databases, side),
      `DROP USER IF EXISTS '${url.username}'@'127.0.0.1'`,
      `CREATE USER '${url.username}'@'127.0.0.1' IDENTIFIED BY 'pass-word'`,
    );
    low[`${side}Url`] = url.href;
  }
  return low;
}

async function configOf({ districtUrl, stateUrl, controlUrl }: TestDatabases): Promise<Config> {
  const { address } = (await testStack()).temporal;
  const district = { id: 'test-district', number: 42, name: 'd', schoolYear, databaseUrl: districtUrl };
  const urls = { stateDatabaseUrl: stateUrl, controlDatabaseUrl: controlUrl };
  return parseConfig({ ...urls, temporal: { address }, districts: [district] }, { env: {} });
}

async function rightsOf(databases: TestDatabases): Promise<Finding[]> {
  const findings = await checkProject(await configOf(databases), { catalog });
  return findings.filter(({ check }) => check.endsWith(' rights'));
}

const grantsIn = ({ todo }: Finding): string[] => todo?.match(/GRANT [^;]*/g) ?? [];

/** Gives what doctor asks for, in its own words. */
async function giveWhatIsAsked(databases: TestDatabases, low: TestDatabases): Promise<void> {
  for (const finding of await rightsOf(low)) {
    const side = sides.find((one) => finding.check.startsWith(one))!;
    await runOn(urlOf(databases, side), ...grantsIn(finding));
  }
}

const sharedVendor = testServers.state === 'mysql' ? 'mysql' : 'mariadb';
/** Of the vendor that the shared servers aren't of. */
let other: PrivateServer;
beforeAll(async () => (other = await startPrivateServer(sharedVendor === 'mysql' ? 'mariadb' : 'mysql')));
afterAll(() => other.stop());

test.each(['mariadb', 'mysql'])(
  'with the rights that doctor asks for a run, removals, a verification, carry-down and a measure go through: %s',
  async (kind) => {
    const servers = kind === sharedVendor ? undefined : { district: other.info, state: other.info };
    const databases = await createTestDatabases(servers);
    const { districtUrl, stateUrl } = databases;
    const low = await byNobodies(databases, 'least');
    try {
      await migrate(districtUrl, 'district');
      await migrate(stateUrl, 'state');
      await generateDistrict({ districtUrl, students: 25, seed: 3, defects: true, schoolYear });

      const first = await rightsOf(low);
      expect(first.map(({ level, check }) => [level, check])).toEqual([
        ['fail', 'district test-district rights'],
        ['fail', 'state rights'],
        ['fail', 'control rights'],
      ]);
      expect(first[0]!.todo).toContain(
        `GRANT SELECT ON \`${nameOf(districtUrl)}\`.* TO 'district-least'@'127.0.0.1';`,
      );
      expect(first[0]!.todo).toMatch(/GRANT UPDATE ON `\w+`\.`PersonIdentity` TO/);
      expect(first[1]!.todo).toContain(`GRANT TRIGGER ON \`${nameOf(stateUrl)}\`.* TO`);
      await giveWhatIsAsked(databases, low);
      expect((await rightsOf(low)).map(({ level }) => level)).toEqual(['ok', 'ok', 'ok']);

      const world = { databases: low, catalog, schoolYear };
      await ResyncWorld.use(world, async (used) => {
        const sent = await used.resync();
        expect(sent.status).toBe('finished');
        const messages = await used.control('DISBatchHistory').where({ resyncID: sent.resyncId });
        expect(messages.filter(({ message }: { message: string | null }) => message !== null)).toEqual([]);
        const event = await used.eventAfter(sent.resyncId, 'PersonIdentity');
        expect(event).toMatchObject({ status: 'finished', failed: 0 });
        expect(event.carried).toBeGreaterThan(0);
        expect((await readCauses(used.control, sent.resyncId)).length).toBeGreaterThan(0);

        await runOn(districtUrl, 'DELETE FROM TestScore LIMIT 3');
        const removed = await used.resync({ objects: ['TestScore'], removals: 'apply' });
        expect(removed.objects.find(({ objectName }) => objectName === 'TestScore')).toMatchObject({
          status: 'finished',
          extra: 3,
        });
        expect((await used.verify()).status).toBe('finished');
      });

      const editions = openEditions({ ...low, lanes: 1 });
      try {
        const scope = { districtId: 'test-district', districtNumber: 42, schoolYear };
        const readings = await Promise.all(
          ['School', 'Calendar', 'Enrollment'].map((name) =>
            prepareReading(editions, catalog, {
              ...{
                object: catalog.objects.find((object) => object.name === name)!,
                scope,
                columns: undefined,
              },
            }),
          ),
        );
        const { signal } = new AbortController();
        expect(await measureState(editions, readings, { scope, signal })).toMatchObject({ busyWith: null });
      } finally {
        await editions.close();
      }
    } finally {
      for (const side of sides) await runOn(urlOf(databases, side), `DROP USER '${side}-least'@'127.0.0.1'`);
      await databases.drop();
    }
  },
);

test('triggers that an account is not shown are told of, with the GRANT, by doctor, plan, introspection, catalog check and run', async () => {
  const databases = await createTestDatabases();
  const low = await byNobodies(databases, 'blind');
  const [district, state, control] = sides.map((side) => nameOf(urlOf(databases, side)));
  try {
    await runOn(databases.districtUrl, 'CREATE TABLE Course (courseID INT PRIMARY KEY, name VARCHAR(20))');
    await runOn(
      databases.stateUrl,
      'CREATE TABLE Course (districtID INT, courseID INT, name VARCHAR(20), PRIMARY KEY (districtID, courseID))',
      'CREATE TRIGGER shout BEFORE INSERT ON Course FOR EACH ROW SET NEW.name = UPPER(NEW.name)',
      `GRANT SELECT, INSERT, UPDATE, DELETE ON ${state}.* TO 'state-blind'@'127.0.0.1'`,
      ...['state', 'control'].map(
        (side) => `GRANT SELECT, INSERT, UPDATE, DELETE ON ${control}.* TO '${side}-blind'@'127.0.0.1'`,
      ),
      `GRANT SELECT ON ${state}.* TO 'control-blind'@'127.0.0.1'`,
    );
    await runOn(databases.districtUrl, `GRANT SELECT ON ${district}.* TO 'district-blind'@'127.0.0.1'`);
    const grantTo = (side: string): string =>
      `GRANT TRIGGER ON \`${state}\`.* TO '${side}-blind'@'127.0.0.1';`;

    const { catalog: found, findings } = introspect(await readEditions(low));
    expect(findings).toContainEqual(
      expect.objectContaining({ kind: 'note', message: expect.stringContaining(grantTo('state')) as string }),
    );
    const config = await configOf(low);
    const district1 = {
      ...{ id: 'd1', objects: ['Course'] },
      ...{ districtUrl: low.districtUrl, stateUrl: low.stateUrl, controlUrl: low.controlUrl },
      scope: { districtId: 'd1', districtNumber: 1, districtCode: '1', schoolYear },
    };
    expect(await checkEditions(found, district1)).toEqual({
      problems: [],
      notes: [expect.stringContaining(grantTo('state'))],
    });
    const doctor = await checkProject(config, { catalog: found });
    expect(doctor.find(({ check }) => check === 'state rights')).toMatchObject({
      level: 'warn',
      found: expect.stringContaining('sees no triggers') as string,
      todo: grantTo('state'),
    });
    const books = openControl(low.controlUrl);
    try {
      const plan = planResync(found, { objects: 'all', checkDependencies: true }, {
        enabled: [],
        disabled: [],
        state: undefined,
        year: { schoolYear, offset: 0, objects: null },
      } as never);
      const { notes } = await noteStateTables(
        { config, catalog: found, control: books },
        config.districts[0]!,
        plan,
      );
      expect(notes).toContainEqual({
        object: 'Course',
        note: expect.stringContaining(grantTo('control')) as string,
      });
    } finally {
      await books.destroy();
    }
    await ResyncWorld.use({ databases: low, catalog: found, schoolYear }, async (used) => {
      const { resyncId } = await used.resync();
      const [row] = (await used.control('DISBatchHistory').where({ resyncID: resyncId })) as {
        note: string;
      }[];
      expect(JSON.stringify(row)).toContain(`${grantTo('state')}`.replaceAll('"', '\\"'));
    });
    // Whoever sees them is told what they do, and nothing else.
    expect((await readEditions(databases)).state).toMatchObject({ hiddenTriggers: null, triggers: [{}] });
  } finally {
    for (const side of sides) await runOn(urlOf(databases, side), `DROP USER '${side}-blind'@'127.0.0.1'`);
    await databases.drop();
  }
});

describe('rights as servers show them', () => {
  /** What a new account has after these statements. */
  async function account(
    server: string,
    statements: readonly string[],
    look: (account: Account) => void | Promise<void>,
  ): Promise<void> {
    const user = new URL(server);
    user.username = "o'neil";
    user.password = 'pass-word';
    const name = `'o''neil'@'127.0.0.1'`;
    await runOn(
      server,
      `DROP USER IF EXISTS ${name}`,
      'DROP ROLE IF EXISTS reader',
      `CREATE USER ${name} IDENTIFIED BY 'pass-word'`,
      ...statements.map((sql) => sql.replace('ME', name)),
    );
    const connection = await openServer(user.href);
    try {
      const ask = async (sql: string): Promise<(string | number | null)[][]> => {
        const [rows] = await connection.query<(RowDataPacket & (string | number | null)[])[]>({
          ...{ sql, rowsAsArray: true },
        });
        return rows;
      };
      await look(await Account.read(ask));
    } finally {
      await connection.end();
      await runOn(server, `DROP USER ${name}`, 'DROP ROLE IF EXISTS reader');
    }
  }

  test.each(['mariadb', 'mysql'])('%s', async (kind) => {
    const info = kind === sharedVendor ? (await testStack()).state : other.info;
    const server = `mysql://${info.user}:${info.password}@127.0.0.1:${info.port}/`;
    await runOn(server, 'CREATE DATABASE `a_b`', 'CREATE TABLE `a_b`.`T``x` (id INT, note INT)');
    try {
      await account(server, [], (one) => {
        expect(one.missing('a_b', ['SELECT', 'DELETE'])).toEqual([
          `GRANT SELECT, DELETE ON \`a_b\`.* TO 'o''neil'@'127.0.0.1';`,
        ]);
        expect(one.missing('a_b', ['SELECT'], ['T`x', 'U'])).toEqual([
          `GRANT SELECT ON \`a_b\`.* TO 'o''neil'@'127.0.0.1';`,
        ]);
      });
      await account(server, ['GRANT ALL PRIVILEGES ON *.* TO ME'], (one) =>
        expect(one.missing('a_b', ['SELECT', 'TRIGGER'])).toEqual([]),
      );
      await account(server, ['GRANT SELECT ON `a\\_b`.* TO ME'], (one) => {
        expect(one.has('a_b', 'SELECT')).toBe(true);
        expect(one.has('axb', 'SELECT')).toBe(false);
      });
      await account(server, ['GRANT SELECT ON `a%`.* TO ME'], (one) => {
        expect([one.has('a_b', 'SELECT'), one.has('abc', 'SELECT'), one.has('b', 'SELECT')]).toEqual([
          ...[true, true, false],
        ]);
      });
      await account(server, ['GRANT SELECT, UPDATE (note), INSERT ON `a_b`.`T``x` TO ME'], (one) => {
        expect(one.has('a_b', 'SELECT', 'T`x')).toBe(true);
        expect(one.has('a_b', 'SELECT')).toBe(false);
        expect(one.missing('a_b', ['SELECT', 'INSERT', 'UPDATE'], ['T`x'])).toEqual([
          "GRANT UPDATE ON `a_b`.`T``x` TO 'o''neil'@'127.0.0.1';",
        ]);
      });
      const byDefault = kind === 'mysql' ? 'SET DEFAULT ROLE reader TO ME' : 'SET DEFAULT ROLE reader FOR ME';
      const role = [
        'CREATE ROLE reader',
        'GRANT SELECT ON `a_b`.* TO reader',
        'GRANT reader TO ME',
        byDefault,
      ];
      await account(server, role, (one) => expect(one.has('a_b', 'SELECT')).toBe(true));
    } finally {
      await runOn(server, 'DROP DATABASE `a_b`');
    }
  });
});
