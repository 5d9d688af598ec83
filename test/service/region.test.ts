import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import pino from 'pino';
import { builtinCatalog } from '../../src/catalog/builtin';
import { type Config, parseConfig } from '../../src/config';
import { openControl } from '../../src/control/database';
import { createToken } from '../../src/features/access/token-store';
import { migrate } from '../../src/migrate';
import { makeViewsOfRegions } from '../../src/region-views';
import { generateDistrict } from '../../src/sample/generate';
import { startServer } from '../../src/server';
import { startWorker } from '../../src/worker';
import { answerCheck } from '../support/answer-check';
import { createTestDatabases, type TestDatabases, testStack } from '../support/stack';
import { workflowBundle } from '../support/workflow-bundle';
import { until } from '../support/until';

const schoolYear = 2027;
const numbers = { north: 1, south: 2 } as const;
type District = keyof typeof numbers;

/** A deployment as it runs in production: API and worker over its own books. */
interface Deployment {
  readonly config: Config;
  readonly url: string;
  ask<T>(method: 'GET' | 'POST', path: string, body?: object): Promise<{ status: number; body: T }>;
  stop(): Promise<void>;
}

async function deploy(settings: object): Promise<Deployment & { readonly token: string }> {
  const config = parseConfig(
    {
      temporal: {
        address: (await testStack()).temporal.address,
        taskQueue: `region-${randomBytes(4).toString('hex')}`,
      },
      api: { port: 0 },
      ...settings,
    },
    { env: {} },
  );
  const worker = await startWorker(config, { workflows: { workflowBundle: await workflowBundle() } });
  const answers = answerCheck();
  const logger = pino({ level: 'silent' });
  const server = await startServer(config, { logger, checkAnswer: answers.check });
  const control = openControl(config.controlDatabaseUrl);
  const { token } = await createToken(control, { name: 'state', level: 'state', districts: null });
  await control.destroy();
  return {
    config,
    token,
    url: server.url,
    ask: async <T>(method: string, path: string, body?: object) => {
      const answer = await fetch(`${server.url}/api/v1${path}`, {
        method,
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        body: body === undefined ? null : JSON.stringify(body),
      });
      return { status: answer.status, body: (await answer.json()) as T };
    },
    stop: async () => {
      await server.stop();
      await worker.stop();
      answers.throwFaults();
    },
  };
}

async function sql(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const connection = await createConnection({ uri: url, multipleStatements: true });
  try {
    const [rows] = await connection.query(statement);
    return Array.isArray(rows) ? (rows as RowDataPacket[]) : [];
  } finally {
    await connection.end();
  }
}

/** Stands between the two deployments: the way to the region can be cut. */
async function gateTo(
  url: () => string,
): Promise<{ readonly server: Server; readonly url: string; open: boolean; refused: number }> {
  const gate = { open: true, refused: 0, server: null as unknown as Server, url: '' };
  gate.server = createServer((incoming, outgoing) => {
    if (!gate.open) {
      gate.refused += 1;
      return void incoming.socket.destroy();
    }
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const { host: _, connection: __, ...headers } = incoming.headers as Record<string, string>;
      const body = Buffer.concat(chunks);
      const answer = await fetch(`${url()}${incoming.url}`, {
        ...{ method: incoming.method!, headers: { ...headers, 'accept-encoding': 'identity' } },
        body: body.length === 0 ? null : body,
      });
      outgoing.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
      outgoing.end(Buffer.from(await answer.arrayBuffer()));
    })().catch(() => incoming.socket.destroy());
  });
  await new Promise<void>((resolve) => gate.server.listen(0, '127.0.0.1', resolve));
  gate.url = `http://127.0.0.1:${(gate.server.address() as AddressInfo).port}`;
  return gate;
}

interface Run {
  readonly resyncId: string;
  readonly status: string;
  readonly color: string;
  readonly message: string | null;
  readonly region?: { readonly resyncId: string; readonly color: string };
  readonly totals: { readonly processed: number; readonly errors: number };
}

const tail = randomBytes(4).toString('hex');
const ids = { north: `north-${tail}`, south: `south-${tail}` };
/** In one Temporal namespace two deployments can't have the same. */
const idsAbove = { north: `above-north-${tail}`, south: `above-south-${tail}` };
const reader = `reader_${tail}`;
let places: Record<District | 'region' | 'state', TestDatabases>;
let region: Awaited<ReturnType<typeof deploy>>;
let state: Awaited<ReturnType<typeof deploy>>;
let gate: Awaited<ReturnType<typeof gateTo>>;
let views: (district: District) => string;

