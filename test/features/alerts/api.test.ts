import request from 'supertest';
import { type AlertView, listAlerts, markAlertRead } from '../../../src/features/alerts/read';
import { finishObject } from '../../../src/features/resyncs/object-store';
import { postAlert } from '../../../src/features/alerts/post';
import { reconcile } from '../../../src/features/resyncs/reconcile';
import { finishResync } from '../../../src/features/resyncs/store';
import { toolRights } from '../../../src/domain/rights';
import type { ResyncRequest } from '../../../src/domain/resync';
import { ledgerPage, runningResync } from '../../support/control-database';
import { apiWorld, type ApiWorld } from '../../support/api-world';

let world: ApiWorld;
beforeAll(async () => (world = await apiWorld()));
afterAll(() => world.close());
beforeEach(async () => {
  await world.control('alertState').del();
  await world.control('processAlert').del();
});

type Who = keyof ApiWorld['as'];
const call = (who: Who, method: 'get' | 'post' | 'delete', path: string, body?: object) => {
  const sent = request(world.app)[method](`/api/v1${path}`).set('Authorization', world.as[who]);
  return body ? sent.send(body) : sent;
};
const alertsOf = async (who: Who, query = ''): Promise<AlertView[]> => {
  const answer = await call(who, 'get', `/alerts${query}`);
  expect(answer.status).toBe(200);
  return (answer.body as { items: AlertView[] }).items;
};
const namesOf = async (who: Who, query = '') => (await alertsOf(who, query)).map(({ name }) => name).sort();

const post = (name: string, over: Partial<Parameters<typeof postAlert>[1]> = {}) =>
  postAlert(world.control, {
    alertKey: name,
    category: 'Vertical Interoperability',
    name,
    text: `About ${name}.`,
    districtId: world.here,
    right: 'resyncBatch',
    ...over,
  });

/** A run of one object with ten records, as the books have it. */
async function endedRun(
  resyncId: string,
  status: 'finished' | 'failed',
  over: Partial<ResyncRequest> = {},
): Promise<void> {
  await runningResync(world.control, resyncId, ['PlantedObject'], { districtId: world.here, ...over });
  await ledgerPage(world.control, { resyncId, object: 'PlantedObject', read: 4711 }, { inserted: 4711 });
  if (status === 'finished')
    await finishObject(world.control, { resyncId, object: 'PlantedObject', status: 'finished' });
  const message = status === 'failed' ? 'PlantedObject: planted reason.' : null;
  for (const _ of [1, 2]) await finishResync(world.control, { resyncId, status, message });
}

test('an alert reaches the principals of its district and the state’s, one without a district only the state’s', async () => {
  await post('of here');
  await post('of other', { districtId: world.other });
  await post('of nobody', { districtId: null });
  await post('of here, for the state', { level: 'state' });
  await post('of here, for the district', { level: 'district' });
  expect(await namesOf('here')).toEqual(['of here', 'of here, for the district']);
  expect(await namesOf('other')).toEqual(['of other']);
  expect(await namesOf('state')).toEqual(['of here', 'of here, for the state', 'of nobody', 'of other']);
});

test('an alert reaches only principals with its right, and one for a single principal nobody else', async () => {
  await post('errors', { right: 'errorLog' });
  await post('mine', { principalId: 'me', districtId: null });
  const reader = (rights: readonly (typeof toolRights)[number][], principalId = 'me') =>
    ({ principalId, level: 'district', districts: [world.here], rights }) as const;
  const names = async (who: ReturnType<typeof reader>) =>
    (await listAlerts(world.control, who)).items.map(({ name }) => name).sort();
  expect(await names(reader(toolRights))).toEqual(['errors', 'mine']);
  expect(await names(reader(['resyncBatch']))).toEqual(['mine']);
  expect(await names(reader(toolRights, 'you'))).toEqual(['errors']);
  expect(await names(reader([]))).toEqual([]);
  const unreachable: unknown = await world.control('processAlert').where({ name: 'errors' }).first();
  const id = (unreachable as { processAlertID: number }).processAlertID;
  await expect(markAlertRead(world.control, reader(['resyncBatch']), id)).rejects.toThrow('no such alert');
});

test('a state’s principal of named districts sees their alerts and the state’s own', async () => {
  for (const name of ['of here', 'of other'])
    await post(name, { districtId: world[name.slice(3) as Who & 'here'] });
  await post('of nobody', { districtId: null });
  const reader = {
    principalId: 'regional',
    level: 'state',
    districts: [world.other],
    rights: toolRights,
  } as const;
  const { items } = await listAlerts(world.control, reader);
  expect(items.map(({ name }) => name).sort()).toEqual(['of nobody', 'of other']);
});

test('an alert is read and deleted for oneself: others still see it', async () => {
  await post('one');
  await post('two');
  const [first] = await alertsOf('here');
  const { alertId } = first!;
  const read = await call('here', 'post', `/alerts/${alertId}/read`);
  expect(read.body).toEqual({ ...first, read: true });
  expect(await namesOf('here', '?unread=true')).toHaveLength(1);
  expect((await alertsOf('state')).map((alert) => alert.read)).toEqual([false, false]);
  expect((await call('here', 'delete', `/alerts/${alertId}`)).status).toBe(204);
  expect(await alertsOf('here')).toHaveLength(1);
  expect(await alertsOf('state')).toHaveLength(2);
  expect((await call('here', 'delete', `/alerts/${alertId}`)).status).toBe(404);
  expect((await call('here', 'post', `/alerts/${alertId}/read`)).status).toBe(404);
});

