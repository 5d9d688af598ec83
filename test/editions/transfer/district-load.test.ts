import { object, World } from '../support';

jest.setTimeout(60_000);

const room = object('room', ['id']);
let world: World;
beforeAll(async () => {
  world = await World.open();
  await world.district('CREATE TABLE room (id INT PRIMARY KEY)', 'INSERT INTO room VALUES (1), (2)');
  await world.state('CREATE TABLE room (districtID INT, id INT, PRIMARY KEY (districtID, id))');
});
afterAll(() => world.close());

/** Statements that keep the district's server busy for a while. */
function busyDistrict(seconds: number): { readonly over: () => boolean; readonly done: Promise<void> } {
  let over = false;
  const statements = Array.from({ length: 4 }, () => world.district(`SELECT SLEEP(${seconds})`));
  const done = Promise.all(statements).then(() => void (over = true));
  return { over: () => over, done };
}

const started = () => new Promise((resolve) => setTimeout(resolve, 300));

it('waits between pages while the district’s server runs more statements than the ceiling', async () => {
  const busy = busyDistrict(2);
  await started();
  const { counts } = await world.sync([room], 'room', { districtLoadCeiling: 3 });
  expect(busy.over()).toBe(true);
  expect(counts.inserted).toBe(2);
});

it('does not wait without a ceiling, nor below it', async () => {
  const busy = busyDistrict(3);
  await started();
  await world.sync([room], 'room');
  await world.sync([room], 'room', { districtLoadCeiling: 50 });
  expect(busy.over()).toBe(false);
  await busy.done;
});

it('can be cancelled while it waits', async () => {
  const busy = busyDistrict(3);
  await started();
  const cancel = new AbortController();
  setTimeout(() => cancel.abort(), 300);
  const waiting = world.sync([room], 'room', { districtLoadCeiling: 1, signal: cancel.signal });
  await expect(waiting).rejects.toThrow();
  expect(busy.over()).toBe(false);
  await busy.done;
});
