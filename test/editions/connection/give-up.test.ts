import { MockActivityEnvironment } from '@temporalio/testing';
import { CancelledFailure } from '@temporalio/common';
import { createConnection } from 'mysql2/promise';
import { activity } from '../../../activities/activity';
import { classOf } from '../../../src/editions/connection/errors';
import { givingUpReads } from '../../../src/editions/connection/give-up';
import { type Editions, openEditions } from '../../../src/editions/connection/pools';
import { untilInLine } from '../../support/in-line';
import { createEditionsWithControl } from '../../support/stack';

let databases: Awaited<ReturnType<typeof createEditionsWithControl>>;
let editions: Editions;
beforeAll(async () => {
  databases = await createEditionsWithControl();
  editions = openEditions({ ...databases, lanes: 1 });
  for (const url of [databases.districtUrl, databases.stateUrl]) {
    const connection = await createConnection(url);
    await connection.query('CREATE TABLE held (id INT PRIMARY KEY)');
    await connection.query('INSERT INTO held VALUES (1)');
    await connection.end();
  }
});
afterAll(async () => {
  await editions.close();
  await databases.drop();
});

/** Somebody holds the table while the work lasts; `inLine` waits until another stands for it. */
async function whileLocked(
  url: string,
  work: (inLine: () => Promise<void>, unlock: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const holder = await createConnection(url);
  const asker = await createConnection(url);
  const ask = async (sql: string) => (await asker.query(sql))[0] as { statement: string }[];
  try {
    await holder.query('LOCK TABLES held WRITE');
    await work(
      () => untilInLine(ask),
      async () => void (await holder.query('UNLOCK TABLES')),
    );
  } finally {
    holder.destroy();
    asker.destroy();
  }
}

const read = 'SELECT id FROM held';
const outcomeOf = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

test('an activity that is cancelled while its read waits for a lock of the district ends though the lock goes on', () =>
  whileLocked(databases.districtUrl, async (inLine) => {
    const environment = new MockActivityEnvironment();
    const reads = activity(() => editions.district.rows(read));
    const outcome = outcomeOf(environment.run(reads, undefined));
    await inLine();
    environment.cancel();
    expect(await outcome).toBeInstanceOf(CancelledFailure);
  }));

test('a read that is given up counts as a lost connection, also for another that shares it; what is asked next is answered', async () => {
  const leave = new AbortController();
  await whileLocked(databases.districtUrl, async (inLine) => {
    const shared = givingUpReads(leave.signal, () => editions.district.rows(read));
    const outcomes = [outcomeOf(shared), outcomeOf(shared)];
    await inLine();
    leave.abort();
    for (const outcome of outcomes) expect(classOf(await outcome)).toBe('connection');
    const after = givingUpReads(leave.signal, () => editions.district.rows(read));
    expect(classOf(await outcomeOf(after))).toBe('connection');
  });
  const other = new AbortController();
  expect(await givingUpReads(other.signal, () => editions.district.rows(read))).toEqual([[1]]);
});

test('what waits at the state, or writes, comes to its end', async () => {
  const leave = new AbortController();
  await whileLocked(databases.stateUrl, async (inLine, unlock) => {
    const rows = givingUpReads(leave.signal, () => editions.state.rows(read));
    await inLine();
    leave.abort();
    await unlock();
    expect(await rows).toEqual([[1]]);
  });
  const again = new AbortController();
  await whileLocked(databases.districtUrl, async (inLine, unlock) => {
    const written = givingUpReads(again.signal, () =>
      editions.district.withSession(async (session) => {
        await session.write('START TRANSACTION READ WRITE');
        const result = await session.write('INSERT INTO held VALUES (2)');
        await session.write('COMMIT');
        return result;
      }),
    );
    await inLine();
    again.abort();
    await unlock();
    expect((await written).affectedRows).toBe(1);
  });
});