test('an alert that doesn’t reach the caller is not there: not to read, to delete, nor to delete among others', async () => {
  await post('mine');
  await post('theirs', { districtId: world.other });
  await post('the state’s', { level: 'state' });
  const ids = (await alertsOf('state')).map(({ alertId }) => alertId);
  const mine = (await alertsOf('here'))[0]!.alertId;
  for (const id of ids.filter((other) => other !== mine)) {
    expect((await call('here', 'post', `/alerts/${id}/read`)).status).toBe(404);
    expect((await call('here', 'delete', `/alerts/${id}`)).status).toBe(404);
  }
  const answer = await call('here', 'post', '/alerts/delete', { ids: [...ids, 999_999_999] });
  expect(answer.body).toEqual({ deleted: [mine] });
  expect(await alertsOf('here')).toEqual([]);
  expect(await alertsOf('other')).toHaveLength(1);
});

test('alerts are found by the days they were posted on, both included', async () => {
  for (const day of ['2026-11-01', '2026-11-15', '2026-11-30']) {
    await post(day);
    await world
      .control('processAlert')
      .where({ name: day })
      .update({ postedAt: `${day} 23:59:59.999` });
  }
  expect(await namesOf('here', '?from=2026-11-15')).toEqual(['2026-11-15', '2026-11-30']);
  expect(await namesOf('here', '?to=2026-11-15')).toEqual(['2026-11-01', '2026-11-15']);
  expect(await namesOf('here', '?from=2026-11-02&to=2026-11-29')).toEqual(['2026-11-15']);
  expect(await namesOf('here', '?from=2026-11-16T00:00:00Z')).toEqual(['2026-11-30']);
  const refused = await call('here', 'get', '/alerts?from=yesterday');
  expect([refused.status, refused.body]).toMatchObject([400, { errors: [{ parameter: 'from' }] }]);
});

test('pages of alerts go on where the last one ended, with each alert once', async () => {
  for (let i = 0; i < 5; i++) await post(`alert ${i}`);
  // All posted in the same millisecond: only the id tells them apart.
  await world.control('processAlert').update({ postedAt: '2026-11-26 08:00:00.000' });
  const seen: string[] = [];
  let cursor = '';
  do {
    const answer = await call('here', 'get', `/alerts?limit=2${cursor && `&cursor=${cursor}`}`);
    const page = answer.body as { items: AlertView[]; nextCursor: string | null };
    seen.push(...page.items.map(({ name }) => name));
    cursor = page.nextCursor ?? '';
  } while (cursor);
  expect(seen).toEqual(['alert 4', 'alert 3', 'alert 2', 'alert 1', 'alert 0']);
});

test('a finished run posts "Resync Completed" once, with color, processed and errors', async () => {
  await endedRun('completed', 'finished');
  for (const who of ['here', 'state'] as const) {
    expect(await alertsOf(who)).toMatchObject([
      {
        category: 'Vertical Interoperability',
        name: 'Resync Completed',
        text: expect.stringContaining('green, 4711 records processed, 0 errors.') as string,
        resyncId: 'completed',
        districtId: world.here,
      },
    ]);
  }
  expect(await alertsOf('other')).toEqual([]);
});

test('a run that failed, or was lost, posts "Resync Incomplete" with what to do next', async () => {
  await endedRun('gave-up', 'failed');
  expect((await alertsOf('here'))[0]).toMatchObject({
    name: 'Resync Incomplete',
    text: expect.stringMatching(/gave-up.*failed.*Open it.*again.*PlantedObject: planted reason/) as string,
  });
  await runningResync(world.control, 'extra', ['School'], { districtId: world.here });
  await reconcile(world.control, () => Promise.resolve('ended'));
  expect((await alertsOf('here'))[0]).toMatchObject({
    name: 'Resync Incomplete',
    resyncId: 'extra',
    text: expect.stringMatching(/lost.*send it again/) as string,
  });
});

test('of a state’s run the district is told that it has ended and nothing else, however it went', async () => {
  const state = { initiator: 'state', scenario: 'STATE_REQUEST', objects: ['PlantedObject'] } as const;
  await endedRun('states-good', 'finished', state);
  await endedRun('states-bad', 'failed', state);
  const seen = await alertsOf('here');
  expect(seen.map(({ name, text }) => [name, text.replace(/states-\w+/, 'X')])).toEqual(
    Array.from({ length: 2 }, () => [
      'State Resync Ended',
      `The resync X of ${world.here} that the state asked for has ended.`,
    ]),
  );
  expect(JSON.stringify(seen)).not.toMatch(/4711|Planted|planted|green|red|failed|finished/);
  expect(await namesOf('state')).toEqual(['Resync Completed', 'Resync Incomplete']);
});
