import { noticeActivities } from '../../../activities/notices';
import { tellAll } from '../../../src/domain/notices';
import { listNotices } from '../../../src/features/notices/list-due';
import { postAlert } from '../../../src/features/alerts/post';
import { mailOfAlert, sendMail } from '../../../src/features/notices/send-mail';
import { apiWorld, type ApiWorld } from '../../support/api-world';
import { keepWorker, withWorker } from '../../support/api-worker';
import { until } from '../../support/until';
import { mailServer, type Taken } from './mail-server';
import { call, pass, runOf, type Who } from './support';

let world: ApiWorld;
let endWorker: () => Promise<void>;
let server: Awaited<ReturnType<typeof mailServer>>;
const refusals: Record<string, (attempt: number) => number | null> = {
  'busy@example.org': (attempt) => (attempt === 1 ? 451 : null),
  'unknown@example.org': () => 550,
};
beforeAll(async () => {
  server = await mailServer((address, attempt) => refusals[address]?.(attempt) ?? null);
  world = await apiWorld({ notices: { smtp: server.settings } });
  endWorker = await keepWorker(world);
});
afterAll(async () => {
  await endWorker();
  await world.close();
  await server.close();
});
beforeEach(async () => {
  for (const list of [server.taken, server.attempts]) list.splice(0);
  for (const table of ['noticePreference', 'noticeDelivery', 'processAlert'])
    await world.control(table).del();
});

const prefer = (who: Who, address: string, events = ['completion', 'stateRequest']) =>
  call(world, who, 'put', '/notice-preferences', { email: { address, events } });

const stateRequest = (name = 'State Resync Requested') =>
  postAlert(world.control, {
    alertKey: `asked:${world.here}`,
    category: 'Vertical Interoperability',
    name,
    text: 'The state asks for a resync.',
    districtId: world.here,
    right: 'resyncBatch',
  });

test('the end of a run is mailed in plain text to those who ask for it', () =>
  withWorker(world, async () => {
    await prefer('here', 'here@example.org');
    await prefer('other', 'other@example.org');
    await prefer('state', 'state@example.org', ['incompletion']);
    const resyncId = await runOf(world, 'here');
    await until('it is mailed', () => server.taken.length > 0);
    const [{ to, text }] = server.taken as [Taken];
    expect(to).toEqual(['here@example.org']);
    expect(text).toContain(`Subject: Resync Completed: ${world.here}`);
    expect(text).toContain('Content-Type: text/plain');
    expect(text).toMatch(/Message-ID: <msg_[0-9a-f]+@example\.org>/);
    expect(text.replace(/=\r\n/g, '').replace(/\s+/g, ' ')).toContain(
      `Resync ${resyncId} of ${world.here}, 2026-27: green, 10 records processed, 0 errors.`,
    );
    expect(server.attempts).toHaveLength(1);
  }));

test('of a state’s run a district is mailed that it has ended: no objects, counts, color nor name of the outcome', () =>
  withWorker(world, async () => {
    await prefer('here', 'here@example.org', ['completion', 'incompletion']);
    await runOf(world, 'state', { scenario: 'STATE_REQUEST' });
    await until('it is mailed', () => server.taken.length > 0);
    const { text } = server.taken[0]!;
    expect(text).toContain(`Subject: State Resync Ended: ${world.here}`);
    expect(text).not.toMatch(/green|red\b|processed|errors|School|finished|Completed/);
  }));

test('a server that is busy (451) is tried again with the same Message-ID', () =>
  withWorker(world, async () => {
    await prefer('here', 'busy@example.org');
    await stateRequest();
    await pass(world);
    await until('it is mailed', () => server.taken.length > 0);
    expect(server.attempts).toEqual(['busy@example.org', 'busy@example.org']);
    await until('it is noted', async () => {
      const [row] = await world.control<{ status: string; attempts: number }>('noticeDelivery').select();
      return row?.status === 'delivered' && row.attempts === 2;
    });
    const [row] = await world.control<{ messageID: string }>('noticeDelivery').select();
    expect(server.taken[0]!.text).toContain(`Message-ID: <${row!.messageID}@example.org>`);
  }));

