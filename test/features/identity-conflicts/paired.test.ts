import request from 'supertest';
import { closeReleasedTask, keepTransferTasks } from '../../../src/features/identity-conflicts/alerts';
import { readIdentityConflict } from '../../../src/features/identity-conflicts/store';
import { finishObject } from '../../../src/features/resyncs/object-store';
import { ledgerPage, requestOf, runningResync } from '../../support/control-database';
import { apiWorld, type ApiWorld } from '../../support/api-world';

/** A record that one district sends and another holds: one task with two ends. */

let world: ApiWorld;
beforeAll(async () => {
  world = await apiWorld();
});
afterAll(() => world.close());

interface Item {
  readonly id: number;
  readonly side: string;
  readonly name?: string;
  readonly closedAt?: string | null;
}

const get = async (header: string, path: string): Promise<Item[]> => {
  const answer = await request(world.app).get(`/api/v1${path}`).set('Authorization', header);
  expect([path, answer.status]).toEqual([path, 200]);
  return (answer.body as { items: Item[] }).items;
};
const conflicts = (header: string, district: string) =>
  get(header, `/districts/${district}/identity-conflicts`);
const tasks = async (header: string) =>
  (await get(header, '/alerts')).filter(({ name }) => name === 'Records Held by Another District');
const open = async (header: string) => (await tasks(header)).filter(({ closedAt }) => closedAt === null);

/** A whole run of Course by the first district, with records that the second holds. */
async function run(resyncId: string, keys: readonly string[], initiator: 'district' | 'state' = 'district') {
  const over = { districtId: world.here, initiator } as const;
  await runningResync(world.control, resyncId, ['Course'], over);
  await world.control('DISBatchHistory').where({ resyncID: resyncId }).update({ districtID: world.here });
  for (const key of keys)
    await world.control('recordError').insert({
      ...{ resyncID: resyncId, districtID: world.here, objectName: 'Course', recordKey: `["${key}"]` },
      ...{ guid: `guid-${key}`, outcome: 'failed', code: 'HELD_BY_DISTRICT', message: 'Held.', heldBy: '2' },
      ...{ ofState: initiator === 'state' },
    });
  const failed = keys.length;
  await ledgerPage(world.control, { resyncId, object: 'Course', read: failed + 9 }, { unchanged: 9, failed });
  await finishObject(world.control, { resyncId, object: 'Course', status: 'finished' });
  await keepTransferTasks(world.control, world.config.districts, requestOf(resyncId, over));
  await new Promise((resolve) => setTimeout(resolve, 5));
}

test('both districts and the state have the task; each district sees its own side and not who the other is', async () => {
  await run('one', ['77', '78']);
  const { here, other, as } = world;
  const sender = await conflicts(as.here, here);
  expect(sender).toMatchObject([
    { side: 'sender', key: ['77'], sentBy: here, heldBy: null, action: 'release' },
    { side: 'sender', key: ['78'] },
  ]);
  const holder = await conflicts(as.other, other);
  expect(holder).toMatchObject([
    {
      side: 'holder',
      object: 'Course',
      guid: 'guid-77',
      key: null,
      resyncId: null,
      sentBy: null,
      heldBy: null,
    },
    { side: 'holder', guid: 'guid-78' },
  ]);
  expect(JSON.stringify(holder)).not.toContain(here);
  expect(holder.map(({ id }) => id)).toEqual(sender.map(({ id }) => id));
  expect(await conflicts(as.state, other)).toMatchObject([
    { side: 'holder', key: ['77'], sentBy: here, heldBy: other },
    { side: 'holder' },
  ]);
  for (const header of [as.here, as.other, as.state]) expect(await open(header)).toHaveLength(1);
});

test('another run that finds the same makes no second task', async () => {
  await run('two', ['77', '78']);
  for (const header of [world.as.here, world.as.other, world.as.state])
    expect(await tasks(header)).toHaveLength(1);
  expect(await conflicts(world.as.other, world.other)).toHaveLength(2);
});

test('once the state has released the last record, the task is closed at both ends', async () => {
  const { as, here, other, control } = world;
  for (const [left, { id }] of [...(await conflicts(as.here, here)).entries()].reverse()) {
    await control('identityResolution').insert({ recordErrorID: id, action: 'release', resolvedBy: 'state' });
    await closeReleasedTask(control, await readIdentityConflict(control, id));
    for (const [header, district] of [
      [as.here, here],
      [as.other, other],
    ] as const) {
      expect(await conflicts(header, district)).toHaveLength(left);
      expect(await open(header)).toHaveLength(left === 0 ? 0 : 1);
    }
  }
  expect(await open(as.state)).toEqual([]);
});

test('a task is closed too when a later run no longer finds it, and opened anew when it comes back', async () => {
  const { as, here, other } = world;
  await run('three', ['79']);
  for (const header of [as.here, as.other, as.state]) expect(await open(header)).toHaveLength(1);
  await run('four', []);
  for (const header of [as.here, as.other, as.state]) expect(await open(header)).toEqual([]);
  expect(await conflicts(as.other, other)).toEqual([]);
  await run('five', ['79']);
  expect(await open(as.other)).toHaveLength(1);
  expect(await conflicts(as.here, here)).toHaveLength(1);
});

test('what a run of the state has found is no district’s to see', async () => {
  const { as, here, other } = world;
  await run('six', []);
  await run('seven', ['80'], 'state');
  expect(await open(as.state)).toHaveLength(1);
  expect([await open(as.here), await open(as.other)]).toEqual([[], []]);
  expect([await conflicts(as.here, here), await conflicts(as.other, other)]).toEqual([[], []]);
});
