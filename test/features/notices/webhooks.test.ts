import { temporal } from '@temporalio/proto';
import { Webhook } from 'standardwebhooks';
import { noticeActivities } from '../../../activities/notices';
import type { AlertView } from '../../../src/features/alerts/read';
import { listNotices } from '../../../src/features/notices/list-due';
import { noteNoticeOwner, readNoticeOwners } from '../../../src/features/notices/owner-store';
import { postAlert } from '../../../src/features/alerts/post';
import { noticesWorkflowId } from '../../../workflows/messages';
import { apiWorld, type ApiWorld } from '../../support/api-world';
import { keepWorker, withWorker } from '../../support/api-worker';
import { until } from '../../support/until';
import { type Received, type Receiver, receiver } from './receiver';
import { call, deliveries, pass, register, runOf } from './support';

const secretKey = Buffer.alloc(32, 5).toString('base64');
let world: ApiWorld;
let endWorker: () => Promise<void>;
let receivers: Receiver[] = [];
beforeAll(async () => {
  world = await apiWorld({ notices: { secretKey, allowPrivateAddresses: true, allowPlainHttp: true } });
  endWorker = await keepWorker(world);
});
afterAll(async () => {
  await endWorker();
  await world.close();
});
afterEach(async () => {
  await Promise.all(receivers.map((each) => each.close()));
  receivers = [];
  for (const table of ['webhook', 'noticeDelivery', 'alertState', 'processAlert'])
    await world.control(table).del();
});

async function endpoint(...answer: Parameters<typeof receiver>): Promise<Receiver> {
  const made = await receiver(...answer);
  receivers.push(made);
  return made;
}

const verified = (secret: string, { body, headers }: Received): unknown =>
  new Webhook(secret).verify(body, headers as Record<string, string>);

const district = { level: 'district' };

const stateRequest = (name = 'asked') =>
  postAlert(world.control, {
    alertKey: `state-request:${name}:${world.here}`,
    category: 'Vertical Interoperability',
    name: 'State Resync Requested',
    text: 'The state asks for a resync.',
    districtId: world.here,
    right: 'resyncBatch',
  });

test('the end of a run is posted with its outcome, signed, to the district’s and the state’s endpoints that ask for it', () =>
  withWorker(world, async () => {
    const [here, other, state, deaf] = [
      await endpoint(),
      await endpoint(),
      await endpoint(),
      await endpoint(),
    ];
    const mine = await register(world, 'here', here.url, ['completion']);
    await register(world, 'other', other.url);
    const states = await register(world, 'state', state.url);
    await register(world, 'here', deaf.url, ['incompletion', 'stateRequest', 'mandatoryDue']);
    const resyncId = await runOf(world, 'here');
    await until('both are told', () => here.received.length > 0 && state.received.length > 0);
    const told = verified(mine.secret, here.received[0]!);
    expect(told).toEqual({
      type: 'resync.finished',
      timestamp: expect.any(String) as string,
      data: {
        resyncId,
        districtId: world.here,
        schoolYear: 2027,
        scenario: 'OTHER',
        initiator: 'district',
        status: 'finished',
        color: 'green',
        colorWithoutExclusions: 'green',
        totals: expect.objectContaining({ processed: 10, inserted: 10, errors: 0 }) as object,
        message: null,
        requestedAt: expect.any(String) as string,
        startedAt: expect.any(String) as string,
        endedAt: expect.any(String) as string,
      },
    });
    expect(verified(states.secret, state.received[0]!)).toEqual(told);
    expect([other.received, deaf.received]).toEqual([[], []]);
    const [delivery] = await until(
      'it is noted',
      () => deliveries(world, 'here', mine.webhookId),
      ([first]) => first?.status !== 'pending',
    );
    expect(delivery).toMatchObject({
      messageId: here.received[0]!.headers['webhook-id'],
      name: 'Resync Completed',
      status: 'delivered',
      attempts: 1,
      lastAnswer: '204',
    });

    const handle = world.temporal.workflow.getHandle(noticesWorkflowId(resyncId));
    await handle.result();
    const history = temporal.api.history.v1.History.encode(await handle.fetchHistory()).finish();
    const text = Buffer.from(history).toString('utf8');
    expect(text).toContain('deliverNotice');
    for (const kept of [here.url, `127.0.0.1:${here.port}`, mine.secret, delivery!.messageId])
      expect(text).not.toContain(kept);
  }));

