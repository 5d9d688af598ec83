import { randomBytes, randomUUID } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import pino from 'pino';
import { parseConfig } from '../../src/config';
import { openControl } from '../../src/control/database';
import { createToken } from '../../src/features/access/token-store';
import { parseAddress } from '../../src/database/address';
import { migrate } from '../../src/migrate';
import { generateDistrict } from '../../src/sample/generate';
import { startServer } from '../../src/server';
import { startWorker } from '../../src/worker';
import { createTestDatabases, testStack } from '../support/stack';
import { workflowBundle } from '../support/workflow-bundle';
import { until } from '../support/until';

/** Two APIs and a worker that begin without any district. */

interface Run {
  readonly resyncId: string;
  readonly status: string;
  readonly message: string | null;
  readonly totals: { readonly processed: number } | null;
}

test('a district that was registered is sent, by its new account once that was changed, and not once it was retired', async () => {
  const databases = await createTestDatabases();
  await migrate(databases.stateUrl, 'state');
  await migrate(databases.districtUrl, 'district');
  await generateDistrict({ ...databases, students: 5, seed: 1, defects: false, schoolYear: 2027 });
  const root = await createConnection(databases.districtUrl);
  const { database, ...address } = parseAddress(databases.districtUrl);
  const account = async (): Promise<{ user: string; url: string }> => {
    const [user, password] = [`u_${randomBytes(4).toString('hex')}`, randomUUID()];
    await root.query(`CREATE USER '${user}'@'%' IDENTIFIED BY '${password}'`);
    await root.query(`GRANT SELECT, UPDATE ON ${database}.* TO '${user}'@'%'`);
    return { user, url: `mysql://${user}:${password}@${address.host}:${address.port}/${database}` };
  };
  const connectionsOf = async (user: string): Promise<number> => {
    const [rows] = await root.query(
      'SELECT COUNT(*) AS n FROM information_schema.processlist WHERE user = ?',
      [user],
    );
    return Number((rows as { n: number }[])[0]!.n);
  };
  const config = parseConfig(
    {
      stateDatabaseUrl: databases.stateUrl,
      controlDatabaseUrl: databases.controlUrl,
      temporal: {
        address: (await testStack()).temporal.address,
        taskQueue: `registered-${randomUUID().slice(0, 8)}`,
      },
      api: { port: 0 },
      registration: { secretKey: randomBytes(32).toString('base64') },
    },
    { env: {} },
  );
  const worker = await startWorker(config, { workflows: { workflowBundle: await workflowBundle() } });
  const logger = pino({ level: 'silent' });
  const [one, other] = [await startServer(config, { logger }), await startServer(config, { logger })];
  const control = openControl(config.controlDatabaseUrl);
  try {
    const { token } = await createToken(control, { name: 'state', level: 'state' });
    const ask = async <T>(
      method: string,
      path: string,
      { body, at = one }: { body?: object; at?: typeof one } = {},
    ) => {
      const answer = await fetch(`${at.url}/api/v1${path}`, {
        method,
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      });
      return { status: answer.status, body: (await answer.json()) as T };
    };
    const compliance = await ask<{ items: unknown[] }>('GET', '/compliance');
    expect([compliance.status, compliance.body.items]).toEqual([200, []]);

    const id = `late-${randomUUID().slice(0, 8)}`;
    const settings = { number: 1, name: 'Late', schoolYear: 2027 };
    const [first, second] = [await account(), await account()];
    const made = await ask('POST', '/districts', { body: { id, ...settings, database: { url: first.url } } });
    expect([made.status, made.body]).toEqual([201, expect.objectContaining({ id })]);
    const send = async (): Promise<Run> => {
      const path = `/districts/${id}/resyncs`;
      const started = await ask<{ resyncId: string }>('POST', path, {
        body: { objects: 'all', scenario: 'GO_LIVE' },
      });
      expect([started.status, started.body]).toEqual([202, expect.anything()]);
      return until(
        'the run has ended',
        async () => (await ask<Run>('GET', `/resyncs/${started.body.resyncId}`)).body,
        ({ status }) => ['finished', 'failed', 'cancelled', 'lost'].includes(status),
        120_000,
      );
    };
    const sent = await send();
    expect([sent.status, sent.message]).toEqual(['finished', null]);
    expect(sent.totals!.processed).toBeGreaterThan(0);
    expect(await connectionsOf(first.user)).toBeGreaterThan(0);

    const changed = await ask('PUT', `/registrations/${id}`, {
      body: { ...settings, database: { url: second.url } },
    });
    expect(changed.status).toBe(200);
    await until(
      'no connection of the former account is left',
      async () => (await connectionsOf(first.user)) === 0,
    );
    await root.query(`DROP USER '${first.user}'@'%'`);
    expect((await send()).status).toBe('finished');

    // The other API learns of it by itself.
    const seen = async () => (await ask('GET', `/districts/${id}/agent`, { at: other })).status;
    await until('the other API knows the district', async () => (await seen()) === 200);
    expect((await ask('POST', `/registrations/${id}/retire`, { body: {} })).status).toBe(200);
    await until('the other API knows it no more', async () => (await seen()) === 404);
    await until('no connection to it is left', async () => (await connectionsOf(second.user)) === 0);
  } finally {
    await Promise.all([one.stop(), other.stop()]);
    await worker.stop();
    await control.destroy();
    await root.end();
    await databases.drop();
  }
});
