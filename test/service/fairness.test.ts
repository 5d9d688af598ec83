import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../workflows/support';
import { type Caller, type DistrictId, ServiceWorld } from './world';

jest.setTimeout(240_000);

let world: ServiceWorld;
beforeAll(async () => (world = await ServiceWorld.open()));
afterAll(() => world.close());

interface Run {
  readonly resyncId: string;
  readonly status: string;
  readonly color: string;
}

async function send(who: Caller, district: DistrictId, body: object): Promise<string> {
  const answer = await who.ask<Run>('POST', `/districts/${world.ids[district]}/resyncs`, body);
  expect(answer.status).toBe(202);
  return answer.body.resyncId;
}

/** @returns the seconds that it took to end */
async function timed(who: Caller, resyncId: string): Promise<number> {
  const from = performance.now();
  const shown = async () => (await who.ask<Run>('GET', `/resyncs/${resyncId}`)).body;
  await until(
    'it has ended',
    async () => {
      await sleep(50);
      return ['finished', 'failed'].includes((await shown()).status);
    },
    120_000,
  );
  expect(await shown()).toMatchObject({ status: 'finished' });
  return (performance.now() - from) / 1000;
}

test('a district whose tables are all locked holds no lanes: another district’s full resync takes as long as ever', async () => {
  const all = { objects: 'all', scenario: 'GO_LIVE' };
  const north = await world.caller('north', ['resyncBatch']);
  const south = await world.caller('south', ['resyncBatch']);
  await timed(south, await send(south, 'south', all));
  const quiet = await timed(south, await send(south, 'south', all));

  // All is planned, and nothing sent yet.
  const stuck = await send(north, 'north', all);
  await until('it sends', async () => {
    const { body } = await north.ask<Run>('GET', `/resyncs/${stuck}`);
    return body.status === 'running';
  });
  const unlock = await world.lockDistrict('north');
  try {
    await sleep(3_000);
    const beside = await timed(south, await send(south, 'south', all));
    expect((await north.ask<Run>('GET', `/resyncs/${stuck}`)).body.status).toBe('running');
    expect(beside).toBeLessThan(quiet * 1.5 + 0.5);
  } finally {
    await unlock();
  }
  await timed(north, stuck);
});
