import type { Knex } from 'knex';
import { ConflictError } from '../../src/control/control-error';
import { insertOnce, type OnceRequest } from '../../src/control/insert-once';
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

test('the order of the fields makes no other request, the order of a list does', async () => {
  const send = (id: string, asked: unknown) => insertOnce<Row>(control, requestOf(id, 'order', asked));
  expect(await send('order-1', { a: 1, b: { c: [1, 2], d: null } })).toBeNull();
  expect(await send('order-2', { b: { d: null, c: [1, 2] }, a: 1 })).toMatchObject({
    certificationID: 'order-1',
  });
  await expect(send('order-3', { a: 1, b: { c: [2, 1], d: null } })).rejects.toThrow(ConflictError);
});

test('without a key equal requests are two, and the same id is the same request', async () => {
  const asked = { mode: 'compare' };
  expect(await insertOnce(control, requestOf('free-1', null, asked))).toBeNull();
  expect(await insertOnce(control, requestOf('free-2', null, asked))).toBeNull();
  const again = { ...requestOf('free-2', null, asked), id: { certificationID: 'free-2' } };
  expect(await insertOnce<Row>(control, again)).toMatchObject({ certificationID: 'free-2' });
});

test('what belongs to a request is stored with it or not at all', async () => {
  const storeMore = (): Promise<void> => Promise.reject(new Error('no'));
  await expect(insertOnce(control, { ...requestOf('more', 'more', {}), storeMore })).rejects.toThrow('no');
  expect(await idsOf('more')).toEqual([]);
});
