import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { msToTs } from '@temporalio/common/lib/time';
import { stringify } from 'yaml';
import { loadConfig } from '../../src/config';
import { withTemporal } from '../../src/temporal/connect';
import { startWorker } from '../../src/worker';
import { Authority } from '../support/certificates';
import { createTestDatabases, type TestDatabases, testStack } from '../support/stack';
import { TemporalGate } from '../support/temporal-gate';
import { resync } from '../support/command-line';
import { runOn } from '../support/run-on';
import { until } from '../support/until';

const folder = mkdtempSync(join(tmpdir(), 'resync-serve-'));
const catalogFile = join(folder, 'catalog.yaml');
let databases: TestDatabases;
let temporalAddress: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  databases = await createTestDatabases();
  temporalAddress = (await testStack()).temporal.address;
  const [district, state] = [databases.districtUrl, databases.stateUrl];
  // Reserved by MySQL 9.
  await runOn(district, 'CREATE TABLE `Library` (id INT PRIMARY KEY, name VARCHAR(40) NOT NULL)');
  await runOn(district, "INSERT INTO `Library` VALUES (1, 'North'), (2, 'South')");
  await runOn(
    state,
    'CREATE TABLE `Library` (districtID INT, id INT, name VARCHAR(40) NOT NULL, PRIMARY KEY (districtID, id))',
  );
  const urls = ['--district-url', district, '--state-url', state];
  const made = await resync('catalog', 'introspect', ...urls, '--out', catalogFile);
  expect([made.code, made.stderr]).toEqual([0, expect.stringContaining('1 objects written')]);
});
beforeEach(() => (process.env['CONTROL_DATABASE_URL'] = databases.controlUrl));
afterAll(async () => {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
  for (const name of ['RESYNC_TOKEN', 'CONTROL_DATABASE_URL']) delete process.env[name];
  rmSync(folder, { recursive: true });
  await databases.drop();
});

/** A configuration that belongs to no local stack. */
function configFile(name: string, over: { port?: number; temporal?: string | null } = {}): string {
  const file = join(folder, `${name}.yaml`);
  const config = {
    stateDatabaseUrl: databases.stateUrl,
    controlDatabaseUrl: databases.controlUrl,
    temporal: {
      taskQueue: `serve-${name}`,
      ...(over.temporal === null ? {} : { address: over.temporal ?? temporalAddress }),
    },
    api: { port: over.port ?? 0 },
    health: { apiPort: 0, workerPort: 0 },
    catalogFile,
    districts: [
      {
        id: `serve-${name}`,
        number: 5,
        name: 'Served District',
        schoolYear: 2027,
        databaseUrl: databases.districtUrl,
      },
    ],
  };
  writeFileSync(file, stringify(config));
  return file;
}

interface Serving {
  readonly child: ChildProcess;
  readonly stderr: () => string;
}

function serving(part: string, file: string, env: NodeJS.ProcessEnv = {}): Serving {
  const main = join(__dirname, '..', '..', 'src', 'cli', 'main.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', main, 'serve', part, '--config', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
  });
  children.push(child);
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return { child, stderr: () => stderr };
}

