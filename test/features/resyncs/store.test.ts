import type { Knex } from 'knex';
import { ConflictError, ControlError, NotFoundError } from '../../../src/control/control-error';
import { openControl } from '../../../src/control/database';
import { releaseLease, takeLease } from '../../../src/features/resyncs/lease';
import { readResyncHead } from '../../../src/features/resyncs/read';
import { finishResync, insertResync, loadResync, setResyncStatus } from '../../../src/features/resyncs/store';
import { finishObject } from '../../../src/features/resyncs/object-store';
import { planObjects } from '../../../src/features/resyncs/planned-objects';
import {
  controlDatabase,
  district,
  ledgerPage,
  requestOf,
  runningResync,
  schoolYear,
  someCatalog,
} from '../../support/control-database';

let control: Knex;
let close: () => Promise<void>;
beforeAll(async () => ({ control, close } = await controlDatabase()));
afterAll(() => close());

test('20 parallel requests with one idempotency key store one resync', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      insertResync(control, {
        catalogHash: someCatalog,
        request: requestOf(`parallel-${i}`),
        idempotencyKey: 'parallel',
      }),
    ),
  );
  expect(new Set(answers.map(({ request }) => request.resyncId)).size).toBe(1);
  expect(answers.filter(({ created }) => created)).toHaveLength(1);
  expect(await control('resync').where({ idempotencyKey: 'parallel' })).toHaveLength(1);
});

test('an idempotency key of another requester or none at all starts another resync', async () => {
  await insertResync(control, {
    catalogHash: someCatalog,
    request: requestOf('own-1'),
    idempotencyKey: 'own',
  });
  const other = await insertResync(control, {
    catalogHash: someCatalog,
    request: requestOf('own-2', { requestedBy: 'somebody else' }),
    idempotencyKey: 'own',
  });
  const none = await insertResync(control, { catalogHash: someCatalog, request: requestOf('own-3') });
  const noneAgain = await insertResync(control, { catalogHash: someCatalog, request: requestOf('own-4') });
  expect([other, none, noneAgain].map(({ created }) => created)).toEqual([true, true, true]);
});

test('an idempotency key with another body is refused and changes nothing', async () => {
  await insertResync(control, {
    catalogHash: someCatalog,
    request: requestOf('body-1'),
    idempotencyKey: 'body',
  });
  const again = insertResync(control, {
    catalogHash: someCatalog,
    request: requestOf('body-2', { objects: ['School'] }),
    idempotencyKey: 'body',
  });
  await expect(again).rejects.toThrow(ConflictError);
  expect((await loadResync(control, 'body-1')).request.objects).toBe('all');
  await expect(loadResync(control, 'body-2')).rejects.toThrow(NotFoundError);
});

test('an ended resync stays ended', async () => {
  await insertResync(control, { catalogHash: someCatalog, request: requestOf('ended') });
  await setResyncStatus(control, { resyncId: 'ended', status: 'running' });
  await finishResync(control, { resyncId: 'ended', status: 'cancelled', message: 'Cancelled by a test.' });
  await expect(setResyncStatus(control, { resyncId: 'ended', status: 'running' })).rejects.toThrow(
    'can’t become running',
  );
  const again = await finishResync(control, { resyncId: 'ended', status: 'finished' });
  expect(again).toMatchObject({ status: 'cancelled', color: 'red', message: 'Cancelled by a test.' });
});

test('a run keeps the time it first ran at over pause and resume', async () => {
  await insertResync(control, { catalogHash: someCatalog, request: requestOf('pause') });
  const startedAt = async () => (await readResyncHead(control, 'pause')).startedAt;
  await setResyncStatus(control, { resyncId: 'pause', status: 'running' });
  const first = await startedAt();
  await setResyncStatus(control, { resyncId: 'pause', status: 'paused' });
  await setResyncStatus(control, { resyncId: 'pause', status: 'running' });
  expect(first).not.toBeNull();
  expect(await startedAt()).toBe(first);
});

