import request from 'supertest';
import { createToken } from '../../../src/features/access/token-store';
import { noticeKindOf } from '../../../src/domain/notices';
import { apiWorld, type ApiWorld } from '../../support/api-world';
import { keepWorker, withWorker } from '../../support/api-worker';
import { until } from '../../support/until';

let world: ApiWorld;
let endWorker: () => Promise<void>;
/** Another person of the same district, and one of the state: with the right, and with no other. */
let colleague: string;
beforeAll(async () => {
  world = await apiWorld();
  endWorker = await keepWorker(world);
  const rights = ['resyncBatch', 'processAlerts'] as const;
  const made = await createToken(world.control, {
    name: 'colleague',
    level: 'district',
    districts: [world.here],
    rights,
  });
  colleague = `Bearer ${made.token}`;
});
afterAll(async () => {
  await endWorker();
  await world.close();
});

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly text: string;
}

async function call(method: 'get' | 'post', path: string, as: string, body?: object): Promise<Answer> {
  const asked = request(world.app)[method](`/api/v1${path}`).set('Authorization', as);
  return body ? asked.send(body) : asked;
}

const becomes = (resyncId: string, status: string) =>
  until(
    `${resyncId} is ${status}`,
    async () => (await call('get', `/resyncs/${resyncId}`, world.as.here)).body as { status: string },
    (seen) => seen.status === status,
  );

async function send(body: object = {}): Promise<string> {
  const asked = { objects: ['Section'], removals: 'apply', ...body };
  const answer = await call('post', `/districts/${world.here}/resyncs`, world.as.here, asked);
  expect(answer.status).toBe(202);
  return (answer.body as { resyncId: string }).resyncId;
}

test('what is above the threshold awaits somebody else than who asked for it', () =>
  withWorker(world, async (gate) => {
    gate.extra.set('Section', 3).set('School', 1);
    const resyncId = await send();
    await becomes(resyncId, 'awaitingApproval');
    const { body } = await call('get', `/resyncs/${resyncId}/removals`, world.as.here);
    const { objects } = body as { objects: { expiresAt: string }[] };
    expect(body).toMatchObject({
      resyncId,
      removals: 'apply',
      status: 'awaitingApproval',
      objects: [
        {
          object: 'Section',
          decision: 'awaiting',
          found: 3,
          records: 10,
          sharePercent: 30,
          thresholdPercent: 10,
          removed: 0,
          samples: [{ key: ['1'], guid: 'guid-1', status: 'found' }, { key: ['2'] }, { key: ['3'] }],
        },
        // One of ten is the threshold, not above it.
        { object: 'School', decision: 'below', found: 1, removed: 0 },
      ],
    });
    const hoursLeft = (Date.parse(objects[0]!.expiresAt) - Date.now()) / 3_600_000;
    expect(hoursLeft).toBeGreaterThan(71);
    expect(hoursLeft).toBeLessThan(73);

    const approve = (as: string, asked: object = {}) =>
      call('post', `/resyncs/${resyncId}/removals/approve`, as, asked);
    expect((await approve(world.as.here)).status).toBe(403);
    expect((await approve(world.as.other)).status).toBe(404);
    expect((await approve(colleague, { objects: ['School'] })).status).toBe(409);
    expect((await approve(colleague, { objects: [] })).status).toBe(422);
    expect((await approve(colleague, { all: true })).status).toBe(422);
    const alerts = await call('get', '/alerts', colleague);
    const alert = (alerts.body as { items: { name: string; dueAt: string | null }[] }).items.find(
      ({ name }) => name === 'Removals Await Approval',
    );
    expect(alert?.dueAt).toBe(objects[0]!.expiresAt);
    expect(noticeKindOf({ name: alert!.name, due: true })?.event).toBe('approval');

    const approved = await approve(colleague);
    expect(approved.status).toBe(200);
    expect(approved.body).toMatchObject({
      objects: [{ decision: 'approved', decidedBy: expect.stringMatching(/^colleague /) as string }, {}],
    });
    await becomes(resyncId, 'finished');
    const after = await call('get', `/resyncs/${resyncId}/removals`, world.as.here);
    expect(after.body).toMatchObject({ objects: [{ removed: 3 }, { removed: 1 }] });
    const head = await call('get', `/resyncs/${resyncId}`, world.as.here);
    expect(head.body).toMatchObject({
      removals: 'apply',
      message: '4 records removed at the state, 0 kept.',
    });
    const csv = await call('get', `/resyncs/${resyncId}/report?format=csv`, world.as.here);
    const [header, ...lines] = csv.text.split('\r\n').map((line) => line.split(','));
    const at = header!.indexOf('removed');
    expect(lines.map((cells) => [cells[0], cells[at]])).toEqual(
      expect.arrayContaining([
        ['Section', '3'],
        ['Course', '0'],
      ]),
    );
    expect((await approve(colleague)).status).toBe(409);
    const events = await world
      .control('auditEvent')
      .where('target', 'like', `%/${resyncId}/removals/approve`)
      .orderBy('auditEventID');
    expect((events as { status: number }[]).map(({ status }) => status)).toEqual([403, 200]);
  }));