test('an address that is refused for good (550) is not tried again, and its owner is told by an alert', async () => {
  await prefer('here', 'unknown@example.org');
  await stateRequest();
  await listNotices(world.control, { olderThanSeconds: 0 });
  const [row] = await world.control<{ noticeDeliveryID: number }>('noticeDelivery').select();
  const { deliverNotice } = noticeActivities(world);
  for (const _ of [1, 2]) await deliverNotice({ deliveryId: row!.noticeDeliveryID });
  expect(server.attempts).toEqual(['unknown@example.org']);
  expect(await world.control('noticeDelivery')).toMatchObject([
    { status: 'failed', attempts: 1, lastAnswer: '550' },
  ]);
  const alerts = (await call(world, 'here', 'get', '/alerts')).text;
  expect(alerts).toContain('did not reach your e-mail address: it was refused (550)');
  expect(alerts).not.toContain('planted text');
});

test('a line break in a name or an address starts no header of its own', async () => {
  const hostile = 'Resync\r\nBcc: victim@example.org\r\n\r\nHello';
  const { subject, text } = mailOfAlert(
    {
      alertId: 1,
      category: 'x',
      name: hostile,
      text: 'Text.',
      districtId: world.here,
      resyncId: null,
      postedAt: '2026-11-26T08:00:00.000Z',
      dueAt: null,
      closedAt: null,
    },
    'UTC',
  );
  const mail = { to: 'here@example.org', subject, text, messageId: 'msg_1' };
  expect(await sendMail(server.settings, mail)).toEqual({ outcome: 'sent', word: '250' });
  const { to, text: sent } = server.taken[0]!;
  expect(to).toEqual(['here@example.org']);
  expect(sent.slice(0, sent.indexOf('\r\n\r\n'))).not.toMatch(/^Bcc:/m);
  for (const address of ['a@example.org\r\nBcc: victim@example.org', 'a@example.org, b@example.org', 'x'])
    expect((await prefer('here', address)).status).toBe(422);
});

test('a server that can’t be reached, or wants another password, is tried later', async () => {
  const mail = { to: 'here@example.org', subject: 's', text: 't', messageId: 'msg_1' };
  const from = 'resync@example.org';
  expect(await sendMail({ url: 'smtp://127.0.0.1:9', from }, mail)).toEqual({
    outcome: 'later',
    word: 'ESOCKET',
  });
  const locked = server.settings.url.replace('//', '//user:wrong@');
  expect(await sendMail({ url: locked, from }, mail)).toMatchObject({ outcome: 'later' });
});

test('preferences are each principal’s own, are checked, and end with null', async () => {
  expect((await call(world, 'here', 'get', '/notice-preferences')).body).toEqual({ email: null });
  await prefer('here', 'here@example.org', ['mandatoryDue', 'mandatoryDue']);
  expect((await call(world, 'here', 'get', '/notice-preferences')).body).toEqual({
    email: { address: 'here@example.org', events: ['mandatoryDue'], rules: tellAll },
  });
  expect((await call(world, 'state', 'get', '/notice-preferences')).body).toEqual({ email: null });
  const wrong = await prefer('here', 'here@example.org', ['everything']);
  expect([wrong.status, wrong.body]).toMatchObject([422, { errors: [{ pointer: '#/email/events/0' }] }]);
  await call(world, 'here', 'put', '/notice-preferences', { email: null });
  expect((await call(world, 'here', 'get', '/notice-preferences')).body).toEqual({ email: null });
});

test('without a mail server an e-mail preference is refused, and so is a webhook to a private address', async () => {
  const plain = await apiWorld();
  try {
    const refused = await call(plain, 'here', 'put', '/notice-preferences', {
      email: { address: 'here@example.org', events: ['completion'] },
    });
    expect([refused.status, refused.text]).toEqual([409, expect.stringContaining('notices.smtp')]);
    for (const url of ['https://10.0.0.1/x', 'http://example.org/x', 'https://localhost/x', 'x']) {
      const answer = await call(plain, 'here', 'post', '/webhooks', { url });
      expect([url, answer.status, answer.body]).toMatchObject([url, 422, { errors: [{ pointer: '#/url' }] }]);
    }
    expect((await call(plain, 'here', 'post', '/webhooks', { url: 'https://example.org/x' })).status).toBe(
      201,
    );
  } finally {
    await plain.close();
  }
});
