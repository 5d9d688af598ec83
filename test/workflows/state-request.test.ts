import request from 'supertest';
import { resyncProgress, resyncWorkflowId, stateRequestWorkflowId } from '../../workflows/messages';
import type { stateRequest } from '../../workflows';
import { searchAttributes } from '../../src/domain/search-attributes';
import { insertResync } from '../../src/features/resyncs/store';
import { apiWorld, type ApiWorld } from '../support/api-world';
import { type Gate, withWorker } from '../support/api-worker';
import { requestOf, someCatalog } from '../support/control-database';
import { until } from '../support/until';

type World = ApiWorld & { readonly gate: Gate };

/** A world of its own with so many districts, two in flight at a time, and the gate shut. */
async function withDistricts(
  options: Parameters<typeof apiWorld>[0],
  test: (world: World) => Promise<void>,
): Promise<void> {
  const world = await apiWorld({ ...options, stateRequests: { districtsInFlight: 2 } });
  try {
    await withWorker(world, async (gate) => {
      gate.close();
      await test({ ...world, gate });
    });
  } finally {
    await world.close();
  }
}

interface Row {
  districtID: string;
  resyncID: string;
  status: string;
  attempts: number;
  message: string | null;
}

const ask = async ({ app, as }: World, body: object = {}): Promise<string> => {
  const answer = await request(app)
    .post('/api/v1/state-requests')
    .set('Authorization', as.state)
    .send({ districts: 'all', objects: ['School'], reason: 'Count day.', ...body });
  expect([answer.status, answer.body]).toEqual([202, expect.anything()]);
  return (answer.body as { stateRequestId: string }).stateRequestId;
};
const cancel = ({ app, as }: World, id: string, body: object) =>
  request(app).post(`/api/v1/state-requests/${id}/cancel`).set('Authorization', as.state).send(body);
const rowsOf = ({ control }: World, id: string): Promise<Row[]> =>
  control('stateRequestDistrict').where({ stateRequestID: id }).orderBy('districtID');
const statuses = async (world: World, id: string) => (await rowsOf(world, id)).map(({ status }) => status);
const countOf = async (world: World, id: string, status: string) =>
  (await statuses(world, id)).filter((one) => one === status).length;
const endOf = async ({ control }: World, id: string) => {
  const row = (await control('stateRequest').where({ stateRequestID: id }).first()) as {
    status: string;
    endedAt: string | null;
    message: string | null;
  };
  return row.endedAt === null ? null : row;
};
const endWindow = ({ control }: World, id: string) =>
  control('stateRequest')
    .where({ stateRequestID: id })
    .update({ windowUntil: control.raw('UTC_TIMESTAMP(3)') });
/**
 * A district that waits as after an agent that did not answer in time: its resync is stored, and
 * whether it was given nobody knows.
 */
async function unanswered({ control }: World, row: Row): Promise<void> {
  await insertResync(control, {
    catalogHash: someCatalog,
    request: requestOf(row.resyncID, {
      ...{ districtId: row.districtID, initiator: 'state', scenario: 'STATE_REQUEST' },
    }),
  });
  await waitsAgain(control, row, 'No answer.');
}
const waitsAgain = (control: World['control'], { resyncID }: Row, message: string) =>
  control('stateRequestDistrict')
    .where({ resyncID })
    .update({ status: 'waiting', attempts: 1, message, nextAttemptAt: new Date(Date.now() + 3_600_000) });
const more = (districts: number) => Array.from({ length: districts }, () => ({}));

it('hands over no more districts at a time than configured, until all are done', () =>
  withDistricts({ more: more(4) }, async (world) => {
    const id = await ask(world);
    await until('two run', () => world.gate.waiting.length === 2);
    await until(
      'both are noted',
      () => countOf(world, id, 'waiting'),
      (count) => count === 4,
    );
    world.gate.open();
    await until('it ended', async () => (await endOf(world, id)) !== null);
    expect(await statuses(world, id)).toEqual(Array(6).fill('done'));
    expect(world.gate.most).toBe(2);
    expect(await endOf(world, id)).toMatchObject({ status: 'finished', message: '6 of 6 districts done.' });
    const { searchAttributes: found, ...description } = await world.temporal.workflow
      .getHandle(stateRequestWorkflowId(id))
      .describe();
    expect(Object.keys(searchAttributes).filter((name) => name in found)).toEqual([
      'ResyncInitiator',
      'ResyncScenario',
      'ResyncStatus',
    ]);
    expect(description.historyLength).toBeLessThan(500);
  }));

