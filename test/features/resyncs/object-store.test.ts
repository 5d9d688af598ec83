import type { Knex } from 'knex';
import { ConflictError } from '../../../src/control/control-error';
import {
  closeEmptyObjects,
  finishObject,
  finishObjects,
  startObject,
  startObjects,
} from '../../../src/features/resyncs/object-store';
import { countRanges, loadRange, saveRanges } from '../../../src/features/resyncs/range-store';
import { OutcomeInvariantError } from '../../../src/domain/outcome';
import { controlDatabase, ledgerPage, runningResync, storedError } from '../../support/control-database';

let control: Knex;
let close: () => Promise<void>;
beforeAll(async () => ({ control, close } = await controlDatabase()));
afterAll(() => close());

const object = 'School';
const rowOf = (resyncId: string): Promise<object> =>
  control('DISBatchHistory').where({ resyncID: resyncId, objectName: object }).first() as Promise<object>;

test('an object is closed with the sums of its ledger, its errors and its color', async () => {
  await runningResync(control, 'sums', [object]);
  await ledgerPage(control, { resyncId: 'sums', object, read: 150, last: false }, { inserted: 150 });
  await ledgerPage(
    control,
    { resyncId: 'sums', object, pageNo: 1, read: 50 },
    { updated: 49, failed: 1, extra: 2 },
  );
  await storedError(control, { resyncId: 'sums', object, key: '1' });
  await finishObject(control, { resyncId: 'sums', object, status: 'finished' });
  expect(await rowOf('sums')).toMatchObject({
    status: 'finished',
    color: 'yellow',
    recordsRead: 200,
    processed: 200,
    inserted: 150,
    updated: 49,
    failed: 1,
    extra: 2,
    errors: 1,
    ranges: 1,
  });
});

test('an object whose range is not complete can’t be finished', async () => {
  await runningResync(control, 'half', [object]);
  await ledgerPage(control, { resyncId: 'half', object, read: 1, last: false }, { inserted: 1 });
  const end = finishObject(control, { resyncId: 'half', object, status: 'finished' });
  await expect(end).rejects.toThrow('0 of 1 ranges are complete');
  expect(await rowOf('half')).toMatchObject({ status: 'running', color: 'gray', processed: 0 });
});

test('a record that was read but not accounted for stops the object', async () => {
  await runningResync(control, 'short', [object]);
  await ledgerPage(control, { resyncId: 'short', object, read: 10 }, { inserted: 9 });
  const end = finishObject(control, { resyncId: 'short', object, status: 'finished' });
  await expect(end).rejects.toThrow(/10 records were read but 9/);
});

test('an error that was counted but not stored stops the object', async () => {
  await runningResync(control, 'unstored', [object]);
  await ledgerPage(control, { resyncId: 'unstored', object, read: 10 }, { inserted: 9, blocked: 1 });
  const end = finishObject(control, { resyncId: 'unstored', object, status: 'finished' });
  await expect(end).rejects.toThrow(OutcomeInvariantError);
});

test('a cancelled object is red and keeps the counts of what was committed', async () => {
  await runningResync(control, 'stopped', [object]);
  await ledgerPage(control, { resyncId: 'stopped', object, read: 5, last: false }, { inserted: 5 });
  await finishObject(control, {
    resyncId: 'stopped',
    object,
    status: 'cancelled',
    message: 'Cancelled by a test.',
  });
  expect(await rowOf('stopped')).toMatchObject({ status: 'cancelled', color: 'red', processed: 5 });
  await expect(finishObject(control, { resyncId: 'stopped', object, status: 'finished' })).rejects.toThrow(
    ConflictError,
  );
});

test('a finished object is counted anew after its blocked records were retried', async () => {
  await runningResync(control, 'retried', [object]);
  await ledgerPage(control, { resyncId: 'retried', object, read: 10 }, { inserted: 9, blocked: 1 });
  await storedError(control, { resyncId: 'retried', object, key: '1', outcome: 'blocked' });
  await finishObject(control, { resyncId: 'retried', object, status: 'finished' });
  expect(await rowOf('retried')).toMatchObject({ color: 'red', blocked: 1 });

  await ledgerPage(
    control,
    { resyncId: 'retried', object, rangeNo: -1, read: 0 },
    { inserted: 1, blocked: -1 },
  );
  await control('recordError').where({ resyncID: 'retried' }).del();
  await finishObject(control, { resyncId: 'retried', object, status: 'finished' });
  expect(await rowOf('retried')).toMatchObject({ color: 'green', inserted: 10, blocked: 0, errors: 0 });
});