/** All records of an edition's object in the year, every value as its bytes, without the tenant. */
async function records(url: string, table: string, only?: number): Promise<string[]> {
  const columns = (await sql(url, `SHOW COLUMNS FROM \`${table}\``))
    .map(({ Field }) => String(Field))
    .filter((name) => name !== 'districtID');
  const values = columns.map((name) => `COALESCE(HEX(\`${name}\`), 'NULL')`).join(', ');
  const conditions = [
    ...(only === undefined ? [] : [`districtID = ${only}`]),
    ...(columns.includes('endYear') ? [`endYear = ${schoolYear}`] : []),
  ];
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const rows = await sql(url, `SELECT CONCAT_WS(' ', ${values}) AS record FROM \`${table}\` ${where}`);
  return rows.map(({ record }) => String(record)).sort();
}

const tables = ['School', 'Calendar', 'PersonIdentity', 'Enrollment', 'Roster', 'AttendanceExactCount'];

async function held(where: 'region' | 'state', district: District): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const table of tables) found[table] = await records(places[where].stateUrl, table, numbers[district]);
  return found;
}

async function has(district: District): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const table of tables) found[table] = await records(places[district].districtUrl, table);
  return found;
}

/** What the region gives of its own, a state ID, is carried down after the run. */
async function carriedDown(district: District): Promise<Record<string, string[]>> {
  const [, carried] = await until(
    'the district has what the region gave',
    async () => [await held('region', district), await has(district)] as const,
    ([given, found]) => JSON.stringify(given) === JSON.stringify(found),
  );
  return carried;
}

async function sent(to: Deployment, district: District, body: object = { objects: 'all' }): Promise<string> {
  const path = `/districts/${to === state ? idsAbove[district] : ids[district]}/resyncs`;
  const { status, body: answer } = await to.ask<{ resyncId: string }>('POST', path, {
    ...body,
    scenario: 'STATE_REQUEST',
  });
  expect([status, answer]).toEqual([202, expect.anything()]);
  return answer.resyncId;
}
const show = async (at: Deployment, resyncId: string): Promise<Run> =>
  (await at.ask<Run>('GET', `/resyncs/${resyncId}`)).body;
const ended = (at: Deployment, resyncId: string): Promise<Run> =>
  until(
    'the run ends',
    () => show(at, resyncId),
    ({ status }) => ['finished', 'failed', 'cancelled'].includes(status),
    120_000,
  );

beforeAll(async () => {
  const [north, south, ofRegion, ofState] = [
    await createTestDatabases(),
    await createTestDatabases(),
    await createTestDatabases(),
    await createTestDatabases(),
  ];
  places = { north, south, region: ofRegion, state: ofState };
  for (const { stateUrl } of [ofRegion, ofState]) await migrate(stateUrl, 'state');
  for (const id of ['north', 'south'] as const) {
    await migrate(places[id].districtUrl, 'district');
    const district = { students: 8, seed: numbers[id], defects: false, schoolYear };
    await generateDistrict({ districtUrl: places[id].districtUrl, ...district });
  }
  const district = (id: District, more: object) => ({
    ...{ id: ids[id], number: numbers[id], name: id, schoolYear },
    ...more,
  });
  region = await deploy({
    stateDatabaseUrl: ofRegion.stateUrl,
    controlDatabaseUrl: ofRegion.controlUrl,
    districts: (['north', 'south'] as const).map((id) =>
      district(id, { databaseUrl: places[id].districtUrl }),
    ),
  });
  gate = await gateTo(() => region.url);
  const edition = new URL(ofRegion.stateUrl);
  views = (id) => `${edition.pathname.slice(1)}_${id}`;
  // An account that may read nothing but the views.
  await sql(
    ofRegion.stateUrl,
    `CREATE USER ${reader}@'%' IDENTIFIED BY 'views'; CREATE USER ${reader}@localhost IDENTIFIED BY 'views'`,
  );
  state = await deploy({
    stateDatabaseUrl: ofState.stateUrl,
    controlDatabaseUrl: ofState.controlUrl,
    districts: (['north', 'south'] as const).map((id) =>
      district(id, {
        id: idsAbove[id],
        databaseUrl: `mysql://${reader}:views@${edition.host}/${views(id)}`,
        region: {
          editionUrl: ofRegion.stateUrl,
          url: gate.url,
          token: region.token,
          district: ids[id],
          pollMs: 100,
        },
      }),
    ),
  });
  await makeViewsOfRegions(state.config, () => undefined);
  for (const id of ['north', 'south'] as const)
    for (const host of ['%', 'localhost'])
      await sql(ofRegion.stateUrl, `GRANT SELECT, UPDATE ON \`${views(id)}\`.* TO ${reader}@'${host}'`);
});

afterAll(async () => {
  await state.stop();
  await region.stop();
  gate.server.close();
  const { stateUrl } = places.region;
  for (const id of ['north', 'south'] as const)
    await sql(stateUrl, `DROP DATABASE IF EXISTS \`${views(id)}\``);
  await sql(stateUrl, `DROP USER ${reader}@'%'; DROP USER ${reader}@localhost`);
  for (const place of Object.values(places)) await place.drop();
});

