import { keptShapes } from '../../../src/editions/columns/kept-shapes';
import { readTableShape } from '../../../src/editions/columns/table-shape';
import { World } from '../support';

let world: World;
beforeAll(async () => {
  world = await World.open();
  await world.state(
    'CREATE TABLE Parent (id INT PRIMARY KEY, code VARCHAR(5) UNIQUE)',
    'CREATE TABLE Child (id INT PRIMARY KEY, parent INT NULL, b BIT(1), FOREIGN KEY (parent) REFERENCES Parent (id))',
    'CREATE VIEW Look AS SELECT id FROM Child',
  );
});
afterAll(() => world.close());

/** Statements that an edition is asked while `work` runs. */
async function statementsOf(work: () => Promise<unknown>): Promise<number> {
  const rows = jest.spyOn(world.editions.state, 'rows');
  try {
    await work();
    return rows.mock.calls.length;
  } finally {
    rows.mockRestore();
  }
}

test('a whole schema read at once says of each table what reading it alone says', async () => {
  const read = keptShapes('alike');
  for (const table of ['Parent', 'Child', 'Look', 'Nowhere'])
    expect(await read(world.editions.state, table)).toEqual(
      await readTableShape(world.editions.state, table),
    );
});

test('is read once by whoever names the reading, however many tables and askers', async () => {
  const read = keptShapes('once');
  const ask = () =>
    Promise.all(['Parent', 'Child', 'Look'].map((table) => read(world.editions.state, table)));
  expect(await statementsOf(() => Promise.all([ask(), ask()]))).toBe(4);
  expect(await statementsOf(ask)).toBe(0);
});

test('another reading sees what changed since', async () => {
  const columns = async (reading: string) => [
    ...(await keptShapes(reading)(world.editions.state, 'Parent'))!.columns.keys(),
  ];
  expect(await columns('before')).toEqual(['id', 'code']);
  await world.state('ALTER TABLE Parent ADD later INT NULL');
  expect(await columns('before')).toEqual(['id', 'code']);
  expect(await columns('after')).toEqual(['id', 'code', 'later']);
});

test('a reading that failed is not kept', async () => {
  const { state } = world.editions;
  const rows = jest.spyOn(state, 'rows').mockRejectedValueOnce(new Error('away'));
  await expect(keptShapes('failed')(state, 'Child')).rejects.toThrow('away');
  rows.mockRestore();
  expect(await keptShapes('failed')(state, 'Child')).not.toBeNull();
});
