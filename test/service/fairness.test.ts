import { setTimeout as sleep } from 'node:timers/promises';
import { resyncWorkflowId } from '../../workflows/messages';
import { until } from '../support/until';
import { type Caller, type DistrictId, ServiceWorld } from './world';

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
  const over = ({ status }: Run) => ['finished', 'failed'].includes(status);
  expect(await until('it has ended', shown, over, 120_000)).toMatchObject({ status: 'finished' });
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
    const limit = quiet * 1.5 + 0.5;
    const beside: number[] = [];
    // Lanes that were held would slow each of them; what else the machine does slows one.
    do beside.push(await timed(south, await send(south, 'south', all)));
    while (Math.min(...beside) >= limit && beside.length < 6);
    expect((await north.ask<Run>('GET', `/resyncs/${stuck}`)).body.status).toBe('running');
    expect(Math.min(...beside)).toBeLessThan(limit);
  } finally {
    await unlock();
  }
  await timed(north, stuck);
});

test('a state’s request begins within seconds though the district’s own run waits for a lock, and that run ends well after', async () => {
  const north = await world.caller('north', ['resyncBatch']);
  const state = await world.caller('state', ['resyncBatch', 'stateRequest']);
  const unlock = await world.lockDistrict('north', ['Enrollment']);
  try {
    const own = await send(north, 'north', { objects: ['Enrollment'], checkDependencies: false });
    await sleep(2_000);
    const asked = { objects: ['School'], checkDependencies: false, scenario: 'STATE_REQUEST' };
    // A lock would hold each of them; what else the machine does holds one.
    const took = async () => timed(state, await send(state, 'north', asked));
    await until('it begins within seconds', took, (seconds) => seconds < 15);
    const { status } = (await north.ask<Run>('GET', `/resyncs/${own}`)).body;
    expect(['preempted', 'running']).toContain(status);
    await unlock();
    await timed(north, own);
  } finally {
    await unlock();
  }
});

test('a state’s request begins within seconds though all that the district has compared and previewed waits for a lock', async () => {
  const north = await world.caller('north', ['resyncBatch', 'verificationSummary', 'selectiveSync']);
  const state = await world.caller('state', ['resyncBatch', 'stateRequest']);
  const unlock = await world.lockDistrict('north', ['Enrollment', 'Roster']);
  const verifications: string[] = [];
  try {
    for (const object of ['Enrollment', 'Roster']) {
      const asked = { district: world.ids.north, objects: [object], checkDependencies: false };
      const { body } = await north.ask<{ verificationId: string }>('POST', '/verifications', asked);
      verifications.push(body.verificationId);
    }
    const previews = ['1', '2', '3'].map((key) =>
      north.ask('POST', `/districts/${world.ids.north}/selective-syncs/preview`, {
        ...{ object: 'Enrollment', key: [key] },
      }),
    );
    void Promise.allSettled(previews);
    // Until the worker has taken what it takes of a district, and found it slow.
    await sleep(3_000);
    const asked = { objects: ['School'], checkDependencies: false, scenario: 'STATE_REQUEST' };
    const resyncId = await send(state, 'north', asked);
    await timed(state, resyncId);
    // Nothing of it was given back because the district has enough under way.
    const { events } = await world.temporal.workflow.getHandle(resyncWorkflowId(resyncId)).fetchHistory();
    const givenBack = (events ?? []).flatMap(
      ({ activityTaskStartedEventAttributes: started }) =>
        started?.lastFailure?.applicationFailureInfo?.type ?? [],
    );
    expect(givenBack).not.toContain('NoLane');
  } finally {
    await unlock();
  }
  for (const id of verifications)
    await until('it has ended', async () => {
      const { body } = await north.ask<{ status: string }>('GET', `/verifications/${id}`);
      return body.status === 'finished';
    });
});

test('a run that is paused at once says so for as long as it is held, whatever its planning writes', async () => {
  const north = await world.caller('north', ['resyncBatch']);
  const status = async (id: string) => (await north.ask<Run>('GET', `/resyncs/${id}`)).body.status;
  const id = await send(north, 'north', { objects: 'all', scenario: 'GO_LIVE' });
  await until('it is paused', async () => {
    return (await north.ask('POST', `/resyncs/${id}/pause`)).status === 200;
  });
  expect(await status(id)).toBe('paused');
  await sleep(5_000);
  expect(await status(id)).toBe('paused');

  // What is asked at the same time: the last one that the run took is what all are told.
  for (let turn = 0; turn < 10; turn += 1)
    await Promise.all(['resume', 'pause'].map((what) => north.ask('POST', `/resyncs/${id}/${what}`)));
  const isToldAsItIs = async () => {
    const told = await status(id);
    // Where the last word was to resume, it goes on to its end meanwhile.
    return told === 'finished' ? world.endedInTemporal(id) : told === (await world.statusInTemporal(id));
  };
  // For a second: what is under way may look like the end of it for a moment.
  const staysSo = async () => {
    if (!(await isToldAsItIs())) return false;
    await sleep(1_000);
    return isToldAsItIs();
  };
  await until('all are told how it is, and go on being told so', staysSo);
  await north.ask('POST', `/resyncs/${id}/resume`);
  await timed(north, id);
});
