import pino from 'pino';
import { parseConfig } from '../../src/config';
import { startServer } from '../../src/server';

test('the API comes up while database and Temporal are away, says so, and stops', async () => {
  const nowhere = 'mysql://nobody@127.0.0.1:1/nothing';
  const config = parseConfig(
    {
      stateDatabaseUrl: nowhere,
      controlDatabaseUrl: nowhere,
      temporal: { address: '127.0.0.1:1' },
      api: { port: 0 },
      districts: [{ id: 'd', number: 1, name: 'D', schoolYear: 2027, databaseUrl: nowhere }],
    },
    { env: {} },
  );
  const lines: string[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
  const server = await startServer(config, { logger });
  try {
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    const ready = await fetch(`${server.url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([503, { controlDatabase: false, temporal: false }]);
    const call = await fetch(`${server.url}/api/v1/districts`, {
      headers: { Authorization: `Bearer rsk_000000000000_${'A'.repeat(43)}` },
    });
    expect([call.status, call.headers.get('retry-after')]).toEqual([503, '5']);
  } finally {
    await server.stop();
  }
  await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
});