it('keeps no place for districts that come no further, which are followed all the same', () =>
  withDistricts({ more: more(4) }, async (world) => {
    const id = await ask(world);
    await until('two run', () => world.gate.waiting.length === 2);
    // As if nothing had been written for an hour.
    const stuck = [...world.gate.waiting];
    const hourAgo = world.control.raw('UTC_TIMESTAMP(3) - INTERVAL 1 HOUR');
    await world.control('resync').whereIn('resyncID', stuck).update({ startedAt: hourAgo });
    await until('two more run', () => world.gate.waiting.length === 4);
    await until(
      'it is noted',
      () => countOf(world, id, 'waiting'),
      (count) => count === 2,
    );
    world.gate.open();
    await until('it ended', async () => (await endOf(world, id)) !== null);
    expect(await statuses(world, id)).toEqual(Array(6).fill('done'));
  }));

it('lists a district as not done when it can’t be reached until the window ends; others are not held up by it, nor by one that fails', () =>
  withDistricts(
    { more: [{ databaseUrl: 'mysql://nobody:nothing@127.0.0.1:1/none' }, {}, {}] },
    async (world) => {
      const unreachable = world.config.districts[2]!.id;
      const id = await ask(world);
      const rows = await rowsOf(world, id);
      const broken = rows.find(({ districtID }) => districtID === world.other)!;
      world.gate.broken.add(broken.resyncID);
      world.gate.open();
      await until('all but one ended', async () => (await countOf(world, id, 'waiting')) === 1);
      await until('they ended', async () => (await countOf(world, id, 'done')) === 3);
      await until('it was tried again', async () => {
        const row = (await rowsOf(world, id)).find(({ districtID }) => districtID === unreachable)!;
        return row.attempts >= 1;
      });
      expect(await endOf(world, id)).toBeNull();
      await endWindow(world, id);
      await until('it ended', async () => (await endOf(world, id)) !== null);
      const ends = new Map((await rowsOf(world, id)).map((row) => [row.districtID, row]));
      expect(ends.get(unreachable)).toMatchObject({ status: 'notRun' });
      expect(ends.get(unreachable)!.message).toMatch(/window.*ECONNREFUSED/);
      expect(ends.get(unreachable)!.message).not.toContain('nothing');
      expect(ends.get(world.other)).toMatchObject({ status: 'failed' });
      expect(await endOf(world, id)).toMatchObject({
        status: 'finished',
        message: '3 of 5 districts done, 1 failed, 1 not done.',
      });
      // What was never handed over left no resync behind.
      expect(await world.control('resync').where({ districtID: unreachable })).toEqual([]);
    },
  ));

it('begins nothing before its window opens nor after it ended; what runs goes on', () =>
  withDistricts({ more: more(1) }, async (world) => {
    const opens = new Date(Date.now() + 600_000).toISOString();
    const closes = new Date(Date.now() + 1_200_000).toISOString();
    const early = await ask(world, { window: { from: opens, until: closes } });
    const id = await ask(world);
    await until('two run', () => world.gate.waiting.length === 2);
    await until('both are noted', async () => (await countOf(world, id, 'running')) === 2);
    expect(await statuses(world, early)).toEqual(['waiting', 'waiting', 'waiting']);
    await endWindow(world, id);
    await until('the third was given up', async () => (await countOf(world, id, 'notRun')) === 1);
    expect(world.gate.waiting.length).toBe(2);
    world.gate.open();
    await until('it ended', async () => (await endOf(world, id)) !== null);
    expect((await statuses(world, id)).sort()).toEqual(['done', 'done', 'notRun']);
    await cancel(world, early, {});
    await until('the early one ended', async () => (await endOf(world, early))?.status === 'cancelled');
    expect(await statuses(world, early)).toEqual(['notRun', 'notRun', 'notRun']);
  }));

it('once its window has ended, of a district whose agent gave no answer nothing begins, and what has begun is followed', () =>
  withDistricts({ more: more(1) }, async (world) => {
    const id = await ask(world);
    await until('two run', () => world.gate.waiting.length === 2);
    const rows = await rowsOf(world, id);
    const stored = rows.find(({ resyncID }) => !world.gate.waiting.includes(resyncID))!;
    const begun = rows.find(({ resyncID }) => world.gate.waiting.includes(resyncID))!;
    await unanswered(world, stored);
    await until('both are noted as running', async () => (await countOf(world, id, 'running')) === 2);
    await waitsAgain(world.control, begun, 'No answer.');
    await endWindow(world, id);
    await until('one was given up', async () => (await countOf(world, id, 'notRun')) === 1);
    await until('the other runs', async () => (await countOf(world, id, 'running')) === 2);
    expect((await rowsOf(world, id)).find(({ status }) => status === 'notRun')).toMatchObject({
      ...{ resyncID: stored.resyncID },
      message: 'The resync did not begin within the request’s window. No answer.',
    });
    const resync: unknown = await world.control('resync').where({ resyncID: stored.resyncID }).first();
    expect(resync).toMatchObject({ status: 'cancelled' });
    world.gate.open();
    await until('it ended', async () => (await endOf(world, id)) !== null);
    expect((await statuses(world, id)).sort()).toEqual(['done', 'done', 'notRun']);
  }));