/** @throws Error when the process ends before it has said so */
async function said({ child, stderr }: Serving, what: RegExp): Promise<string> {
  const heard = await until(
    `it says ${what}`,
    () => {
      if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}: ${stderr()}`);
      return stderr();
    },
    (text) => what.test(text),
  );
  return what.exec(heard)?.[1] ?? '';
}

async function terminated({ child }: Serving): Promise<unknown> {
  // Not its exit: what it has said may come after that.
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  return (await closed)[0] as unknown;
}

/** On a busy machine the first workflow may take longer than the API waits: it asks once more. */
const sendAll = (url: string) =>
  until(
    'it isn’t asked to try again',
    () => resync('send', '--all', '--api', url),
    ({ code }) => code !== 8,
  );

const apiUrl = /"url":"(http:[^"]+)"/;

test('serve runs API and worker of a configuration in one process: a resync goes through; SIGTERM ends it with 0', async () => {
  const service = serving('all', configFile('all'));
  const url = await said(service, apiUrl);
  const ready = await fetch(`${url}/readyz`);
  expect([ready.status, await ready.json()]).toEqual([200, { controlDatabase: true, temporal: true }]);
  const token = await resync('token', 'create', '--name', 'served', '--level', 'state');
  process.env['RESYNC_TOKEN'] = token.stdout.trim();
  // Before the worker is there, the agent doesn't answer in time.
  await said(service, /"msg":"(Worker state changed)/);
  const sent = await sendAll(url);
  expect([sent.code, sent.stderr, sent.stdout]).toEqual([
    0,
    expect.any(String),
    expect.stringMatching(/Library +● green +2 +2/),
  ]);
  expect(await terminated(service)).toBe(0);
  expect(service.stderr()).toContain('Stopping: records under way are committed first.');
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
});

test('API and worker run in processes of their own, by a profile of the temporal CLI, without the operator service', async () => {
  const own = new Authority('Operator');
  const gate = await TemporalGate.start(temporalAddress, {
    ...{ certificate: own.sign(['DNS:temporal.example.org']), clientsOf: own.ca, apiKey: 'key-of-profile' },
  });
  try {
    gate.forbidden.add('OperatorService');
    const client = own.sign(['DNS:worker.example.org']);
    const profiles = join(folder, 'temporal.toml');
    writeFileSync(
      profiles,
      `[profile.sealed]
address = "127.0.0.1:${gate.port}"
api_key = "key-of-profile"
[profile.sealed.tls]
server_ca_cert_path = "${own.ca}"
client_cert_path = "${client.cert}"
client_key_path = "${client.key}"
server_name = "temporal.example.org"
`,
    );
    const env = { TEMPORAL_CONFIG_FILE: profiles, TEMPORAL_PROFILE: 'sealed' };
    const file = configFile('parts', { temporal: null });
    const api = serving('api', file, env);
    const url = await said(api, apiUrl);
    const token = await resync('token', 'create', '--name', 'parts', '--level', 'state');
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, token.stdout);
    delete process.env['RESYNC_TOKEN'];
    process.env['RESYNC_TOKEN_FILE'] = tokenFile;
    const worker = serving('worker', file, env);
    await said(worker, /"msg":"(Worker state changed)/);
    expect((await sendAll(url)).code).toBe(0);
    expect(worker.stderr()).not.toMatch(apiUrl);
    const metricsOf = async (part: Serving): Promise<string> =>
      (await fetch(`${await said(part, /"healthUrl":"(http:[^"]+)"/)}/metrics`)).text();
    const tells = (part: Serving, line: RegExp) =>
      until(
        'its metrics tell it',
        () => metricsOf(part),
        (text) => line.test(text),
      );
    await tells(api, /^resync_runs_open{status="running"} 0$/m);
    await tells(worker, /^resync_records_total{outcome="unchanged"} [1-9]/m);
    // The worker's has what Temporal's SDK tells of itself, too.
    await tells(worker, /^temporal_activity_execution_latency_milliseconds_count/m);
    for (const level of ['debug', 'info']) {
      worker.child.kill('SIGUSR2');
      await said(worker, new RegExp(`"level":"(${level})"`));
    }
    expect(await Promise.all([terminated(worker), terminated(api)])).toEqual([0, 0]);
    expect(gate.calls.some((path) => path.includes('RespondWorkflowTaskCompleted'))).toBe(true);
  } finally {
    delete process.env['RESYNC_TOKEN_FILE'];
    await gate.stop();
    rmSync(own.folder, { recursive: true });
  }
});

test('setup adds the search attributes that a namespace lacks; until then doctor names them and no worker starts', async () => {
  const namespace = `serve-${Date.now()}`;
  await withTemporal({ address: temporalAddress }, async ({ workflowService }) => {
    await workflowService.registerNamespace({
      ...{ namespace, workflowExecutionRetentionPeriod: msToTs('1 day') },
    });
  });
  const env = { ...process.env };
  process.env['TEMPORAL_NAMESPACE'] = namespace;
  try {
    const file = configFile('setup');
    // A new namespace is known to all parts of the server after some seconds.
    const lacking = await until(
      'doctor finds the namespace',
      () => resync('doctor', '--config', file, '--json'),
      ({ stdout }) => stdout.includes('missing: Resync'),
    );
    expect([lacking.code, lacking.stdout]).toEqual([8, expect.stringContaining('resync setup')]);
    const refused = await resync('serve', 'worker', '--config', file);
    expect([refused.code, refused.stderr]).toEqual([
      8,
      expect.stringMatching(/lacks .*ResyncDistrict.*resync setup/),
    ]);
    const made = await resync('setup', '--config', file);
    expect([made.code, made.stderr, made.stdout]).toEqual([
      0,
      '',
      expect.stringMatching(/added ResyncDistrict, .*ResyncStatus/),
    ]);
    const again = await resync('setup', '--config', file);
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('has every search attribute')]);
    expect((await resync('doctor', '--config', file)).stdout).toContain('search attributes: registered');
  } finally {
    process.env = env;
  }
});

