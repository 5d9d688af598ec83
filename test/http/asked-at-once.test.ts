import { randomUUID } from 'node:crypto';
import request from 'supertest';
import { createToken } from '../../src/features/access/token-store';
import { newSigningKey } from '../../src/config/signing-key';
import { insertDrift } from '../../src/features/certifications/drift-store';
import { finishObject } from '../../src/features/resyncs/object-store';
import { finishResync } from '../../src/features/resyncs/store';
import { insertPreview } from '../../src/features/selective-sync/preview-store';
import { scheduleIdAtTemporal } from '../../src/temporal/start-workflows';
import { keepWorker, withWorker } from '../support/api-worker';
import { apiWorld, type ApiWorld, object } from '../support/api-world';
import { ledgerPage, runningResync, storedError } from '../support/control-database';
import { until } from '../support/until';

/**
 * Whatever starts something: asked four times at once without an Idempotency-Key it starts one.
 * Where nobody works off what is started, it is under way for as long as the test takes.
 */

let idle: ApiWorld;
let busy: ApiWorld;
let endWorker: () => Promise<void>;
beforeAll(async () => {
  const objects = {
    name: 'two',
    objects: [object('School', { stateOwnedColumns: ['code'], guidColumn: 'guid' }), object('Course')],
  };
  idle = await apiWorld({ objects, certification: { privateKey: newSigningKey() } });
  busy = await apiWorld();
  endWorker = await keepWorker(busy);
});
afterAll(async () => {
  await endWorker();
  await busy.close();
  await idle.close();
});

type Answer = Readonly<Record<string, unknown>>;
interface Call {
  readonly path: string;
  readonly body?: object;
  readonly as?: keyof ApiWorld['as'];
  /** Of the calls, one each. */
  readonly keys?: readonly string[];
}

async function fourTimes(world: ApiWorld, { path, body, as = 'here', keys }: Call): Promise<Answer[]> {
  const calls = Array.from({ length: 4 }, async (_, index) => {
    const call = request(world.app).post(`/api/v1${path}`).set('Authorization', world.as[as]);
    if (keys) void call.set('Idempotency-Key', keys[index]!);
    const { status, body: answer } = (await call.send(body)) as { status: number; body: Answer };
    expect([path, status, answer]).toEqual([path, 202, expect.anything()]);
    return answer;
  });
  return Promise.all(calls);
}
const idsOf = (answers: readonly Answer[], id: string) => new Set(answers.map((answer) => answer[id]));

/** All got the same one, but for one of them as one that was there. */
function isOne(answers: readonly Answer[], id: string): void {
  expect([...idsOf(answers, id)]).toEqual([expect.any(String)]);
  expect(answers.filter(({ replayed }) => replayed === false)).toHaveLength(1);
}

const started: readonly [what: string, id: string, call: (world: ApiWorld) => Call][] = [
  [
    'a verification',
    'verificationId',
    ({ here }) => ({ path: '/verifications', as: 'state', body: { district: here, objects: 'all' } }),
  ],
  [
    'a dry run',
    'verificationId',
    ({ here }) => ({
      path: `/districts/${here}/resyncs`,
      as: 'state',
      body: { objects: 'all', dryRun: true },
    }),
  ],
  [
    'a certification',
    'certificationId',
    ({ here }) => ({
      path: '/certifications',
      body: { district: here, reportingDate: '2026-10-01', name: 'Count' },
    }),
  ],
  [
    'a state request',
    'stateRequestId',
    ({ here, other }) => ({
      ...{ path: '/state-requests', as: 'state' },
      body: { districts: [here, other], objects: ['School'], reason: 'Count day' },
    }),
  ],
];

test.each(started)(
  '%s asked for four times at once is one, and with keys of their own four',
  async (_, id, call) => {
    const asked = call(idle);
    isOne(await fourTimes(idle, asked), id);
    const keys = Array.from({ length: 4 }, () => randomUUID());
    expect(idsOf(await fourTimes(idle, { ...asked, keys }), id).size).toBe(4);
  },
);

test('an action on many districts and a sync event asked for four times at once are one each', async () => {
  const verify = { action: 'verify', districts: [idle.other], objects: ['Course'] };
  const preview = await request(idle.app)
    .post('/api/v1/district-actions/preview')
    .set('Authorization', idle.as.state)
    .send(verify);
  const { previewHash } = preview.body as { previewHash: string };
  const action = { path: '/district-actions', body: { ...verify, previewHash }, as: 'state' } as const;
  isOne(await fourTimes(idle, action), 'districtActionId');
  const path = `/districts/${idle.here}/sync-events`;
  const event = { path, body: { object: 'School' }, as: 'state' } as const;
  expect(idsOf(await fourTimes(idle, event), 'syncEventId').size).toBe(1);
});

