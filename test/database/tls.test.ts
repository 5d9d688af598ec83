/** Encrypted connections to real servers, and every way in which they must not come about. */
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { introspect } from '../../src/introspection/introspect';
import { readEditions } from '../../src/introspection/read-editions';
import { type Config, parseConfig } from '../../src/config';
import { openControl, selectRows } from '../../src/control/database';
import { withTls } from '../../src/database/address';
import { openConnection } from '../../src/database/connect';
import type { TlsFiles } from '../../src/database/tls';
import { openEditions } from '../../src/editions/connection/pools';
import { probeDistrict } from '../../src/editions/connection/probe-district';
import { openDistrict } from '../../src/sample/write-table';
import { temporalFindings } from '../../src/doctor/check-temporal';
import { checkProject } from '../../src/stack/doctor';
import { prepareDatabases } from '../../src/stack/prepare-databases';
import type { ServerKind } from '../../src/stack/server-kind';
import { lazyConnection, noConnection, withTemporal } from '../../src/temporal/connect';
import { nativeConnection } from '../../src/temporal/connect-worker';
import { ResyncWorld } from '../activities/world';
import { Authority, type Certificate } from '../support/certificates';
import { type PrivateServer, startPrivateServer } from '../support/private-server';
import { runOn } from '../support/run-on';
import { createTestDatabases, type TestDatabases, testStack } from '../support/stack';
import { TemporalGate } from '../support/temporal-gate';

jest.setTimeout(300_000);

const own = new Authority('Our authority');
const other = new Authority('Another authority');
afterAll(() => {
  for (const { folder } of [own, other]) rmSync(folder, { recursive: true, force: true });
});

/** A server whose certificate can be changed while it runs. */
class TlsServer {
  private constructor(
    private readonly server: PrivateServer,
    readonly databases: TestDatabases,
    private readonly kind: ServerKind,
  ) {}

  static async start(kind: ServerKind): Promise<TlsServer> {
    const file = (name: string): string => join(own.folder, `${kind}-${name}`);
    place(own.sign(['DNS:localhost', 'IP:127.0.0.1']), kind);
    const server = await startPrivateServer(kind, [
      `--ssl-ca=${own.ca}`,
      `--ssl-cert=${file('server.pem')}`,
      `--ssl-key=${file('server-key.pem')}`,
    ]);
    const databases = await createTestDatabases({ district: server.info, state: server.info });
    await runOn(databases.districtUrl, 'CREATE TABLE Course (courseID INT PRIMARY KEY, name VARCHAR(20))');
    await runOn(databases.districtUrl, "INSERT INTO Course VALUES (1, 'one'), (2, 'two')");
    await runOn(
      databases.stateUrl,
      'CREATE TABLE Course (districtID INT, courseID INT, name VARCHAR(20), PRIMARY KEY (districtID, courseID))',
    );
    return new TlsServer(server, databases, kind);
  }

  async has(certificate: Certificate): Promise<void> {
    place(certificate, this.kind);
    await runOn(this.databases.stateUrl, this.kind === 'mysql' ? 'ALTER INSTANCE RELOAD TLS' : 'FLUSH SSL');
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}

function place({ cert, key }: Certificate, kind: ServerKind): void {
  copyFileSync(cert, join(own.folder, `${kind}-server.pem`));
  copyFileSync(key, join(own.folder, `${kind}-server-key.pem`));
}

let temporal: { readonly address: string };
beforeAll(async () => (temporal = { address: (await testStack()).temporal.address }));

function configOf({ districtUrl, stateUrl, controlUrl }: TestDatabases, tls: TlsFiles | undefined): Config {
  const raw = {
    ...{ stateDatabaseUrl: stateUrl, stateDatabaseTls: tls, controlDatabaseUrl: controlUrl },
    temporal,
    districts: [
      { id: 'd1', number: 7, name: 'd', schoolYear: 2027, databaseUrl: districtUrl, databaseTls: tls },
    ],
  };
  return parseConfig(raw, { env: {} });
}

const urlsOf = ({ stateDatabaseUrl, controlDatabaseUrl, districts }: Config): TestDatabases => ({
  districtUrl: districts[0]!.databaseUrl,
  stateUrl: stateDatabaseUrl,
  controlUrl: controlDatabaseUrl,
  drop: () => Promise.resolve(),
});

const messageOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'connected',
    (error: Error) => error.message,
  );

