import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RegionClient } from '../../../src/features/regions/region-client';

/** What else than a deployment of ours may answer at `region.url`. */

let server: Server;
let answer: unknown;
let client: RegionClient;
beforeAll(async () => {
  server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  client = new RegionClient({ url: `http://127.0.0.1:${port}`, token: 't', pollMs: 50 }, 'north');
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const run = { resyncId: 'there', status: 'finished', color: 'green', message: null };

test('a run is believed that has all it must have', async () => {
  answer = { ...run, more: 1 };
  expect(await client.run('there')).toEqual(run);
});

test.each([{}, null, [], { ...run, status: 'fine' }, { ...run, resyncId: '' }, { ...run, color: undefined }])(
  '%j is no run: it is not waited for',
  async (said) => {
    answer = said;
    await expect(client.run('there')).rejects.toMatchObject({
      ...{ lasting: true, message: expect.stringContaining('region.url') as string },
    });
  },
);