test('what the state asks of a district goes from the district to the region, and from there to the state', async () => {
  const run = await ended(state, await sent(state, 'north'));
  expect(run).toMatchObject({ status: 'finished', color: 'green', message: null });
  expect(run.region?.color).toBe('green');
  const there = await show(region, run.region!.resyncId);
  expect(there).toMatchObject({ initiator: 'state', scenario: 'STATE_REQUEST', status: 'finished' });
  const north = await carriedDown('north');
  expect(Object.values(north).every((rows) => rows.length > 0)).toBe(true);
  expect(await held('region', 'north')).toEqual(north);
  expect(await held('state', 'north')).toEqual(north);
  // All objects, and not one record lost between the three.
  expect(run.totals.processed).toBe(there.totals.processed);
});

test('nothing of another district is read or written on the way, whatever the account', async () => {
  await ended(region, await sent(region, 'south'));
  const south = await carriedDown('south');
  await sql(places.north.districtUrl, `UPDATE PersonIdentity SET lastName = 'Changed' LIMIT 3`);
  const run = await ended(state, await sent(state, 'north'));
  expect(run).toMatchObject({ status: 'finished', color: 'green' });
  expect(await held('state', 'north')).toEqual(await carriedDown('north'));
  expect(await held('region', 'south')).toEqual(south);
  expect(Object.values(await held('state', 'south')).flat()).toEqual([]);

  const edition = new URL(places.region.stateUrl);
  const mine = `mysql://${reader}:views@${edition.host}/${views('north')}`;
  for (const { table } of builtinCatalog.objects) {
    const [row] = await sql(mine, `SELECT COUNT(*) AS n FROM \`${table}\``);
    const [of] = await sql(
      places.region.stateUrl,
      `SELECT COUNT(*) AS n FROM \`${table}\` WHERE districtID = 1`,
    );
    expect([table, row!['n']]).toEqual([table, of!['n']]);
  }
  await expect(sql(mine, `SELECT 1 FROM \`${edition.pathname.slice(1)}\`.School`)).rejects.toThrow(/denied/i);
  // Through a view a record of another district is none.
  await sql(mine, `UPDATE PersonIdentity SET lastName = 'Mine'`);
  expect(await held('region', 'south')).toEqual(south);
});

test('a region that does not answer is waited for, and then asked once', async () => {
  gate.open = false;
  gate.refused = 0;
  const resyncId = await sent(state, 'north', { objects: ['School'] });
  await until('the region was asked in vain', () => gate.refused > 1);
  const waiting = await show(state, resyncId);
  expect([waiting.status, waiting.region]).toEqual(['running', undefined]);
  gate.open = true;
  expect(await ended(state, resyncId)).toMatchObject({ status: 'finished', region: { color: 'green' } });
  const { body } = await region.ask<{ items: { objects: unknown }[] }>(
    'GET',
    `/districts/${ids.north}/resyncs?limit=100`,
  );
  expect(body.items.filter(({ objects }) => JSON.stringify(objects) === '["School"]')).toHaveLength(1);
});

test('a run of the region that does not come to its end sends nothing on; one cancelled here is cancelled there', async () => {
  const runThere = async (resyncId: string) => {
    const shown = await until(
      'the region has it',
      () => show(state, resyncId),
      (run) => run.region !== undefined,
    );
    return shown.region!.resyncId;
  };
  const stop = await locked(places.south.districtUrl, 'School');
  const first = await sent(state, 'south');
  const there = await runThere(first);
  await region.ask('POST', `/resyncs/${there}/cancel`);
  await stop();
  const refused = await ended(state, first);
  expect([refused.status, refused.color, refused.message]).toEqual([
    'failed',
    'red',
    expect.stringContaining(`${there}, ended cancelled, so nothing was sent on to the state`),
  ]);
  expect(Object.values(await held('state', 'south')).flat()).toEqual([]);

  const again = await locked(places.south.districtUrl, 'School');
  const third = await sent(state, 'south');
  const run = await runThere(third);
  await region.ask('POST', `/resyncs/${run}/pause`);
  await again();
  await state.ask('POST', `/resyncs/${third}/cancel`);
  await until('it is cancelled there', async () => (await show(region, run)).status === 'cancelled');
  expect(await ended(state, third)).toMatchObject({ status: 'cancelled' });
});

/** Holds a table of a district until the function it gives is called. */
async function locked(url: string, table: string): Promise<() => Promise<void>> {
  const connection = await createConnection(url);
  await connection.query(`LOCK TABLES ${table} WRITE`);
  let ending: Promise<void> | undefined;
  return () => (ending ??= connection.end());
}
