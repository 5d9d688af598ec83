import { DatabaseError } from '../../../src/editions/connection/errors';
import { syncRange } from '../../../src/editions/transfer/sync-range';
import { untilInLine } from '../../support/in-line';
import { counts, districtNumber, object, rows, World } from '../support';

/** What must hold when an attempt dies, wakes up late, or meets another writer. */

let world: World;
beforeEach(async () => {
  world = await World.open();
  const columns = 'guid CHAR(36) NOT NULL UNIQUE, name VARCHAR(40) NULL';
  await world.district(
    `CREATE TABLE person (personID INT PRIMARY KEY, ${columns})`,
    `INSERT INTO person VALUES ${rows(500, (i) => `${i}, UUID(), 'Person ${i}'`)}`,
  );
  await world.state(
    `CREATE TABLE person (districtID INT NOT NULL, personID INT NOT NULL, ${columns}, PRIMARY KEY (districtID, personID))`,
  );
});
afterEach(() => world.close());

const person = object('person', ['personID'], { guidColumn: 'guid' });
const whole = { rangeNo: 0, after: null, upTo: null };

test.each(['before COMMIT', 'after COMMIT'])('a page repeated after a crash %s counts once', async (when) => {
  const job = await world.job([person], 'person');
  let pages = 0;
  const crash = (): void => {
    pages += 1;
    if (pages === 3) throw new Error('the worker died');
  };
  const dying = when === 'before COMMIT' ? { beforeCommit: crash } : { onPage: crash };
  await expect(syncRange({ ...job, ...dying, range: whole })).rejects.toThrow('the worker died');
  expect(await world.state('SELECT COUNT(*) AS n FROM person')).toEqual([
    { n: when === 'before COMMIT' ? 200 : 300 },
  ]);
  expect(await syncRange({ ...job, range: whole })).toEqual({ ...counts({ inserted: 500 }), read: 500 });
  expect(await world.books(job)).toEqual(counts({ inserted: 500 }));
  // Once more: nothing is done, the same totals come from the ledger.
  expect(await syncRange({ ...job, range: whole })).toEqual({ ...counts({ inserted: 500 }), read: 500 });
});

test('two attempts of the same range at the same time count every record once', async () => {
  const job = await world.job([person], 'person');
  const results = await Promise.all([1, 2, 3].map(() => syncRange({ ...job, range: whole })));
  for (const result of results) expect(result).toEqual({ ...counts({ inserted: 500 }), read: 500 });
  expect(await world.books(job)).toEqual(counts({ inserted: 500 }));
});

test('a zombie of an older run can write nothing more', async () => {
  const zombie = await world.job([person], 'person');
  await world.takeLease();
  const attempt = syncRange({ ...zombie, range: whole });
  await expect(attempt).rejects.toBeInstanceOf(DatabaseError);
  await expect(attempt).rejects.toMatchObject({ errorClass: 'fenced' });
  expect(await world.state('SELECT COUNT(*) AS n FROM person')).toEqual([{ n: 0 }]);
});

test('a run that takes the lease waits for the page under way, which still counts', async () => {
  const job = await world.job([person], 'person');
  let taking: Promise<unknown> | undefined;
  const stopped = syncRange({
    ...job,
    range: whole,
    beforeCommit: async () => {
      taking ??= world.takeLease();
      // Not before it stands in line for the lease: the pages after this one are quick.
      await untilInLine((sql) => world.control(sql) as Promise<{ statement: string }[]>);
    },
  });
  await expect(stopped).rejects.toMatchObject({ errorClass: 'fenced' });
  await taking;
  const [{ n }] = (await world.state('SELECT COUNT(*) AS n FROM person')) as [{ n: number }];
  expect(n).toBeGreaterThan(0);
  expect(await world.books(job)).toEqual(counts({ inserted: n }));
});

test('an aborted range stops between pages and goes on where it stopped', async () => {
  const job = await world.job([person], 'person');
  const stop = new AbortController();
  await expect(
    syncRange({
      ...job,
      signal: stop.signal,
      range: whole,
      onPage: ({ pageNo }) => pageNo === 1 && stop.abort(),
    }),
  ).rejects.toThrow(/abort/i);
  expect(await world.state('SELECT COUNT(*) AS n FROM person')).toEqual([{ n: 200 }]);
  expect(await syncRange({ ...job, range: whole })).toMatchObject({ inserted: 500 });
});