/** What each of those who connect says; "connected" where it is let in. */
async function everyAnswer(config: Config): Promise<Record<string, string>> {
  const urls = urlsOf(config);
  const editions = openEditions({ ...urls, lanes: 1 });
  const control = openControl(urls.controlUrl);
  try {
    const findings = await checkProject(config);
    const doctor = (check: string): string => {
      const { level, found, todo } = findings.find((finding) => finding.check === check)!;
      return level === 'fail' ? `${found} ${todo}` : 'connected';
    };
    return {
      'doctor, district': doctor('district d1'),
      'doctor, state': doctor('state'),
      'doctor, control': doctor('control'),
      introspection: await messageOf(readEditions(urls)),
      reach: await messageOf(probeDistrict(urls.districtUrl)),
      'district of a run': await messageOf(editions.district.rows('SELECT 1')),
      'state of a run': await messageOf(editions.state.rows('SELECT 1')),
      control: await messageOf(selectRows(control, 'SELECT 1')),
      sample: await messageOf(openDistrict(urls.districtUrl).then((connection) => connection.end())),
      stack: await messageOf(prepareDatabases({ control: urls.controlUrl })),
    };
  } finally {
    await editions.close();
    await control.destroy();
  }
}

/** All of them say it. */
async function expectEverywhere(config: Config, text: string | RegExp): Promise<void> {
  const answers = await everyAnswer(config);
  for (const [who, answer] of Object.entries(answers))
    expect([who, answer]).toEqual([who, expect.stringMatching(text)]);
}

const refusedBy = {
  ca: /has a certificate that the configured authorities did not sign.*Name the file .* as tls\.ca/,
  host: /has a certificate for another host name.*tls\.serverName/,
  expired: /has a certificate that has expired.*renewed/,
  plain: /offers no TLS, and the configuration asks for it.*Nothing is sent to it unencrypted/,
  account: /refuses the account: .*client certificate.*tls\.ca, tls\.cert and tls\.key/,
  client: /does not take our client certificate.*tls\.cert and tls\.key/,
};

async function run(config: Config): Promise<{ status: string; message: string | null; rows: number }> {
  const databases = urlsOf(config);
  const { catalog } = introspect(await readEditions(databases));
  let result = { status: '', message: null as string | null, rows: 0 };
  await ResyncWorld.use({ databases, catalog, schoolYear: 2027, districtNumber: 7 }, async (world) => {
    const { status, resyncId, objects } = await world.resync();
    const row = (await world.control('resync').where({ resyncID: resyncId }).first()) as { message: string };
    result = { status, message: row.message, rows: Number(objects[0]?.inserted ?? 0) };
  });
  return result;
}

describe.each(['mariadb', 'mysql'] as const)('%s', (kind) => {
  let server: TlsServer;
  beforeAll(async () => (server = await TlsServer.start(kind)));
  afterAll(() => server.stop());

  test('the right authority lets everybody in, encrypted, and a run goes through', async () => {
    const config = configOf(server.databases, { ca: own.ca });
    await expectEverywhere(config, /^connected$/);
    const findings = await checkProject(config);
    for (const check of ['district d1 TLS', 'state TLS'])
      expect(findings).toContainEqual({ level: 'ok', check, found: 'TLSv1.3', todo: null });
    expect(await run(config)).toEqual({ status: 'finished', message: null, rows: 2 });
    for (const url of Object.values(urlsOf(config)).filter((value) => typeof value === 'string'))
      expect(await ciphersOf(url)).toEqual([expect.stringMatching(/^TLS_/), expect.stringMatching(/^TLS_/)]);
  });

  test('another authority, another host name, a certificate that has expired: nobody gets in', async () => {
    await expectEverywhere(configOf(server.databases, { ca: other.ca }), refusedBy.ca);
    // The authorities that this machine trusts don't know a test's own.
    await expectEverywhere(configOf(server.databases, {}), refusedBy.ca);
    const config = configOf(server.databases, { ca: own.ca });
    await server.has(own.sign(['DNS:elsewhere.example.org', 'DNS:localhost', 'IP:127.0.0.2']));
    await expectEverywhere(config, refusedBy.host);
    const names = { ca: own.ca, serverName: 'elsewhere.example.org' };
    await expectEverywhere(configOf(server.databases, names), /^connected$/);
    await expectEverywhere(
      configOf(server.databases, { ...names, serverName: 'example.org' }),
      refusedBy.host,
    );
    const byName = renamed(server.databases, 'localhost');
    await expectEverywhere(configOf(byName, { ca: own.ca }), /^connected$/);
    await server.has(own.sign(['DNS:elsewhere.example.org']));
    await expectEverywhere(configOf(byName, { ca: own.ca }), refusedBy.host);
    // MySQL itself refuses to load one that has expired.
    if (kind === 'mariadb') {
      await server.has(own.sign(['DNS:localhost', 'IP:127.0.0.1'], { expired: true }));
      await expectEverywhere(config, refusedBy.expired);
    }
    await server.has(own.sign(['DNS:localhost', 'IP:127.0.0.1']));
    await expectEverywhere(config, /^connected$/);
  });

  test('an account that demands a client certificate', async () => {
    await runOn(
      server.databases.stateUrl,
      "CREATE USER 'sealed'@'127.0.0.1' IDENTIFIED BY 'pass-word' REQUIRE X509",
      "GRANT ALL PRIVILEGES ON *.* TO 'sealed'@'127.0.0.1'",
    );
    const databases = sealed(server.databases);
    const client = own.sign([]);
    await expectEverywhere(configOf(databases, { ca: own.ca, ...client }), /^connected$/);
    await expectEverywhere(configOf(databases, { ca: own.ca }), refusedBy.account);
    await expectEverywhere(configOf(databases, undefined), refusedBy.account);
    await expectEverywhere(configOf(databases, { ca: own.ca, ...other.sign([]) }), refusedBy.client);
  });

  test('a run whose district can no longer be trusted ends and says why', async () => {
    const config = configOf(server.databases, { ca: own.ca });
    const { catalog } = introspect(await readEditions(urlsOf(config)));
    const wrong = { ...urlsOf(config), districtUrl: withTls(server.databases.districtUrl, { ca: other.ca }) };
    const world = { databases: wrong, catalog, schoolYear: 2027, districtNumber: 7 };
    await ResyncWorld.use(world, async (used) => {
      const { status, resyncId } = await used.resync();
      const [row] = (await used.control('DISBatchHistory').where({ resyncID: resyncId })) as {
        message: string;
      }[];
      expect([status, row!.message]).toEqual(['failed', expect.stringMatching(refusedBy.ca)]);
    });
  });
});