it('runs a district once, however often it is handed over', () =>
  withDistricts({}, async (world) => {
    const id = await ask(world);
    await until('both run', () => world.gate.waiting.length === 2);
    await until('both are noted', async () => (await countOf(world, id, 'running')) === 2);
    // As after a worker that died between the hand-over and its note.
    await world.control('stateRequestDistrict').where({ stateRequestID: id }).update({ status: 'waiting' });
    await until('both are noted again', async () => (await countOf(world, id, 'running')) === 2);
    world.gate.open();
    await until('it ended', async () => (await endOf(world, id)) !== null);
    expect(await statuses(world, id)).toEqual(['done', 'done']);
    expect(await world.control('resync')).toHaveLength(2);
    expect(await world.control('processAlert').where({ name: 'State Resync Requested' })).toHaveLength(3);
  }));

it('is taken back: districts that wait are withdrawn, runs go on, or are cancelled when that is said', () =>
  withDistricts({ more: more(2) }, async (world) => {
    // The first district has a run of another request of the state before it: this one waits at its
    // agent.
    const first = await ask(world, { districts: [world.here] });
    await until('the first runs', () => world.gate.waiting.length === 1);
    const id = await ask(world, { districts: [world.here, world.other, world.config.districts[2]!.id] });
    await until('two are handed over', async () => (await countOf(world, id, 'waiting')) === 1);
    await until('one of them runs', () => world.gate.waiting.length === 2);
    await until('it is noted', async () => (await countOf(world, id, 'running')) === 1);

    const left = await cancel(world, id, {});
    expect(left.status).toBe(200);
    await until('two are withdrawn', async () => (await countOf(world, id, 'notRun')) === 2);
    const [run] = (await rowsOf(world, id)).filter(({ status }) => status !== 'notRun');
    expect(run).toMatchObject({ status: 'running' });
    expect(await endOf(world, id)).toBeNull();

    expect((await cancel(world, id, { running: 'cancel' })).status).toBe(200);
    const runHandle = world.temporal.workflow.getHandle(resyncWorkflowId(String(run!.resyncID)));
    await until(
      'the run is told',
      async () => (await runHandle.query(resyncProgress)).status === 'cancelled',
    );
    world.gate.open();
    await until('it ended', async () => (await endOf(world, id)) !== null);
    expect(await endOf(world, id)).toMatchObject({ status: 'cancelled' });
    const messages = (await rowsOf(world, id)).map(({ status, message }) => `${status} ${message}`);
    expect(messages.sort()).toEqual([
      'notRun Cancelled by state.',
      'notRun Withdrawn by state before it began.',
      'notRun Withdrawn by state before it began.',
    ]);
    expect((await cancel(world, id, {})).status).toBe(409);
    await until('the other request ended', async () => (await endOf(world, first)) !== null);
    expect(await statuses(world, first)).toEqual(['done']);
  }));

it('goes on where it was after continue-as-new, and after a repeated start', () =>
  withDistricts({ more: more(3) }, async (world) => {
    const id = await ask(world);
    const handle = world.temporal.workflow.getHandle(stateRequestWorkflowId(id));
    await until('two run', () => world.gate.waiting.length === 2);
    await handle.terminate();
    // Where each district stands is in the database: another run takes it up, here with two polls
    // per run.
    await world.temporal.workflow.start<typeof stateRequest>('stateRequest', {
      taskQueue: world.config.temporal.taskQueue,
      workflowId: stateRequestWorkflowId(id),
      args: [{ stateRequestId: id, polls: 2 }],
    });
    await until('it went on as new', async () => {
      const { raw } = await handle.describe();
      return (raw.workflowExecutionInfo?.firstRunId ?? '') !== raw.workflowExecutionInfo?.execution?.runId;
    });
    world.gate.open();
    await until('it ended', async () => (await endOf(world, id)) !== null);
    expect(await statuses(world, id)).toEqual(Array(5).fill('done'));
    expect(await world.control('resync')).toHaveLength(5);
  }));