test('a run is finished only when every object finished, and has the worst color of them', async () => {
  await runningResync(control, 'worst', ['School', 'Course']);
  await ledgerPage(control, { resyncId: 'worst', object: 'School', read: 3 }, { inserted: 3 });
  await ledgerPage(
    control,
    { resyncId: 'worst', object: 'Course', read: 200 },
    { unchanged: 199, failed: 1 },
  );
  await control('recordError').insert({
    resyncID: 'worst',
    districtID: district,
    objectName: 'Course',
    recordKey: '["1"]',
    outcome: 'failed',
    code: 'X',
    message: 'x',
  });
  for (const object of ['School', 'Course'])
    await finishObject(control, { resyncId: 'worst', object, status: 'finished' });
  const end = await finishResync(control, { resyncId: 'worst', status: 'finished' });
  expect(end).toMatchObject({
    status: 'finished',
    color: 'yellow',
    counts: { inserted: 3, unchanged: 199 },
  });
});

test('a run whose object gave up is failed and red whatever it was told, with the open objects closed', async () => {
  await runningResync(control, 'gave-up', ['School']);
  await planObjects(control, {
    resyncId: 'gave-up',
    districtId: district,
    schoolYear,
    objects: ['School', 'Course'],
  });
  await ledgerPage(control, { resyncId: 'gave-up', object: 'School', read: 2, last: false }, { inserted: 2 });
  const end = await finishResync(control, { resyncId: 'gave-up', status: 'finished' });
  expect(end).toMatchObject({ status: 'failed', color: 'red', counts: { inserted: 2 } });
  const rows = (await control('DISBatchHistory')
    .where({ resyncID: 'gave-up' })
    .orderBy('position')) as object[];
  expect(rows).toMatchObject([
    { objectName: 'School', status: 'failed', color: 'red', inserted: 2 },
    { objectName: 'Course', status: 'skipped', color: 'red' },
  ]);
});

test('each taking of a lease has a higher epoch, for the same resync too, and after a release; each year has its own', async () => {
  const lease = { districtId: 'lease-district', schoolYear: 2027, resyncId: 'a' };
  const epochs = [await takeLease(control, lease), await takeLease(control, lease)];
  expect(await releaseLease(control, { ...lease, resyncId: 'b' })).toBe(false);
  expect(await releaseLease(control, lease)).toBe(true);
  epochs.push(await takeLease(control, { ...lease, resyncId: 'b' }));
  expect(epochs).toEqual([1, 2, 4]);
  expect(await takeLease(control, { ...lease, schoolYear: 2026 })).toBe(1);
});

test('parallel takings of a lease never share an epoch', async () => {
  const epochs = await Promise.all(
    Array.from({ length: 8 }, (_, i) =>
      takeLease(control, { districtId: 'busy-district', schoolYear: 2027, resyncId: `r${i}` }),
    ),
  );
  expect(new Set(epochs).size).toBe(8);
});

test('errors of the database carry neither statement nor value', async () => {
  const planted = 'planted-student-4711';
  const failing = [
    () => control('recordError').insert({ recordErrorID: planted }),
    () => control.raw(`SELECT '${planted}' FROM nowhere`),
    () => control.transaction((transaction) => transaction('resync').insert({ resyncID: planted.repeat(9) })),
  ];
  for (const work of failing) {
    const error = await Promise.resolve(work()).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ControlError);
    const { message, stack } = error as Error;
    expect(`${message} ${stack} ${JSON.stringify(error)}`).not.toMatch(/4711|insert|select/i);
  }
});

test('a server that is away is told as a lost connection', async () => {
  const away = openControl('mysql://nobody:secret@127.0.0.1:1/control');
  try {
    await expect(away.raw('SELECT 1')).rejects.toMatchObject({ name: 'ControlError', kind: 'connection' });
  } finally {
    await away.destroy();
  }
});