test('a failed attempt is made again under the same webhook-id with the same body, and holds up no other endpoint', () =>
  withWorker(world, async () => {
    const moody = await endpoint((response, before) => response.writeHead(before === 0 ? 503 : 200).end());
    const mute = await endpoint(() => {});
    const prompt = await endpoint();
    const { webhookId, secret } = await register(world, 'here', moody.url);
    const { webhookId: unanswered } = await register(world, 'here', mute.url);
    await register(world, 'here', prompt.url);
    await runOf(world, 'here');
    await until('the moody one takes it', () => moody.received.length === 2);
    const [first, second] = moody.received as [Received, Received];
    expect(second.headers['webhook-id']).toBe(first.headers['webhook-id']);
    expect(second.body).toBe(first.body);
    verified(secret, second);
    await until('the others are told', () => prompt.received.length > 0 && mute.received.length > 0);
    expect(prompt.received).toHaveLength(1);
    // The one that never answers is still waited for.
    expect(await deliveries(world, 'here', unanswered)).toMatchObject([{ deliveredAt: null }]);
    expect(first.headers['webhook-id']).not.toBe(prompt.received[0]!.headers['webhook-id']);
    await until('it is noted', async () => {
      const [delivery] = await deliveries(world, 'here', webhookId);
      return delivery?.status === 'delivered' && delivery.attempts === 2;
    });
  }));

test('an endpoint that answers 410 Gone is posted to no more, and its owner alone is told by an alert', () =>
  withWorker(world, async () => {
    const extra = await endpoint((response) => response.writeHead(410).end());
    const { webhookId } = await register(world, 'here', extra.url);
    await stateRequest('first');
    await pass(world);
    await until('it was told', () => extra.received.length === 1);
    const alertsOf = async (who: 'here' | 'state') =>
      ((await call(world, who, 'get', '/alerts')).body as { items: AlertView[] }).items;
    const known = await until(
      'its owner knows',
      () => alertsOf('here'),
      ({ length }) => length === 2,
    );
    // Both may be of one second.
    const failed = known.find(({ name }) => name === 'Notice Not Delivered');
    expect(failed?.text).toContain(webhookId);
    expect(await alertsOf('state')).toHaveLength(1);
    await stateRequest('second');
    await pass(world);
    expect(await deliveries(world, 'here', webhookId)).toMatchObject([
      { status: 'failed', attempts: 1, lastAnswer: '410' },
    ]);
    const { items } = (await call(world, 'here', 'get', '/webhooks')).body as { items: object[] };
    expect(items).toMatchObject([{ disabledWhy: 'It answered 410 Gone.' }]);
  }));

test('of a state’s run a district’s endpoint is posted its id and that it has ended, the state’s everything', () =>
  withWorker(world, async () => {
    const [here, state] = [await endpoint(), await endpoint()];
    const mine = await register(world, 'here', here.url);
    const states = await register(world, 'state', state.url);
    const resyncId = await runOf(world, 'state', { scenario: 'STATE_REQUEST' });
    await until('both are told', () => here.received.length > 0 && state.received.length > 0);
    expect(verified(mine.secret, here.received[0]!)).toEqual({
      type: 'resync.ended',
      timestamp: expect.any(String) as string,
      data: { resyncId, status: 'ended' },
    });
    expect(verified(states.secret, state.received[0]!)).toMatchObject({
      type: 'resync.finished',
      data: { resyncId, color: 'green', totals: { processed: 10 } },
    });
    expect([here.received.length, state.received.length]).toEqual([1, 1]);
  }));

test('other alerts are posted by the pass over alerts, once however often it passes', () =>
  withWorker(world, async () => {
    const here = await endpoint();
    const { secret } = await register(world, 'here', here.url);
    await stateRequest();
    await postAlert(world.control, {
      alertKey: `due:${world.here}`,
      category: 'Vertical Interoperability',
      name: 'Start of Year Resync Due',
      text: 'Send it.',
      districtId: world.here,
      right: 'resyncBatch',
      dueAt: new Date('2026-12-01T00:00:00Z'),
    });
    await Promise.all([pass(world), pass(world)]);
    await pass(world);
    await until('both are told', () => here.received.length === 2);
    const told = here.received.map((each) => verified(secret, each) as { type: string; data: object });
    expect(told.sort((a, b) => a.type.localeCompare(b.type))).toMatchObject([
      { type: 'mandatory_resync.due', data: { dueAt: '2026-12-01T00:00:00.000Z', districtId: world.here } },
      { type: 'state_request.posted', data: { name: 'State Resync Requested' } },
    ]);
    await pass(world);
    expect(await listNotices(world.control, { olderThanSeconds: 0 })).toEqual([]);
    expect(await world.control('noticeDelivery')).toHaveLength(2);
  }));

test('a notice listed by a process that died before it was given to Temporal is found and delivered', () =>
  withWorker(world, async () => {
    const here = await endpoint();
    await register(world, 'here', here.url);
    await stateRequest('found');
    await listNotices(world.control, { olderThanSeconds: 0 });
    await pass(world);
    expect(here.received).toEqual([]);
    await world.control('noticeDelivery').update({ createdAt: '2026-11-26 00:00:00' });
    await pass(world);
    await until('it is told', () => here.received.length === 1);
  }));

