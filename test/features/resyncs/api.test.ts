import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import request from 'supertest';
import { TemporalCalls } from '../../../src/temporal/calls';
import { findResync } from '../../../src/features/resyncs/workflow-client';
import { reconcile } from '../../../src/features/resyncs/reconcile';
import { apiWorld, type ApiWorld } from '../../support/api-world';
import { keepWorker, withWorker } from '../../support/api-worker';
import { until } from '../../support/until';

let world: ApiWorld;
let endWorker: () => Promise<void>;
beforeAll(async () => {
  world = await apiWorld();
  endWorker = await keepWorker(world);
});
afterAll(async () => {
  await endWorker();
  await world.close();
});

interface Accepted {
  resyncId: string;
  status: string;
  position: number | null;
  replayed: boolean;
}

const post = (path: string, body?: object, who: keyof ApiWorld['as'] = 'here') => {
  const call = request(world.app).post(`/api/v1${path}`).set('Authorization', world.as[who]);
  return body ? call.send(body) : call;
};
const get = (path: string) => request(world.app).get(`/api/v1${path}`).set('Authorization', world.as.here);
/** Each is a resync of its own, whatever was asked a moment before. */
const start = async (body: object = { objects: 'all' }, key: string = randomUUID()) =>
  post(`/districts/${world.here}/resyncs`, body).set('Idempotency-Key', key);

interface LogEntry {
  kind: string;
  by: string | null;
  object: string | null;
}
interface AgentEntry extends LogEntry {
  resyncId: string;
}
const logOf = async (resyncId: string, who: keyof ApiWorld['as'] = 'here') => {
  const path = `/api/v1/resyncs/${resyncId}/log`;
  const answer = await request(world.app).get(path).set('Authorization', world.as[who]);
  return (answer.body as { items: LogEntry[] }).items;
};
const stops = ['objectFailed', 'objectCancelled', 'objectSkipped'];
const stepsOf = (log: readonly LogEntry[]) =>
  log.map(({ kind }) => kind).filter((kind) => kind !== 'queued' && !stops.includes(kind));
const stoppedIn = (log: readonly LogEntry[]) =>
  log.flatMap(({ kind, object: name }) => (stops.includes(kind) ? [name!] : [])).sort();
/** The objects that a run did not finish. */
const stoppedOf = (run: Record<string, unknown>): string[] =>
  (run['objectResults'] as { object: string; status: string }[])
    .flatMap(({ object: name, status }) => (status === 'finished' ? [] : [name]))
    .sort();

const becomes = (resyncId: string, statuses: readonly string[]) =>
  until(
    `${resyncId} is ${statuses.join(' or ')}`,
    async () => (await get(`/resyncs/${resyncId}`)).body as Record<string, unknown>,
    ({ status }) => statuses.includes(status as string),
  );

test('a resync is accepted, runs to its end and shows its outcome and report', () =>
  withWorker(world, async () => {
    const answer = await start({ objects: ['Section'], scenario: 'GO_LIVE' });
    const { resyncId } = answer.body as Accepted;
    expect([answer.status, answer.headers['location']]).toEqual([202, `/api/v1/resyncs/${resyncId}`]);
    const end = await becomes(resyncId, ['finished']);
    expect(end).toMatchObject({ color: 'green', totals: { processed: 30, inserted: 30, errors: 0 } });
    const csv = await get(`/resyncs/${resyncId}/report?format=csv`);
    expect(csv.type).toBe('text/csv');
    expect(
      csv.text
        .split('\r\n')
        .slice(1, 4)
        .map((line) => line.split(',').slice(0, 5).join(',')),
    ).toEqual(['School,finished,green,10,0', 'Course,finished,green,10,0', 'Section,finished,green,10,0']);
    const paused = await post(`/resyncs/${resyncId}/pause`);
    expect(paused.status).toBe(409);
  }));

test('20 parallel equal requests with one key start one resync, another body with it is refused', () =>
  withWorker(world, async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => start({ objects: 'all' }, 'key-1')));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(202));
    const bodies = answers.map(({ body }) => body as Accepted);
    expect(new Set(bodies.map(({ resyncId }) => resyncId)).size).toBe(1);
    expect(bodies.filter(({ replayed }) => !replayed)).toHaveLength(1);
    const other = await start({ objects: ['School'] }, 'key-1');
    expect(other.status).toBe(409);
    await becomes(bodies[0]!.resyncId, ['finished']);
    expect(await world.control('resync').where({ idempotencyKey: 'key-1' })).toHaveLength(1);
  }));

