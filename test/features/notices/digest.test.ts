import request from 'supertest';
import { createToken } from '../../../src/features/access/token-store';
import { lastTimeOf } from '../../../src/features/notices/digests';
import { postAlert } from '../../../src/features/alerts/post';
import { apiWorld, type ApiWorld } from '../../support/api-world';
import { keepWorker, withWorker } from '../../support/api-worker';
import { until } from '../../support/until';
import { mailServer } from './mail-server';
import { receiver, type Receiver } from './receiver';
import { call, deliveries, pass, runOf } from './support';

let world: ApiWorld;
let endWorker: () => Promise<void>;
let server: Awaited<ReturnType<typeof mailServer>>;
let hook: Receiver;
beforeAll(async () => {
  [server, hook] = await Promise.all([mailServer(), receiver()]);
  world = await apiWorld({
    notices: { smtp: server.settings, allowPrivateAddresses: true, allowPlainHttp: true },
  });
  endWorker = await keepWorker(world);
});
afterAll(async () => {
  await endWorker();
  await world.close();
  await Promise.all([server.close(), hook.close()]);
});

const hourMs = 3_600_000;
/** A time of day two hours from now, and a moment after it. */
function soon(): { readonly digest: { at: string; timezone: string }; readonly after: Date } {
  const at = `${new Date(Date.now() + 2 * hourMs).toISOString().slice(11, 13)}:00`;
  return { digest: { at, timezone: 'UTC' }, after: new Date(Date.now() + 3 * hourMs) };
}
const approval = (n: number) =>
  postAlert(world.control, {
    alertKey: `approval:${n}`,
    category: 'Vertical Interoperability',
    name: 'Removals Await Approval',
    text: `Removal number ${n} awaits approval.`,
    districtId: world.here,
    right: 'resyncBatch',
  });

test('a digest tells once a day in one mail and one post what came up since, and nothing before its time', () =>
  withWorker(world, async () => {
    const { digest, after } = soon();
    const events = ['completion', 'approval'];
    const rules = { digest };
    const made = await call(world, 'here', 'post', '/webhooks', { url: hook.url, events, rules });
    expect(made.body).toMatchObject({ rules: { digest, leastRecords: 0, onlyWorse: false } });
    const { webhookId } = made.body as { webhookId: string };
    const email = { address: 'here@example.org', events, rules };
    expect((await call(world, 'here', 'put', '/notice-preferences', { email })).status).toBe(200);
    await call(world, 'other', 'put', '/notice-preferences', {
      email: { address: 'other@example.org', events, rules },
    });
    const resyncId = await runOf(world, 'here');
    for (const n of [1, 2]) await approval(n);
    await pass(world);
    expect((await deliveries(world, 'here', webhookId)).map(({ status }) => status)).toEqual([
      ...['collected', 'collected', 'collected'],
    ]);
    expect([server.taken, hook.received]).toEqual([[], []]);
    for (const _ of [1, 2]) await pass(world, after);
    await until('both are told', () => server.taken.length > 0 && hook.received.length > 0);
    await until('it is noted', async () =>
      (await deliveries(world, 'here', webhookId)).every(({ status }) => status === 'delivered'),
    );
    const [{ to, text }] = server.taken as [(typeof server.taken)[number]];
    const plain = text.replace(/=\r\n/g, '').replace(/\s+/g, ' ');
    expect(to).toEqual(['here@example.org']);
    expect(plain).toContain('Subject: 3 alerts of the day');
    for (const part of [`Resync ${resyncId} of`, 'Removal number 1 awaits', 'Removal number 2 awaits'])
      expect(plain).toContain(part);
    expect(JSON.parse(hook.received[0]!.body)).toMatchObject({
      type: 'alerts.digest',
      data: {
        notices: [
          { type: 'resync.finished', data: { resyncId, totals: { processed: 10 } } },
          { type: 'removals.await_approval', data: { text: 'Removal number 1 awaits approval.' } },
          { type: 'removals.await_approval' },
        ],
      },
    });
    await approval(3);
    await pass(world);
    await pass(world, new Date(after.getTime() + hourMs));
    await until(
      'the third is collected too',
      async () => (await deliveries(world, 'here', webhookId)).length === 4,
    );
    expect([server.taken.length, hook.received.length]).toEqual([1, 1]);
  }));

