import type { HeldUpdates } from '../../../src/domain/safety';
import { object, World } from '../support';

/** Mass updates: held wherever in an object they begin, and what is none costs one look more. */

let world: World;
beforeEach(async () => {
  world = await World.open();
  await world.district('CREATE TABLE pupil (id INT PRIMARY KEY, name VARCHAR(10), grade INT)');
  await world.state(
    'CREATE TABLE pupil (districtID INT, id INT, name VARCHAR(10), grade INT, PRIMARY KEY (districtID, id))',
  );
  await world.district("INSERT INTO pupil SELECT seq, 'a', 1 FROM seq_1_to_1200");
  await world.sync([pupil], 'pupil');
});
afterEach(() => world.close());

const pupil = object('pupil', ['id']);
const copy = { pageRecords: 50, rangeRecords: 5_000 };

test('an update that begins in part and becomes most of the object is held when it shows, and says what was written', async () => {
  // Half of each of the first pages, and all of the others.
  await world.district('UPDATE pupil SET grade = 2 WHERE id > 500 OR id % 2 = 0');
  const found: HeldUpdates[] = [];
  const hold = { sharePercent: 50, onHeld: (held: HeldUpdates) => Promise.resolve(void found.push(held)) };
  const written = async () =>
    Number((await world.state('SELECT COUNT(*) AS n FROM pupil WHERE grade = 2'))[0]!['n']);
  const send = () => world.sync([pupil], 'pupil', { ...copy, hold });
  await expect(send()).rejects.toThrow(
    /records of pupil would be updated \(grade\): \d+ were before it showed/,
  );
  const [{ updated }] = found as [HeldUpdates];
  expect(found).toMatchObject([{ updates: 950, records: 1200 }]);
  expect(updated).toBeGreaterThan(0);
  expect(await written()).toBe(updated);
  await expect(send()).rejects.toThrow(/none was/);
  expect(found[1]).toMatchObject({ updates: 950 - updated, updated: 0 });
  expect(await written()).toBe(updated);
});

test('drift in one place is compared once more, however many pages it has', async () => {
  const statements = async (fields: object): Promise<number> => {
    const asked = jest.spyOn(world.editions.district, 'rows');
    try {
      await world.sync([pupil], 'pupil', { ...copy, ...fields });
      return asked.mock.calls.length;
    } finally {
      asked.mockRestore();
    }
  };
  const hold = { sharePercent: 50, onHeld: () => Promise.reject(new Error('It is not held.')) };
  const once = await statements({});
  const change = (grade: number) =>
    world.district(`UPDATE pupil SET grade = ${grade} WHERE id BETWEEN 100 AND 599`);
  await change(3);
  const without = await statements({});
  await change(4);
  expect((await statements({ hold })) - without).toBeLessThan(2 * once);
  expect(await world.state('SELECT COUNT(*) AS n FROM pupil WHERE grade = 4')).toEqual([{ n: 500 }]);
});