test('a run is paused, resumed and cancelled; one that waits is withdrawn; objects can be stopped alone', () =>
  withWorker(world, async (gate) => {
    gate.close();
    const first = (await start()).body as Accepted;
    await becomes(first.resyncId, ['running']);
    const second = (await start()).body as Accepted;
    expect(second).toMatchObject({ status: 'queued', position: 1 });
    const agent = await get(`/districts/${world.here}/agent`);
    expect(agent.body).toMatchObject({ active: first.resyncId, waiting: [{ resyncId: second.resyncId }] });

    const withdrawn = await post(`/resyncs/${second.resyncId}/cancel`);
    expect(withdrawn.body).toMatchObject({ status: 'cancelled', color: 'red' });
    const early = await post(`/resyncs/${second.resyncId}/pause`);
    expect(early.status).toBe(409);

    const unplanned = await post(`/resyncs/${first.resyncId}/objects/Nonsense/cancel`);
    expect(unplanned.status).toBe(404);
    const paused = await post(`/resyncs/${first.resyncId}/pause`);
    expect([paused.status, (await becomes(first.resyncId, ['paused']))['status']]).toEqual([200, 'paused']);
    const resumed = await post(`/resyncs/${first.resyncId}/resume`, undefined, 'state');
    expect(resumed.status).toBe(200);
    await becomes(first.resyncId, ['running']);
    const section = await post(`/resyncs/${first.resyncId}/objects/Section/cancel`);
    expect(section.status).toBe(200);
    expect((await post(`/resyncs/${first.resyncId}/cancel`)).status).toBe(200);
    gate.open();
    const end = await becomes(first.resyncId, ['cancelled']);
    expect(end).toMatchObject({ color: 'red' });
    expect(end['message']).toMatch(/^Cancelled by/);

    // Of what was refused nothing is there; who of the state it was is the state's to know.
    const log = await logOf(first.resyncId);
    expect(stepsOf(log)).toEqual([
      ...['asked', 'running', 'pauseAsked', 'paused', 'resumeAsked', 'running'],
      ...['objectCancelAsked', 'cancelAsked', 'cancelled'],
    ]);
    expect(stoppedIn(log)).toEqual(stoppedOf(end));
    expect(log.at(-1)!.kind).toBe('cancelled');
    const by = (kind: string, entries = log) => entries.find((entry) => entry.kind === kind)?.by;
    expect([by('asked'), by('pauseAsked')]).toEqual([by('cancelAsked'), by('cancelAsked')]);
    expect([by('resumeAsked'), by('running'), by('cancelled')]).toEqual(['the state', null, null]);
    expect(by('resumeAsked', await logOf(first.resyncId, 'state'))).toMatch(/^.+ \([0-9a-f]{12}\)$/);
    expect(log.find(({ kind }) => kind === 'objectCancelAsked')!.object).toBe('Section');
    expect(stepsOf(await logOf(second.resyncId))).toEqual(['asked', 'cancelAsked', 'cancelled']);

    // The same in the log of the agent, the newest first, with its errors, page by page.
    const agentLog = async (query: string) => {
      const answer = await get(`/districts/${world.here}/agent/log?${query}`);
      return answer.body as { items: AgentEntry[]; nextCursor: string | null; total: number };
    };
    const { items, nextCursor } = await agentLog('limit=500');
    expect(nextCursor).toBeNull();
    const ofFirst = items.filter(({ resyncId }) => resyncId === first.resyncId).reverse();
    expect(stepsOf(ofFirst)).toEqual(stepsOf(log));
    expect(ofFirst.at(-1)).toMatchObject({ kind: 'cancelled', color: 'red', errors: 0 });
    const firstPage = await agentLog('limit=3');
    const secondPage = await agentLog(`limit=3&cursor=${firstPage.nextCursor}`);
    expect([...firstPage.items, ...secondPage.items]).toEqual(items.slice(0, 6));
    expect((await agentLog('to=2020-01-01')).items).toEqual([]);
  }));

