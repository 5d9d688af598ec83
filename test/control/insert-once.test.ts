import type { Knex } from 'knex';
import { ConflictError } from '../../src/control/control-error';
import { insertOnce, type OnceRequest } from '../../src/control/insert-once';
import { doUnlessJustAsked } from '../../src/control/just-asked';
import { requestHashOf } from '../../src/control/request-hash';
import { controlDatabase } from '../support/control-database';

interface Row {
  readonly certificationID: string;
}

let database: Awaited<ReturnType<typeof controlDatabase>>;
let control: Knex;

beforeAll(async () => {
  database = await controlDatabase();
  ({ control } = database);
});
afterAll(() => database.close());

function requestOf(id: string, idempotencyKey: string | null, asked: unknown): OnceRequest {
  return {
    table: 'certification',
    columns: {
      certificationID: id,
      districtID: 'here',
      schoolYear: 2027,
      reportingDate: '2026-10-01',
      name: 'Fall count',
      certifiedBy: 'district',
      requestedBy: 'somebody',
      idempotencyKey,
    },
    asked,
  };
}

/** Which row each request got, by its id; what was refused, by its error. */
async function sentAtOnce(...requests: readonly OnceRequest[]): Promise<unknown[]> {
  const ends = await Promise.allSettled(requests.map((request) => insertOnce<Row>(control, request)));
  return ends.map((end, index) => {
    if (end.status === 'rejected') return end.reason as unknown;
    return end.value?.certificationID ?? requests[index]!.columns['certificationID'];
  });
}

const idsOf = (idempotencyKey: string): Promise<string[]> =>
  control('certification').where({ idempotencyKey }).pluck('certificationID').then();

test('of the same request sent many times at once one is stored, and all get it', async () => {
  const asked = { objects: ['Course', 'Section'], mode: 'compare' };
  const ids = Array.from({ length: 8 }, (_, index) => `same-${index}`);
  const got = await sentAtOnce(...ids.map((id) => requestOf(id, 'same', asked)));
  const [stored] = await idsOf('same');
  expect(await idsOf('same')).toHaveLength(1);
  expect(got).toEqual(ids.map(() => stored));
});

test('of two requests with one key sent at once one is stored, and the other is a conflict', async () => {
  const got = await sentAtOnce(
    requestOf('other-1', 'other', { mode: 'compare' }),
    requestOf('other-2', 'other', { mode: 'everything' }),
  );
  const stored = await idsOf('other');
  expect(stored).toHaveLength(1);
  expect(got).toContain(stored[0]);
  expect(got.filter((end) => end instanceof ConflictError)).toHaveLength(1);
});

test('the order of the fields or of a set makes no other request, the order of a key does', async () => {
  const send = (id: string, asked: unknown) => insertOnce<Row>(control, requestOf(id, 'order', asked));
  expect(await send('order-1', { a: 1, b: { c: [1, 2], d: null } })).toBeNull();
  expect(await send('order-2', { b: { d: null, c: [1, 2] }, a: 1 })).toMatchObject({
    certificationID: 'order-1',
  });
  await expect(send('order-3', { a: 1, b: { c: [2, 1], d: null } })).rejects.toThrow(ConflictError);
  const sets = { districts: ['a', 'b'], objects: ['X', 'Y'], keys: [['1', '2'], ['3']] };
  const turned = { keys: [['3'], ['1', '2']], objects: ['Y', 'X'], districts: ['b', 'a'] };
  const sendSets = (id: string, asked: unknown) => insertOnce<Row>(control, requestOf(id, 'sets', asked));
  expect(await sendSets('sets-1', sets)).toBeNull();
  expect(await sendSets('sets-2', turned)).toMatchObject({ certificationID: 'sets-1' });
  await expect(sendSets('sets-3', { ...sets, keys: [['2', '1'], ['3']] })).rejects.toThrow(ConflictError);
  await expect(sendSets('sets-4', { ...sets, districts: ['a'] })).rejects.toThrow(ConflictError);
});

test('without a key equal requests are two, and the same id is the same request', async () => {
  const asked = { mode: 'compare' };
  expect(await insertOnce(control, requestOf('free-1', null, asked))).toBeNull();
  expect(await insertOnce(control, requestOf('free-2', null, asked))).toBeNull();
  const again = { ...requestOf('free-2', null, asked), id: { certificationID: 'free-2' } };
  expect(await insertOnce<Row>(control, again)).toMatchObject({ certificationID: 'free-2' });
});

test('by its words: without a key equal requests of a moment are one, while it is under way', async () => {
  const worded = (id: string, asked: unknown, by = 'somebody'): OnceRequest => {
    const { columns, ...rest } = requestOf(id, null, asked);
    return { ...rest, columns: { ...columns, requestedBy: by }, wordedBy: 'certificationID' };
  };
  const asked = { objects: ['Course', 'Section'] };
  const ids = Array.from({ length: 8 }, (_, index) => `words-${index}`);
  const first = new Set(await sentAtOnce(...ids.map((id) => worded(id, asked))));
  expect(first.size).toBe(1);
  expect(
    await insertOnce<Row>(control, worded('words-turned', { objects: ['Section', 'Course'] })),
  ).toMatchObject({
    certificationID: [...first][0],
  });
  expect(await insertOnce(control, worded('words-other', asked, 'somebody else'))).toBeNull();
  expect(await insertOnce(control, worded('words-more', { objects: ['Course'] }))).toBeNull();

  await control('certification')
    .whereIn('certificationID', [...first] as string[])
    .update({ status: 'failed', endedAt: control.fn.now(3) });
  const second = new Set(await sentAtOnce(...ids.map((id) => worded(`${id}-ended`, asked))));
  expect([...second]).toEqual([expect.stringContaining('-ended')]);

  await control('justAsked').update({ askedAt: control.raw('UTC_TIMESTAMP(3) - INTERVAL 10 SECOND') });
  const third = new Set(await sentAtOnce(...ids.map((id) => worded(`${id}-late`, asked))));
  expect([...third]).toEqual([expect.stringContaining('-late')]);
});

test('what stores nothing is done once for the same words of a moment, and again when it came to nothing', async () => {
  const words = { kind: 'firing', requestedBy: 'somebody', requestHash: requestHashOf('fire') };
  let done = 0;
  const fire = (id: string) =>
    doUnlessJustAsked(control, { ...words, id }, () => {
      done += 1;
      return Promise.resolve();
    });
  const failing = doUnlessJustAsked(control, { ...words, id: 'no' }, () => Promise.reject(new Error('no')));
  await expect(failing).rejects.toThrow('no');
  const ends = await Promise.all(['1', '2', '3', '4'].map(fire));
  expect([done, ends.filter(Boolean).length]).toEqual([1, 1]);
});

test('what belongs to a request is stored with it or not at all', async () => {
  const storeMore = (): Promise<void> => Promise.reject(new Error('no'));
  await expect(insertOnce(control, { ...requestOf('more', 'more', {}), storeMore })).rejects.toThrow('no');
  expect(await idsOf('more')).toEqual([]);
});