test('who deletes the webhook, or wants each at once again, is told what was collected accordingly', () =>
  withWorker(world, async () => {
    for (const table of ['noticeDelivery', 'processAlert', 'webhook', 'noticePreference'])
      await world.control(table).del();
    const { digest } = soon();
    const events = ['approval'];
    const email = (rules: object) =>
      call(world, 'here', 'put', '/notice-preferences', {
        email: { address: 'here@example.org', events, rules },
      });
    await email({ digest });
    const made = await call(world, 'here', 'post', '/webhooks', { url: hook.url, events, rules: { digest } });
    await approval(4);
    await pass(world);
    await call(world, 'here', 'delete', `/webhooks/${(made.body as { webhookId: string }).webhookId}`);
    await email({});
    const before = server.taken.length;
    await pass(world);
    await until('the mail came', () => server.taken.length > before);
    const posts = () =>
      world
        .control<{ channel: string; status: string }>('noticeDelivery')
        .where({ channel: 'webhook' })
        .select();
    await until('no post is made', async () => (await posts()).every(({ status }) => status === 'dropped'));
    expect(await posts()).toHaveLength(1);
  }));

test('what may no longer be told when its time comes is left out of a digest, which is not sent without anything', () =>
  withWorker(world, async () => {
    for (const table of ['noticeDelivery', 'processAlert', 'webhook', 'noticePreference'])
      await world.control(table).del();
    const { digest, after } = soon();
    const { token, principalId } = await createToken(world.control, {
      ...{ name: 'reader', level: 'district', districts: [world.here] },
      rights: ['resyncBatch', 'verificationSummary', 'processAlerts'],
    });
    const mine = request(world.app).post('/api/v1/webhooks').set('Authorization', `Bearer ${token}`);
    const made = await mine.send({ url: hook.url, events: ['approval', 'schedule'], rules: { digest } });
    expect(made.status).toBe(201);
    const refused = (n: number) =>
      postAlert(world.control, {
        ...{ alertKey: `refused:${n}`, category: 'Vertical Interoperability' },
        ...{ name: 'Scheduled Verification Refused', text: `Verification number ${n} was not started.` },
        ...{ districtId: world.here, right: 'verificationSummary' },
      });
    const withdraw = (right: string) =>
      call(world, 'state', 'delete', `/principals/${principalId}/rights/${right}`);
    const of = () => world.control('noticeDelivery').orderBy('noticeDeliveryID').pluck<string[]>('status');
    const before = hook.received.length;
    await approval(5);
    await refused(1);
    await pass(world);
    expect(await of()).toEqual(['collected', 'collected']);
    await withdraw('resyncBatch');
    await pass(world, after);
    await until('what is left is told', () => hook.received.length > before);
    const { notices } = (JSON.parse(hook.received.at(-1)!.body) as { data: { notices: object[] } }).data;
    expect(notices).toMatchObject([{ data: { text: 'Verification number 1 was not started.' } }]);
    for (const n of [2, 3]) await refused(n);
    await pass(world);
    await withdraw('verificationSummary');
    await pass(world, after);
    await until('nothing is left to tell', async () =>
      (await of()).slice(2).every((status) => status === 'dropped'),
    );
    expect(hook.received.length).toBe(before + 1);
  }));

test.each([
  ['2026-11-29T12:59:00Z', '07:00', 'America/Chicago', '2026-11-28T13:00:00Z'],
  ['2026-11-29T13:00:00Z', '07:00', 'America/Chicago', '2026-11-29T13:00:00Z'],
  // The clocks are put back on the first of November: the day before is an hour nearer to UTC.
  ['2026-11-01T12:59:00Z', '07:00', 'America/Chicago', '2026-10-31T12:00:00Z'],
  ['2026-03-08T12:30:00Z', '02:30', 'America/Chicago', '2026-03-08T08:30:00Z'],
])('at %s a digest of %s in %s was last due at %s', (now, at, timezone, due) => {
  expect(lastTimeOf({ at, timezone }, new Date(now))).toEqual(new Date(due));
});

test.each([
  [{ digest: { at: '25:00', timezone: 'UTC' } }, '#/rules/digest/at'],
  [{ digest: { at: '07:00', timezone: 'Chicago' } }, '#/rules/digest/timezone'],
  [{ leastRecords: -1 }, '#/rules/leastRecords'],
  [{ onlyWorse: 'yes' }, '#/rules/onlyWorse'],
  [{ never: true }, '#/rules/never'],
])('rules that can’t be kept are refused by field: %j', async (rules, pointer) => {
  const answer = await call(world, 'here', 'post', '/webhooks', { url: hook.url, rules });
  const { errors } = answer.body as { errors: { pointer: string }[] };
  expect([answer.status, errors[0]!.pointer]).toEqual([422, pointer]);
});
