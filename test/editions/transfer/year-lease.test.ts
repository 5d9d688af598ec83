import { syncRange } from '../../../src/editions/transfer/sync-range';
import { counts, districtNumber, object, World } from '../support';

let world: World;
beforeAll(async () => (world = await World.open()));
afterAll(() => world.close());

const whole = { rangeNo: 0, after: null, upTo: null };
const calendar = object('calendar', ['calendarID'], { schoolYear: { column: 'endYear' } });
const inYear = (schoolYear: number) => ({ districtId: 'd1', districtNumber, schoolYear });

beforeAll(async () => {
  const columns = 'calendarID INT NOT NULL, endYear SMALLINT NOT NULL, name VARCHAR(20) NOT NULL';
  await world.district(
    `CREATE TABLE calendar (${columns}, PRIMARY KEY (calendarID))`,
    "INSERT INTO calendar VALUES (1, 2026, 'a'), (2, 2027, 'b'), (3, 2026, 'c'), (4, 2027, 'd'), (5, 2027, 'e')",
  );
  await world.state(
    `CREATE TABLE calendar (districtID INT NOT NULL, ${columns}, PRIMARY KEY (districtID, calendarID))`,
  );
});

test('two years of one district don’t fence each other off, a newer run of the same year does', async () => {
  const current = await world.job([calendar], 'calendar', { scope: inYear(2027) });
  const previous = await world.job([calendar], 'calendar', { scope: inYear(2026) });
  // Both leases are taken before either writes, and each writes while the other stands between its
  // statements and COMMIT.
  const outcomes: unknown[] = [];
  outcomes.push(
    await syncRange({
      ...current,
      range: whole,
      beforeCommit: async () => {
        outcomes.push(await syncRange({ ...previous, range: { ...whole, upTo: ['1'] } }));
      },
    }),
  );
  expect(outcomes).toEqual([
    { ...counts({ inserted: 1 }), read: 1 },
    { ...counts({ inserted: 3 }), read: 3 },
  ]);

  await world.takeLease(2026);
  const zombie = syncRange({ ...previous, range: { rangeNo: 1, after: ['1'], upTo: null } });
  await expect(zombie).rejects.toMatchObject({ errorClass: 'fenced' });
  const goesOn = await syncRange({ ...current, range: { rangeNo: 1, after: ['9'], upTo: null } });
  expect(goesOn).toEqual({ ...counts({}), read: 0 });
});

test('records of other years are neither read nor written nor reported gone', async () => {
  await world.state(
    'DELETE FROM calendar',
    // Of 2026: one equal, one changed, one gone at the district. Of 2027: one changed, one gone.
    // Another district: one.
    `INSERT INTO calendar VALUES (${districtNumber}, 1, 2026, 'a'), (${districtNumber}, 3, 2026, 'x'),
       (${districtNumber}, 8, 2026, 'extra'), (${districtNumber}, 2, 2027, 'x'), (${districtNumber}, 9, 2027, 'extra'),
       (99, 8, 2026, 'theirs')`,
  );
  const { counts: found, read } = await world.sync([calendar], 'calendar', { scope: inYear(2026) });
  expect([read, found]).toEqual([2, counts({ updated: 1, unchanged: 1, extra: 1 })]);
  expect(await world.state('SELECT calendarID, name FROM calendar WHERE endYear = 2027 ORDER BY 1')).toEqual([
    { calendarID: 2, name: 'x' },
    { calendarID: 9, name: 'extra' },
  ]);
});