test('on a control database that isn’t of its version neither API nor worker starts: the sentence and doctor name the command', async () => {
  const file = configFile('version');
  const name = `t_version_${Date.now()}`;
  const url = databases.controlUrl.replace(/[^/]+$/, name);
  await runOn(databases.controlUrl, `CREATE DATABASE ${name}`);
  process.env['CONTROL_DATABASE_URL'] = url;
  const refused = async (what: RegExp): Promise<void> => {
    const { code, stderr } = await resync('serve', 'api', '--config', file);
    expect([code, stderr]).toEqual([8, expect.stringMatching(what)]);
    await expect(startWorker(loadConfig({ file }))).rejects.toThrow(what);
  };
  const found = async (): Promise<unknown> => {
    const { stdout } = await resync('doctor', '--config', file, '--dir', folder, '--json');
    return JSON.parse(stdout) as unknown;
  };
  try {
    await refused(/^The control database lacks its tables\. Run "resync setup"/);
    expect(await found()).toContainEqual(
      expect.objectContaining({
        ...{ level: 'fail', check: 'control schema' },
        todo: expect.stringContaining('resync setup') as string,
      }),
    );
    expect((await resync('setup', '--config', file)).code).toBe(0);
    const pass = 'INSERT INTO retentionPass (passID, status, removed, message, startedAt)';
    await runOn(url, `${pass} VALUES ('a', 'finished', '{}', NULL, UTC_TIMESTAMP(3) - INTERVAL 3 DAY)`);
    expect(await found()).toContainEqual(
      expect.objectContaining({
        ...{ level: 'warn', check: 'retention' },
        todo: expect.stringContaining('Passes are made each day') as string,
      }),
    );
    await runOn(url, `${pass} VALUES ('b', 'failed', '{}', 'It is full.', UTC_TIMESTAMP(3))`);
    expect(await found()).toEqual(
      expect.arrayContaining(
        (
          [
            ['control schema', /^\d{14}_\w+$/],
            ['control size', /^\d+ MB$/],
            ['retention', /^failed, .*It is full/],
            ['control disk', /^[\d.]+ [MG]B free of [\d.]+ [MG]B$/],
            ['local stack disk', /free of/],
          ] as const
        ).map(
          ([check, text]) =>
            expect.objectContaining({ check, found: expect.stringMatching(text) as string }) as object,
        ),
      ),
    );
    await runOn(url, "UPDATE schemaFingerprint SET fingerprint = REPEAT('0', 64)");
    await refused(/^The control database was made by an unreleased build .*"resync down"/);
    const unfit = await resync('setup', '--config', file);
    expect([unfit.code, unfit.stderr]).toEqual([8, expect.stringContaining('Drop it')]);
    await runOn(url, "INSERT INTO knex_migrations (name, batch) VALUES ('29990101000000_later', 2)");
    await refused(/^The control database has the schema of a newer version \(29990101000000_later\)/);
  } finally {
    await runOn(databases.controlUrl, `DROP DATABASE ${name}`);
  }
});

test('what keeps it from starting is a sentence: 2 for the configuration, 8 for a port or a server', async () => {
  const missing = await resync('serve', '--config', join(folder, 'none.yaml'));
  expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('There is no configuration')]);
  expect((await resync('serve', 'everything')).code).toBe(2);
  const lost = configFile('lost-catalog');
  writeFileSync(lost, readFileSync(lost, 'utf8').replace(catalogFile, `${catalogFile}.lost`));
  for (const [verb, exit] of [
    ['serve', 2],
    ['setup', 8],
  ] as const) {
    const { code, stderr } = await resync(verb, '--config', lost);
    expect([verb, code, stderr.trimEnd().split('\n')]).toEqual([
      ...[verb, exit],
      [expect.stringContaining(`${catalogFile}.lost: the catalog has a problem`), '  file: does not exist'],
    ]);
  }
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const refused = await resync('serve', 'api', '--config', configFile('taken', { port }));
  taken.close();
  expect([refused.code, refused.stderr]).toEqual([
    8,
    expect.stringContaining(`can't listen on 127.0.0.1:${port} (EADDRINUSE), which is api.port`),
  ]);
  const away = await resync('serve', 'worker', '--config', configFile('away', { temporal: '127.0.0.1:1' }));
  expect([away.code, away.stderr]).toEqual([8, expect.stringContaining('resync doctor')]);
});