test('after the last attempt the delivery has failed and its owner is told by one alert', async () => {
  const { webhookId } = await register(world, 'here', 'http://127.0.0.1:9/hook');
  await stateRequest();
  await listNotices(world.control, { olderThanSeconds: 0 });
  const { noticeDeliveryID: deliveryId } = (await world.control('noticeDelivery').first()) as {
    noticeDeliveryID: number;
  };
  for (const _ of [1, 2]) await noticeActivities(world).giveUpNotice({ deliveryId });
  expect(await deliveries(world, 'here', webhookId)).toMatchObject([{ status: 'failed', deliveredAt: null }]);
  expect(await world.control('processAlert').where({ name: 'Notice Not Delivered' })).toMatchObject([
    { text: expect.stringContaining('three days') as string },
  ]);
});

test('endpoints that never answer hold five places of a district at most, and those of nobody else', async () => {
  const mute = await endpoint(() => {});
  const prompt = await endpoint();
  for (let n = 0; n < 8; n += 1) await register(world, 'here', `${mute.url}/${n}`);
  const { webhookId } = await register(world, 'state', prompt.url, ['stateRequest']);
  await stateRequest();
  await listNotices(world.control, { olderThanSeconds: 0 });
  const { deliverNotice } = noticeActivities(world);
  const due = await world.control<{ noticeDeliveryID: number; target: string }>('noticeDelivery');
  const attempt = async ({ noticeDeliveryID }: { noticeDeliveryID: number }): Promise<string> =>
    deliverNotice({ deliveryId: noticeDeliveryID }).then(
      () => 'delivered',
      (error: Error) => error.message,
    );
  const toMute = due.filter(({ target }) => target !== webhookId);
  const attempts = toMute.map(attempt);
  await until('the first are asked', () => mute.received.length === 5);
  expect(await attempt(due.find(({ target }) => target === webhookId)!)).toBe('delivered');
  mute.dropAll();
  const waits = "The notice was not delivered: its owner's other endpoints have not answered yet.";
  const answers = await Promise.all(attempts);
  expect(answers.filter((answer) => answer === waits)).toHaveLength(3);
  const tried = await world.control('noticeDelivery').sum({ attempts: 'attempts' }).first();
  expect([Number(tried?.['attempts']), prompt.received.length]).toEqual([6, 1]);
  // Their places are free again.
  const again = toMute.filter((_, n) => answers[n] === waits).map(attempt);
  await until('the others are asked', () => mute.received.length === 8);
  mute.dropAll();
  expect(await Promise.all(again)).not.toContain(waits);
});

test.each([
  ['has lost the right', () => world.control('principalRight').where({ toolRight: 'resyncBatch' }).del()],
  ['may not read alerts', () => world.control('principalRight').where({ toolRight: 'processAlerts' }).del()],
  ['has lost the district', () => world.control('principal').where(district).update({ districts: '["x"]' })],
  ['is disabled', () => world.control('principal').where(district).update({ disabledAt: new Date() })],
])('an owner that %s since is told nothing, though the delivery was listed', async (_what, change) => {
  const here = await endpoint();
  const { webhookId } = await register(world, 'here', here.url);
  await stateRequest();
  await listNotices(world.control, { olderThanSeconds: 0 });
  const { noticeDeliveryID: deliveryId } = (await world.control('noticeDelivery').first()) as {
    noticeDeliveryID: number;
  };
  const principals = await world.control('principal').select();
  const rights = await world.control('principalRight').select();
  try {
    await change();
    await noticeActivities(world).deliverNotice({ deliveryId });
  } finally {
    for (const principal of principals as { principalID: string; districts: string | null }[]) {
      const { principalID, districts } = principal;
      await world.control('principal').where({ principalID }).update({ districts, disabledAt: null });
    }
    await world.control('principalRight').del();
    await world.control('principalRight').insert(rights);
  }
  expect(here.received).toEqual([]);
  expect(await deliveries(world, 'here', webhookId)).toMatchObject([{ status: 'dropped', attempts: 0 }]);
});