describe('in waves', () => {
  const inWaves = (over: object = {}) => ({ waves: { size: 2, ...over } });

  it('asks one wave after the other, the first of the next only when the last of the one before has ended', () =>
    withDistricts({ more: more(3) }, async (world) => {
      const id = await ask(world, inWaves());
      await until('the first wave runs', () => world.gate.waiting.length === 2);
      const waves = (await world.control('stateRequestDistrict').where({ stateRequestID: id })) as {
        wave: number;
        resyncID: string;
        status: string;
      }[];
      expect(waves.map(({ wave }) => wave).sort()).toEqual([1, 1, 2, 2, 3]);
      const first = waves.filter(({ wave }) => wave === 1).map(({ resyncID }) => resyncID);
      expect(world.gate.waiting.toSorted()).toEqual(first.toSorted());
      world.gate.open();
      await until('it ended', async () => (await endOf(world, id)) !== null);
      expect(await endOf(world, id)).toMatchObject({ status: 'finished', message: '5 of 5 districts done.' });
      const times: { wave: number; requestedAt: string; endedAt: string }[] = await world
        .control('stateRequestDistrict as d')
        .join('resync as r', 'r.resyncID', 'd.resyncID')
        .where({ stateRequestID: id })
        .select('d.wave', 'r.requestedAt', 'r.endedAt');
      const of = (wave: number) => times.filter((row) => row.wave === wave);
      for (const wave of [2, 3])
        for (const { requestedAt } of of(wave))
          for (const { endedAt } of of(wave - 1)) expect(requestedAt >= endedAt).toBe(true);
    }));

  it('waits for the pause between two waves', () =>
    withDistricts({ more: more(1) }, async (world) => {
      world.gate.open();
      const id = await ask(world, inWaves({ pauseMinutes: 60 }));
      await until('the first wave is done', async () => (await countOf(world, id, 'done')) === 2);
      const looks = async (): Promise<number> => {
        const handle = world.temporal.workflow.getHandle(stateRequestWorkflowId(id));
        const { events } = await handle.fetchHistory();
        return events?.filter(({ timerStartedEventAttributes: timer }) => timer).length ?? 0;
      };
      const before = await looks();
      await until('it looked again, more than once', async () => (await looks()) >= before + 2);
      expect(await countOf(world, id, 'waiting')).toBe(1);
      await world
        .control('stateRequestDistrict')
        .where({ stateRequestID: id, status: 'done' })
        .update({ endedAt: new Date(Date.now() - 61 * 60_000) });
      await until('it ended', async () => (await endOf(world, id)) !== null);
      expect(await countOf(world, id, 'done')).toBe(3);
    }));

  it('stops once too many of a wave failed: what runs goes on, the rest is not asked, and one is tried again alone', () =>
    withDistricts({ more: more(3) }, async (world) => {
      const id = await ask(world, inWaves({ stopAbovePercent: 40 }));
      await until('the first wave runs', () => world.gate.waiting.length === 2);
      await until('it is noted', async () => (await countOf(world, id, 'running')) === 2);
      const [broken] = world.gate.waiting;
      world.gate.broken.add(broken!);
      const rows = await rowsOf(world, id);
      const failed = rows.find(({ resyncID }) => resyncID === broken)!;
      const stored = rows.find(({ status }) => status === 'waiting')!;
      await unanswered(world, stored);
      // Its books say so before it is let through with the others.
      await world
        .control('resync')
        .where({ resyncID: broken })
        .update({ status: 'failed', endedAt: new Date() });
      await until('the rest is not asked', async () => (await countOf(world, id, 'notRun')) === 3);
      expect(await statuses(world, id)).toEqual(expect.arrayContaining(['failed', 'running']));
      world.gate.open();
      await until('it ended', async () => (await endOf(world, id)) !== null);
      const why = 'Stopped in wave 1: 1 of its 2 districts failed or ended red, more than 40 %.';
      expect(await endOf(world, id)).toMatchObject({
        status: 'finished',
        message: `${why} 1 of 5 districts done, 1 failed, 3 not done.`,
      });
      const ends = await rowsOf(world, id);
      const resync: unknown = await world.control('resync').where({ resyncID: stored.resyncID }).first();
      expect(resync).toMatchObject({ status: 'cancelled' });
      const [left, ...others] = ends.filter(
        ({ status, resyncID }) => status === 'notRun' && resyncID !== stored.resyncID,
      );
      for (const { message } of [left!, ...others]) expect(message).toBe(why);
      const again = await request(world.app)
        .post(`/api/v1/state-requests/${id}/districts/${left!.districtID}/retry`)
        .set('Authorization', world.as.state)
        .send({});
      expect(again.status).toBe(200);
      await until('it is done', async () => (await countOf(world, id, 'done')) === 2);
      expect(await countOf(world, id, 'notRun')).toBe(2);
      expect(failed.districtID).not.toBe(left!.districtID);
    }));
});