test('a server without TLS is never spoken to where TLS is asked for', async () => {
  const server = await startPrivateServer('mariadb', ['--skip-ssl']);
  try {
    const databases = await createTestDatabases({ district: server.info, state: server.info });
    await expectEverywhere(configOf(databases, undefined), /^connected$/);
    await expectEverywhere(configOf(databases, { ca: own.ca }), refusedBy.plain);
    await expectEverywhere(configOf(databases, {}), refusedBy.plain);
  } finally {
    await server.stop();
  }
});

describe('Temporal', () => {
  const databases = {
    stateDatabaseUrl: 'mysql://s@127.0.0.1/s',
    controlDatabaseUrl: 'mysql://s@127.0.0.1/c',
  };
  const district = { id: 'd1', number: 7, name: 'd', schoolYear: 2027, databaseUrl: 'mysql://d@127.0.0.1/d' };
  const settings = (section: object, env: NodeJS.ProcessEnv = {}) =>
    parseConfig({ ...databases, temporal: section, districts: [district] }, { env }).temporal;
  const sealedBy = (key: string) => ({ certificate: own.sign(['DNS:temporal.example.org']), apiKey: key });
  const mutual = { certificate: own.sign(['DNS:localhost', 'IP:127.0.0.1']), clientsOf: own.ca };
  const client = own.sign(['DNS:worker.example.org']);
  let gates: { plain: TemporalGate; mutual: TemporalGate; key: TemporalGate; expired: TemporalGate };
  beforeAll(async () => {
    const { address } = temporal;
    gates = {
      plain: await TemporalGate.start(address, { certificate: own.sign(['DNS:localhost', 'IP:127.0.0.1']) }),
      mutual: await TemporalGate.start(address, mutual),
      key: await TemporalGate.start(address, sealedBy('right-key')),
      expired: await TemporalGate.start(address, {
        certificate: own.sign(['IP:127.0.0.1'], { expired: true }),
      }),
    };
  });
  afterAll(() => Promise.all(Object.values(gates).map((gate) => gate.stop())));
  const at = ({ port }: TemporalGate, host = '127.0.0.1') => ({ address: `${host}:${port}` });

  /** What doctor, the worker, the command line and the API's client say, asked at once. */
  async function everyone(found: ReturnType<typeof settings>): Promise<readonly (readonly string[])[]> {
    const lazy = lazyConnection(found);
    const { namespace } = found;
    try {
      const ofApi = lazy.withDeadline(Date.now() + 2_000, () =>
        lazy.workflowService.describeNamespace({ namespace }),
      );
      return await Promise.all([
        temporalFindings(found).then(([first]) => [
          'doctor',
          first!.level === 'ok' ? 'connected' : first!.found,
        ]),
        messageOf(nativeConnection(found).then((connection) => connection.close())).then((said) => [
          'worker',
          said,
        ]),
        messageOf(
          withTemporal(
            found,
            ({ workflowService }) => workflowService.describeNamespace({ namespace }),
            2_000,
          ),
        ).then((said) => ['command line', said]),
        messageOf(
          ofApi.catch(async (error: unknown) => Promise.reject(await noConnection(found, error))),
        ).then((said) => ['API', said]),
      ]);
    } finally {
      await lazy.close();
    }
  }
  /** Every case is tried at the same time: one that is refused takes seconds. */
  async function expectOfAll(
    cases: readonly (readonly [ReturnType<typeof settings>, RegExp])[],
  ): Promise<void> {
    const answers = await Promise.all(cases.map(([found]) => everyone(found)));
    for (const [index, [, text]] of cases.entries())
      for (const [who, answer] of answers[index]!)
        expect([index, who, answer]).toEqual([index, who, expect.stringMatching(text)]);
  }

  test('by TLS, by client certificate and by API key, said here, in the CLI’s file or the environment', async () => {
    const toml = join(own.folder, 'temporal.toml');
    writeFileSync(
      toml,
      `[profile.sealed]
address = "127.0.0.1:${gates.key.port}"
api_key = "right-key"
tls = { server_ca_cert_path = "${own.ca}", server_name = "temporal.example.org" }
`,
    );
    const variables = {
      TEMPORAL_ADDRESS: at(gates.mutual).address,
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: own.ca,
      TEMPORAL_TLS_CLIENT_CERT_PATH: client.cert,
      TEMPORAL_TLS_CLIENT_KEY_PATH: client.key,
    };
    const connected = /^connected$/;
    await expectOfAll([
      [settings({ ...at(gates.plain), tls: { ca: own.ca } }), connected],
      [settings({ ...at(gates.plain, 'localhost'), tls: { ca: own.ca } }), connected],
      [settings({ ...at(gates.mutual), tls: { ca: own.ca, ...client } }), connected],
      [settings({}, { TEMPORAL_CONFIG_FILE: toml, TEMPORAL_PROFILE: 'sealed' }), connected],
      [settings({}, variables), connected],
    ]);
    const findings = await temporalFindings(settings({}, variables));
    expect(findings).toContainEqual({
      ...{ level: 'ok', check: 'Temporal TLS', found: 'encrypted, with our certificate', todo: null },
    });
  });

  test('another authority or host, an expired certificate, no client certificate, a wrong key, no TLS', async () => {
    const tls = { ca: own.ca };
    const foreign = { ...tls, ...other.sign(['DNS:worker.example.org']) };
    const sealed = { ...at(gates.key), tls: { ...tls, serverName: 'temporal.example.org' } };
    await expectOfAll([
      [settings({ ...at(gates.plain), tls: { ca: other.ca } }), /authorities did not sign/],
      [settings({ ...at(gates.key), tls, apiKey: 'right-key' }), /another host name/],
      [settings({ ...at(gates.plain), tls: { ...tls, serverName: 'example.org' } }), /another host name/],
      [settings({ ...at(gates.expired), tls }), /has expired/],
      [settings({ ...at(gates.mutual), tls }), /does not take our client certificate/],
      [settings({ ...at(gates.mutual), tls: foreign }), /does not take our client certificate/],
      [settings(sealed), /refuses the API key/],
      [settings({ ...sealed, apiKey: 'wrong-key' }), /^(?!.*wrong-key).*refuses the API key/],
      [settings({ address: temporal.address, tls }), /offers no TLS/],
      [settings(at(gates.plain)), /takes encrypted connections only/],
      [settings({ address: '127.0.0.1:1' }), /nothing listens/],
    ]);
    const nowhere = { ...at(gates.plain), tls, namespace: 'nowhere' };
    expect((await temporalFindings(settings(nowhere)))[0]!.found).toMatch(/does not have the namespace/);
    const old = settings({ ...at(gates.mutual), tls: { ...tls, ...own.sign([]) } });
    expect(await messageOf(nativeConnection(old))).toMatch(/version 1/);
  });
});

/** The two ends of what a server says of this connection and of a pool's. */
async function ciphersOf(url: string): Promise<unknown[]> {
  const connection = await openConnection(url);
  const control = openControl(url);
  try {
    const sql = "SHOW SESSION STATUS LIKE 'Ssl_cipher'";
    const [rows] = await connection.query(sql);
    const found = [...(rows as { Value: string }[]), ...(await selectRows<{ Value: string }>(control, sql))];
    return found.map(({ Value }) => Value);
  } finally {
    await connection.end();
    await control.destroy();
  }
}

const each = (databases: TestDatabases, change: (url: URL) => void): TestDatabases => {
  const changed = (text: string): string => {
    const url = new URL(text);
    change(url);
    return url.href;
  };
  return {
    ...databases,
    districtUrl: changed(databases.districtUrl),
    stateUrl: changed(databases.stateUrl),
    controlUrl: changed(databases.controlUrl),
  };
};

const renamed = (databases: TestDatabases, host: string): TestDatabases =>
  each(databases, (url) => (url.hostname = host));

const sealed = (databases: TestDatabases): TestDatabases =>
  each(databases, (url) => {
    url.username = 'sealed';
    url.password = 'pass-word';
  });