test('two callers of one name are two, whatever they ask for', async () => {
  const twin = async () =>
    `Bearer ${(await createToken(idle.control, { name: 'clerk', level: 'state', districts: null })).token}`;
  const twins = [await twin(), await twin()];
  const events = `/districts/${idle.here}/sync-events`;
  const calls: readonly (readonly [id: string, call: Call])[] = [
    ...started.map(([, id, call]) => [id, call(idle)] as const),
    ['syncEventId', { path: events, body: { object: 'School', keys: [['1']] } }],
  ];
  for (const [id, { path, body }] of calls) {
    const made = new Set<unknown>();
    for (const as of twins) {
      const answer = await request(idle.app).post(`/api/v1${path}`).set('Authorization', as).send(body);
      expect([path, answer.status]).toEqual([path, 202]);
      made.add((answer.body as Answer)[id]);
    }
    expect([path, made.size]).toEqual([path, 2]);
  }
  const list = await request(idle.app).get(`/api/v1${events}`).set('Authorization', twins[0]!);
  const { items } = list.body as { items: { requestedBy: string }[] };
  const by = items.map(({ requestedBy }) => requestedBy);
  expect(new Set(by.filter((who) => who.startsWith('clerk'))).size).toBe(2);
});

test('what has no key of its own is told by its words: comparisons and previews', async () => {
  const drift = { certificationId: 'one', initiator: 'state', requestedBy: 'somebody' } as const;
  const drifts = Array.from({ length: 4 }, (_, n) =>
    insertDrift(idle.control, { ...drift, driftId: `${n}` }),
  );
  expect(new Set(await Promise.all(drifts)).size).toBe(1);
  const record = { districtId: idle.here, schoolYear: 2027, object: 'School', key: ['1'] };
  const preview = (previewId: string, by: string) =>
    insertPreview(idle.control, { ...record, previewId, level: 'district', requestedBy: by });
  const previews = await Promise.all(['1', '2', '3', '4'].map((id) => preview(id, 'somebody')));
  expect(new Set(previews).size).toBe(1);
  expect(await preview('5', 'somebody else')).toBe('5');
});

test('a retry, a resync and a selective sync asked for four times at once are one run each', () =>
  withWorker(busy, async (gate) => {
    const { control, here } = busy;
    await runningResync(control, 'with-error', ['Course'], { districtId: here });
    await storedError(control, { resyncId: 'with-error', object: 'Course', key: '1', outcome: 'failed' });
    const page = { resyncId: 'with-error', object: 'Course', read: 10 };
    await ledgerPage(control, page, { unchanged: 9, failed: 1 });
    await finishObject(control, { resyncId: 'with-error', object: 'Course', status: 'finished' });
    await finishResync(control, { resyncId: 'with-error', status: 'finished' });
    gate.close();
    const calls: readonly Call[] = [
      { path: '/resyncs/with-error/retry', body: {} },
      { path: `/districts/${here}/resyncs`, body: { objects: ['School'] } },
      { path: `/districts/${here}/selective-syncs`, body: { object: 'School', key: ['1'] } },
    ];
    const ended = (resyncId: unknown) =>
      until('it ended', async () => {
        const row = await control('resync').where({ resyncID: resyncId }).first<{ endedAt: unknown }>();
        return row.endedAt !== null;
      });
    const runs = new Set<unknown>();
    for (const call of calls) {
      const answers = await fourTimes(busy, call);
      isOne(answers, 'resyncId');
      runs.add(answers[0]!['resyncId']);
    }
    expect(runs.size).toBe(3);
    gate.open();
    for (const resyncId of runs) await ended(resyncId);
    // Once it has ended the same words are another request.
    const again = await fourTimes(busy, { ...calls[0]!, body: {} });
    expect(runs).not.toContain(again[0]!['resyncId']);
    await ended(again[0]!['resyncId']);
  }));

test('a schedule that several trigger at once fires once, and all but one are told that it had', () =>
  withWorker(busy, async () => {
    const schedules = `/districts/${busy.here}/schedules`;
    const made = await request(busy.app)
      .post(`/api/v1${schedules}`)
      .set('Authorization', busy.as.here)
      .send({
        ...{ name: 'nightly', cron: '0 2 29 2 *', timezone: 'America/Chicago', objects: ['School'] },
        ...{ missed: 'all', overlap: 'queue' },
      });
    const { scheduleId } = made.body as { scheduleId: string };
    const path = `${schedules}/${scheduleId}/trigger`;
    const answers = await Promise.all([fourTimes(busy, { path }), fourTimes(busy, { path, as: 'state' })]);
    isOne(answers.flat(), 'scheduleId');
    const id = scheduleIdAtTemporal({ districtId: busy.here, scheduleId });
    const schedule = busy.temporal.schedule.getHandle(id);
    const info = async () => (await schedule.describe()).info;
    await until('it has fired', async () => (await info()).numActionsTaken > 0);
    const { numActionsTaken, recentActions } = await info();
    expect(numActionsTaken).toBe(1);
    // What they started ends before the worker: its activities would wait for an agent that nobody
    // runs any more.
    for (const { action } of recentActions)
      await busy.temporal.workflow.getHandle(action.workflow.workflowId).result();
    const runs = () => busy.control('resync').where('requestedBy', 'like', 'schedule %');
    expect((await runs()).length).toBeGreaterThan(0);
    await until('they have ended', async () => (await runs().whereNull('endedAt')).length === 0);
    await schedule.delete();
  }));