test('a change that arrives at both sides between comparison and write is not overwritten with the older value', async () => {
  await world.sync([person], 'person');
  await world.district("UPDATE person SET name = 'older' WHERE personID = 250");
  const job = await world.job([person], 'person');
  // Day-to-day sync brings a newer value while our page is already compared: here, while its lease
  // is being read.
  const state = job.editions.state;
  const arrives = async (): Promise<void> => {
    await world.district("UPDATE person SET name = 'newer' WHERE personID = 250");
    await world.state("UPDATE person SET name = 'newer' WHERE personID = 250");
  };
  let arrived = false;
  const editions = {
    ...job.editions,
    state: new Proxy(state, {
      get: (target, name) => {
        if (name !== 'openSession') {
          const value = Reflect.get(target, name) as unknown;
          return typeof value === 'function' ? (value as (...a: unknown[]) => unknown).bind(target) : value;
        }
        return async () => {
          if (!arrived) await arrives();
          arrived = true;
          return target.openSession();
        };
      },
    }),
  };
  expect(await syncRange({ ...job, editions, range: whole })).toMatchObject({ unchanged: 500, updated: 0 });
  expect(arrived).toBe(true);
  expect(await world.state('SELECT name FROM person WHERE personID = 250')).toEqual([{ name: 'newer' }]);
});

test('a record another writer inserts while the page is written is compared, not clashed with', async () => {
  await world.sync([person], 'person');
  await world.state('DELETE FROM person WHERE personID IN (10, 20)');
  const job = await world.job([person], 'person');
  const state = job.editions.state;
  const rowOf10 = await world.district('SELECT guid, name FROM person WHERE personID = 10');
  let inserted = false;
  const editions = {
    ...job.editions,
    district: new Proxy(job.editions.district, {
      get: (target, name) => {
        if (name !== 'rawRows') return Reflect.get(target, name) as unknown;
        return async (sql: string) => {
          const answer = await target.rawRows(sql);
          // The last read before the write: the full records by key.
          if (!inserted && sql.includes('IN (10, 20)')) {
            inserted = true;
            const { guid, name: text } = rowOf10[0] as { guid: string; name: string };
            await world.state(`INSERT INTO person VALUES (${districtNumber}, 10, '${guid}', '${text}')`);
          }
          return answer;
        };
      },
    }),
    state,
  };
  expect(await syncRange({ ...job, editions, range: whole })).toEqual({
    ...counts({ unchanged: 499, inserted: 1 }),
    read: 500,
  });
  expect(inserted).toBe(true);
});

test('a deadlock or a lock wait repeats the page, and nothing is counted twice', async () => {
  await world.sync([person], 'person');
  await world.district("UPDATE person SET name = 'changed' WHERE personID % 2 = 0");
  const failures: readonly { readonly message: string; readonly errno: number }[] = [
    { message: 'deadlock', errno: 1213 },
    { message: 'lock wait timeout', errno: 1205 },
  ];
  const attempts: string[] = [];
  const job = await world.job([person], 'person', {
    beforeCommit: () => {
      const failure = failures[attempts.length];
      attempts.push(failure?.message ?? 'committed');
      if (failure)
        throw new DatabaseError(failure.message, { ...failure, errorClass: 'transient', side: 'state' });
    },
  });
  expect(await syncRange({ ...job, range: whole })).toEqual({
    ...counts({ updated: 250, unchanged: 250 }),
    read: 500,
  });
  expect(attempts.slice(0, 3)).toEqual(['deadlock', 'lock wait timeout', 'committed']);
  // Nothing else was repeated: each of the other pages was committed at once.
  expect(attempts.slice(3)).toEqual(Array(5).fill('committed'));
  expect(await world.books(job)).toEqual(counts({ updated: 250, unchanged: 250 }));
  expect(await world.state("SELECT COUNT(*) AS n FROM person WHERE name = 'changed'")).toEqual([{ n: 250 }]);
});

test('a lock that outlasts the wait is reported as transient, not as a bad record', async () => {
  await world.sync([person], 'person');
  await world.district("UPDATE person SET name = 'changed' WHERE personID = 5");
  const stop = new AbortController();
  const job = await world.job([person], 'person', { signal: stop.signal });
  await world.editions.state.withSession(async (holder) => {
    await holder.write('START TRANSACTION');
    await holder.write('UPDATE person SET name = name WHERE personID = 5');
    await holder.rows('SELECT 1 FROM person WHERE personID = 5 FOR UPDATE');
    setTimeout(() => stop.abort(new Error('stopped by the test')), 2_000);
    await expect(syncRange({ ...job, range: whole })).rejects.toThrow('stopped by the test');
    await holder.write('ROLLBACK');
  });
  expect(await world.errors(job)).toEqual([]);
});