test('its records are listed page by page; who asked may reject, and then none of them goes', () =>
  withWorker(world, async (gate) => {
    gate.extra.set('Section', 5);
    const resyncId = await send();
    await becomes(resyncId, 'awaitingApproval');
    const path = `/resyncs/${resyncId}/objects/Section/removals`;
    const first = await call('get', `${path}?limit=2&status=found`, world.as.here);
    const { items, nextCursor } = first.body as { items: { key: string[] }[]; nextCursor: string };
    expect(items.map(({ key }) => key)).toEqual([['1'], ['2']]);
    const rest = await call('get', `${path}?cursor=${nextCursor}`, world.as.here);
    expect((rest.body as { items: unknown[] }).items).toHaveLength(3);
    expect((await call('get', `${path}?cursor=x`, world.as.here)).status).toBe(400);
    expect((await call('get', path, world.as.other)).status).toBe(404);

    const rejected = await call('post', `/resyncs/${resyncId}/removals/reject`, world.as.here, {});
    expect(rejected.body).toMatchObject({ objects: [{ decision: 'rejected', removed: 0 }] });
    await becomes(resyncId, 'finished');
    const head = await call('get', `/resyncs/${resyncId}`, world.as.here);
    expect((head.body as { message: string }).message).toContain('Section: rejected, none of 5 removed.');
  }));

test('a run cancelled while it holds will not be decided about', () =>
  withWorker(world, async (gate) => {
    gate.extra.set('Section', 5);
    const resyncId = await send();
    await becomes(resyncId, 'awaitingApproval');
    expect((await call('post', `/resyncs/${resyncId}/cancel`, world.as.here)).status).toBe(200);
    await becomes(resyncId, 'cancelled');
    const { body } = await call('get', `/resyncs/${resyncId}/removals`, world.as.here);
    expect(body).toMatchObject({ status: 'cancelled', objects: [{ decision: 'expired', removed: 0 }] });
  }));

test('removing has to be asked for, and the state’s requests don’t offer it', () =>
  withWorker(world, async (gate) => {
    gate.extra.set('Section', 5);
    const resyncId = await send({ removals: 'report' });
    await becomes(resyncId, 'finished');
    const { body } = await call('get', `/resyncs/${resyncId}/removals`, world.as.here);
    expect(body).toMatchObject({ removals: 'report', objects: [] });
    const asked = { objects: 'all', scenario: 'STATE_REQUEST', removals: 'apply' };
    const refused = await call('post', `/districts/${world.here}/resyncs`, world.as.state, asked);
    expect([refused.status, (refused.body as { errors: { pointer: string }[] }).errors[0]?.pointer]).toEqual([
      422,
      '#/removals',
    ]);
    const request = { districts: [world.here], objects: 'all', reason: 'x', removals: 'apply' };
    expect((await call('post', '/state-requests', world.as.state, request)).status).toBe(422);
  }));
