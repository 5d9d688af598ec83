import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { until } from '../../support/until';
import { object, World } from '../support';

const room = object('room', ['id']);
let world: World;
beforeAll(async () => {
  world = await World.open();
  await world.district('CREATE TABLE room (id INT PRIMARY KEY)', 'INSERT INTO room VALUES (1), (2)');
  await world.state('CREATE TABLE room (districtID INT, id INT, PRIMARY KEY (districtID, id))');
});
afterAll(() => world.close());

/** Holds four statements at the district's server until `work` has let go of them, or is done. */
async function whileBusy(work: (release: () => Promise<void>) => Promise<void>): Promise<void> {
  const name = `busy_${Date.now()}`;
  const holder = await createConnection(world.databases.districtUrl);
  await holder.query('SELECT GET_LOCK(?, 0)', [name]);
  const held = Array.from({ length: 4 }, () =>
    world.district(`SELECT GET_LOCK('${name}', 300)`, `SELECT RELEASE_LOCK('${name}')`),
  );
  let ending: Promise<void> | undefined;
  const release = () => (ending ??= holder.end());
  try {
    const waiting = `SELECT id FROM information_schema.PROCESSLIST WHERE info = 'SELECT GET_LOCK(''${name}'', 300)'`;
    await until(
      'all of them wait',
      () => world.district(waiting),
      ({ length }) => length === held.length,
    );
    await work(release);
  } finally {
    await release();
    await Promise.all(held);
  }
}

it('waits between pages while the district’s server runs more statements than the ceiling', () =>
  whileBusy(async (release) => {
    let over = false;
    const synced = world.sync([room], 'room', { districtLoadCeiling: 3 }).finally(() => (over = true));
    await sleep(1_000);
    expect(over).toBe(false);
    await release();
    expect((await synced).counts.inserted).toBe(2);
  }));

it('does not wait without a ceiling, nor below it', () =>
  whileBusy(async () => {
    await world.sync([room], 'room');
    await world.sync([room], 'room', { districtLoadCeiling: 50 });
  }));

it('can be cancelled while it waits', () =>
  whileBusy(async () => {
    const cancel = new AbortController();
    const waiting = world.sync([room], 'room', { districtLoadCeiling: 1, signal: cancel.signal });
    const ended = expect(waiting).rejects.toThrow();
    await sleep(300);
    cancel.abort();
    await ended;
  }));