test('a webhook is its owner’s: another principal can’t list, rotate, look into or delete it', async () => {
  const { webhookId, secret } = await register(world, 'here', 'http://127.0.0.1:9/hook');
  for (const who of ['other', 'state'] as const) {
    expect((await call(world, who, 'get', '/webhooks')).body).toEqual({ items: [] });
    expect((await call(world, who, 'post', `/webhooks/${webhookId}/secret`)).status).toBe(404);
    expect((await call(world, who, 'get', `/webhooks/${webhookId}/deliveries`)).status).toBe(404);
    expect((await call(world, who, 'delete', `/webhooks/${webhookId}`)).status).toBe(404);
  }
  const listed = await call(world, 'here', 'get', '/webhooks');
  expect(listed.body).toMatchObject({ items: [{ webhookId }] });
  expect(listed.text).not.toContain('whsec_');
  const [row] = await world.control<{ secret: string }>('webhook').select();
  expect(row!.secret).toMatch(/^gcm:/);
  expect(Buffer.from(row!.secret.slice(4), 'base64').toString('latin1')).not.toContain(secret.slice(6));
  expect((await call(world, 'here', 'delete', `/webhooks/${webhookId}`)).status).toBe(204);
  expect((await call(world, 'here', 'get', '/webhooks')).body).toEqual({ items: [] });
});

test('a webhook is changed in place, keeps its secret, and not by who read what another has changed since', async () => {
  const here = await endpoint();
  const { webhookId, secret } = await register(world, 'here', 'http://127.0.0.1:9/hook');
  await world.control('webhook').update({ disabledAt: '2026-11-26 00:00:00', disabledWhy: 'gone' });
  const listed = await call(world, 'here', 'get', '/webhooks');
  const [{ version } = { version: '' }] = (listed.body as { items: { version: string }[] }).items;
  const change = (body: object, who: 'here' | 'other' = 'here') =>
    call(world, who, 'put', `/webhooks/${webhookId}`, body).set('If-Match', `"${version}"`);
  const rules = { digest: null, leastRecords: 5, onlyWorse: true };
  const changed = await change({ url: here.url, events: ['stateRequest'], rules });
  const now = { url: here.url, events: ['stateRequest'], rules, disabledAt: null };
  expect([changed.status, changed.body]).toMatchObject([200, now]);
  expect(changed.headers['etag']).toBe(`"${(changed.body as { version: string }).version}"`);
  const late = await change({ url: 'http://127.0.0.1:9/late' });
  expect([late.status, late.body]).toMatchObject([412, { errors: [{ header: 'If-Match' }] }]);
  expect((await change({ url: here.url }, 'other')).status).toBe(404);
  expect((await call(world, 'here', 'get', '/webhooks')).body).toMatchObject({ items: [now] });
  await stateRequest('after the change');
  await listNotices(world.control, { olderThanSeconds: 0 });
  const { noticeDeliveryID: deliveryId } = (await world.control('noticeDelivery').first()) as {
    noticeDeliveryID: number;
  };
  await noticeActivities(world).deliverNotice({ deliveryId });
  expect(verified(secret, here.received[0]!)).toBeTruthy();
});

test('after a secret is rotated both sign, until the former one’s day is over', async () => {
  const here = await endpoint();
  const { webhookId, secret: former } = await register(world, 'here', here.url);
  const rotated = await call(world, 'here', 'post', `/webhooks/${webhookId}/secret`);
  const { secret } = rotated.body as { secret: string };
  const deliverNext = async (name: string) => {
    await stateRequest(name);
    await listNotices(world.control, { olderThanSeconds: 0 });
    const last = (await world.control('noticeDelivery').orderBy('noticeDeliveryID', 'desc').first()) as {
      noticeDeliveryID: number;
    };
    await noticeActivities(world).deliverNotice({ deliveryId: last.noticeDeliveryID });
    return here.received.at(-1)!;
  };
  const during = await deliverNext('during');
  for (const each of [secret, former]) expect(verified(each, during)).toBeTruthy();
  await world.control('webhook').update({ previousUntil: '2026-11-26 00:00:00' });
  const after = await deliverNext('after');
  expect(verified(secret, after)).toBeTruthy();
  expect(() => verified(former, after)).toThrow();
});

test('more than twenty webhooks of one principal are refused', async () => {
  for (let i = 0; i < 20; i++) await register(world, 'here', `http://127.0.0.1:9/${i}`);
  const answer = await call(world, 'here', 'post', '/webhooks', { url: 'http://127.0.0.1:9/one-more' });
  expect(answer.status).toBe(409);
  await register(world, 'state', 'http://127.0.0.1:9/mine');
});

test('of another issuer’s principals, whom no table of ours has, what they might see last counts', async () => {
  const foreign = { principalId: 'oidc:somebody', level: 'district', districts: [world.here] } as const;
  const rightsOf = async () =>
    (await readNoticeOwners(world.control, ['oidc:somebody'])).map(({ rights }) => rights);
  expect(await rightsOf()).toEqual([]);
  await noteNoticeOwner(world.control, { ...foreign, rights: ['resyncBatch', 'processAlerts'] });
  expect(await rightsOf()).toEqual([['resyncBatch', 'processAlerts']]);
  await noteNoticeOwner(world.control, { ...foreign, rights: ['resyncBatch'] });
  expect(await rightsOf()).toEqual([]);
});