test('one object is cancelled: it and what needs it don’t move, all others do, and the run says which and why', () =>
  withWorker(world, async (gate) => {
    gate.close();
    const { resyncId } = (await start()).body as Accepted;
    await becomes(resyncId, ['running']);
    const answer = await post(`/resyncs/${resyncId}/objects/Course/cancel`);
    expect([answer.status, answer.body]).toMatchObject([200, { resyncId, status: 'running' }]);
    const again = await post(`/resyncs/${resyncId}/objects/Course/cancel`, undefined, 'other');
    expect(again.status).toBe(404);
    gate.open();
    const end = await becomes(resyncId, ['cancelled']);
    expect(end).toMatchObject({ color: 'red', totals: { processed: 20, inserted: 20 } });
    expect(end['message']).toBe('2 of 4 objects did not finish.');
    const rows = end['objectResults'] as { object: string; status: string; message: string | null }[];
    expect(rows.map(({ object, status, message }) => [object, status, message])).toEqual([
      ['School', 'finished', null],
      ['Course', 'cancelled', expect.stringMatching(/^Cancelled before it started/)],
      ['Section', 'skipped', expect.stringMatching(/^Course did not finish/)],
      ['Room', 'finished', null],
    ]);
  }));

test('a full queue refuses one more and keeps nothing of it, so that the same key works later', () =>
  withWorker(world, async (gate) => {
    gate.close();
    const first = (await start({ objects: ['School'] })).body as Accepted;
    await becomes(first.resyncId, ['running']);
    const waiting = await Promise.all(
      Array.from({ length: 20 }, async () => (await start({ objects: ['School'] })).body as Accepted),
    );
    const stored = (await world.control('resync')).length;
    const refused = await start({ objects: ['School'] }, 'later');
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '60']);
    expect(await world.control('resync')).toHaveLength(stored);

    await post(`/resyncs/${waiting[0]!.resyncId}/cancel`);
    expect((await start({ objects: ['School'] }, 'later')).status).toBe(202);
    const open = (await world.control('resync').where({ status: 'queued' })) as { resyncID: string }[];
    for (const { resyncID } of open) await post(`/resyncs/${resyncID}/cancel`);
    gate.open();
    await becomes(first.resyncId, ['finished']);
  }));

test('events give a snapshot, then changes, then the end; the present version is not sent again', () =>
  withWorker(world, async (gate) => {
    gate.close();
    const server = createServer(world.app).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const { resyncId } = (await start({ objects: ['Course'] })).body as Accepted;
      await becomes(resyncId, ['running']);
      const listen = async (
        lastEventId?: string,
        onFirst = () => {},
      ): Promise<{ event: string; id: string; data: string }[]> => {
        const answer = await fetch(`http://127.0.0.1:${port}/api/v1/resyncs/${resyncId}/events`, {
          headers: {
            Authorization: world.as.here,
            ...(lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId }),
          },
        });
        expect(answer.headers.get('content-type')).toContain('text/event-stream');
        let text = '';
        for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
          text += chunk;
          if (text.includes('event:')) onFirst();
        }
        return text.split('\n\n').flatMap((block) => {
          const field = (name: string) => new RegExp(`^${name}:(.*)$`, 'm').exec(block)?.[1]?.trim();
          const event = field('event');
          return event === undefined ? [] : [{ event, id: field('id')!, data: field('data')! }];
        });
      };
      const stream = listen(undefined, () => gate.open());
      const events = await stream;
      expect(events[0]!.event).toBe('snapshot');
      expect(events.at(-1)!.event).toBe('end');
      expect(events.slice(1, -1).map(({ event }) => event)).toEqual(
        expect.arrayContaining(['object', 'resync']),
      );
      expect(JSON.parse(events.at(-1)!.data)).toMatchObject({ status: 'finished', color: 'green' });
      const again = await listen(events.at(-1)!.id);
      expect(again.map(({ event }) => event)).toEqual(['end']);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }));

test('while Temporal is away a request is kept, and started once it answers', async () => {
  const away = await apiWorld({ temporalAddress: '127.0.0.1:1' });
  try {
    const answer = await request(away.app)
      .post(`/api/v1/districts/${away.here}/resyncs`)
      .set('Authorization', away.as.here)
      .set('Idempotency-Key', 'kept')
      .send({ objects: 'all' });
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '10']);
    expect(await away.control('resync').select('status')).toEqual([{ status: 'accepted' }]);
    const calls = new TemporalCalls(world.temporal, world.config.temporal.taskQueue);
    const { toStart, lost } = await reconcile(away.control, ({ request }) => findResync(calls, request), {
      leastAge: -1,
    });
    expect([toStart.length, lost.length]).toEqual([1, 0]);
  } finally {
    await away.close();
  }
});