test('bounds are frozen: ranges cut again by a repeated activity don’t replace the first', async () => {
  await runningResync(control, 'frozen', []);
  await runningResync(control, 'frozen-2', [object]);
  const ranges = [
    { rangeNo: 0, after: null, upTo: ['100', 'é"'] },
    { rangeNo: 1, after: ['100', 'é"'], upTo: null },
  ];
  const save = () =>
    saveRanges(control, { resyncId: 'frozen-2', cuts: new Map([[object, { ranges, keyOrder: null }]]) });
  expect(await save()).toEqual(new Map([[object, 1]]));
  expect(await countRanges(control, { resyncId: 'frozen-2', objects: [object] })).toEqual(
    new Map([[object, 1]]),
  );
  await control('resyncRange').where({ resyncID: 'frozen-2' }).del();
  expect(await save()).toEqual(new Map([[object, 2]]));
  expect(await loadRange(control, { resyncId: 'frozen-2', object, rangeNo: 1 })).toEqual(ranges[1]);
});

test('objects closed together: one whose books don’t add up stays open, the others are closed, once', async () => {
  const resyncId = 'together';
  const objects = ['School', 'Calendar', 'Roster', 'Day', 'Unplanned'];
  await runningResync(control, resyncId, objects.slice(0, 4));
  await control('DISBatchHistory').where({ resyncID: resyncId }).update({ status: 'waiting' });
  await finishObject(control, { resyncId, object: 'Day', status: 'cancelled' });
  expect(await startObjects(control, { resyncId, objects })).toEqual(
    new Map([
      ...['School', 'Calendar', 'Roster'].map((name) => [name, 'running'] as const),
      ['Day', 'cancelled'],
    ]),
  );
  await ledgerPage(control, { resyncId, object: 'School', read: 2 }, { unchanged: 2 });
  await ledgerPage(control, { resyncId, object: 'Calendar', read: 2, last: false }, { unchanged: 2 });
  await ledgerPage(control, { resyncId, object: 'Roster', read: 3 }, { inserted: 2, failed: 1 });
  await ledgerPage(control, { resyncId, object: 'Day', read: 1 }, { unchanged: 1 });
  await storedError(control, { resyncId, object: 'Roster', key: '1' });
  const finish = async () =>
    (await finishObjects(control, { resyncId, objects })).map(({ object: name, color }) => [name, color]);
  const both = [
    ['School', 'green'],
    ['Roster', 'red'],
  ];
  expect(await finish()).toEqual(both);
  expect(await finish()).toEqual(both);
  const left = await control('DISBatchHistory').where({ resyncID: resyncId }).orderBy('position');
  expect(left.map(({ status }: { status: string }) => status)).toEqual([
    'finished',
    'running',
    'finished',
    'cancelled',
  ]);
});

test('starting an object twice keeps its first start, and an ended one can’t be started', async () => {
  await runningResync(control, 'twice', [object]);
  const first = await rowOf('twice');
  await startObject(control, { resyncId: 'twice', object });
  expect(await rowOf('twice')).toEqual(first);
  await finishObject(control, { resyncId: 'twice', object, status: 'failed', message: 'x' });
  await expect(startObject(control, { resyncId: 'twice', object })).rejects.toThrow(ConflictError);
});

test('objects without a record are closed at once, complete and green, and only once', async () => {
  const resyncId = 'nothing';
  await runningResync(control, resyncId, [object, 'Calendar', 'Day']);
  // As the plan leaves them.
  await control('DISBatchHistory')
    .where({ resyncID: resyncId })
    .update({ status: 'waiting', startedAt: null });
  const close = () => closeEmptyObjects(control, { resyncId, objects: [object, 'Calendar'] });
  expect(await close()).toEqual(new Set([object, 'Calendar']));
  const first = await rowOf(resyncId);
  expect(first).toMatchObject({ status: 'finished', color: 'green', recordsRead: 0, ranges: 1, errors: 0 });
  // A repeated plan that finds them no longer empty gets the same answer.
  expect(await closeEmptyObjects(control, { resyncId, objects: [] })).toEqual(new Set([object, 'Calendar']));
  expect(await close()).toEqual(new Set([object, 'Calendar']));
  expect(await rowOf(resyncId)).toEqual(first);
  // Counted anew they come to the same: every range is complete.
  expect(await finishObject(control, { resyncId, object, status: 'finished' })).toMatchObject({
    ...{ status: 'finished', color: 'green', read: 0 },
  });
});
