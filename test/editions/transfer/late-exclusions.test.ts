import type { SyncObject } from '../../../src/domain/catalog';
import { readTableShape } from '../../../src/editions/columns/table-shape';
import { keptForbidden } from '../../../src/editions/mapping/forbidden';
import type { PageJob } from '../../../src/editions/mapping/job';
import { countHeldByExtra } from '../../../src/editions/removal/held-by-extra';
import { findExtra } from '../../../src/editions/removal/find-removable';
import { removeFound } from '../../../src/editions/removal/remove-records';
import { retryBlocked } from '../../../src/editions/transfer/retry-blocked';
import { verify } from '../verification/support';
import { districtNumber, object, rows, World } from '../support';

/** Records excluded after they were sent: nothing of them, or below them, belongs at the state. */

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

const excludedWhen = {
  exclusions: [{ code: 'STATE_EXCLUDED', when: { column: 'stateExclude', equals: 1 }, message: 'Excluded.' }],
} as const;
const to = (name: string, ...columns: string[]) => ({ object: name, columns, parentColumns: columns });
const calendar = object('calendar', ['calendarID'], excludedWhen);
const enrollment = object('enrollment', ['enrollmentID'], {
  ...excludedWhen,
  parents: ['calendar'],
  references: [to('calendar', 'calendarID')],
});
const attendance = object('attendance', ['enrollmentID', 'day'], {
  parents: ['enrollment'],
  references: [to('enrollment', 'enrollmentID')],
});
const all = [calendar, enrollment, attendance];
const catalog = { name: 'test', objects: all };

const columns = {
  calendar: 'calendarID VARCHAR(8) NOT NULL, stateExclude TINYINT NULL',
  enrollment: 'enrollmentID INT NOT NULL, calendarID VARCHAR(8) NULL, stateExclude TINYINT NULL',
  attendance: 'enrollmentID INT NOT NULL, day INT NOT NULL, code CHAR(1) NULL',
};

/** 5 calendars, 3,000 enrollments, 2 days of attendance of each; all sent. */
async function sent(extraText = '', enrollments = 3_000): Promise<void> {
  for (const [name, text] of Object.entries(columns)) {
    const key = { calendar: 'calendarID', enrollment: 'enrollmentID', attendance: 'enrollmentID, day' }[
      name
    ]!;
    await world.district(`CREATE TABLE ${name} (${text}${extraText}, PRIMARY KEY (${key}))`);
    await world.state(
      `CREATE TABLE ${name} (districtID INT NOT NULL, ${text}${extraText}, PRIMARY KEY (districtID, ${key}))`,
    );
  }
  await world.district(
    `INSERT INTO calendar (calendarID, stateExclude) VALUES ${rows(5, (i) => `'C${i}', NULL`)}`,
    `INSERT INTO enrollment (enrollmentID, calendarID, stateExclude) VALUES ${rows(enrollments, (i) => `${i}, ${i === 9 ? 'NULL' : `'c${1 + (i % 5)}'`}, 0`)}`,
    `INSERT INTO attendance (enrollmentID, day, code) SELECT enrollmentID, seq, 'P' FROM enrollment JOIN seq_1_to_2`,
  );
  for (const { name } of all) await world.sync(all, name);
  await world.state(`INSERT INTO attendance (districtID, enrollmentID, day, code) VALUES (8, 7, 1, 'P')`);
}

async function run(objects: readonly SyncObject[] = all, fields: Partial<PageJob> = {}) {
  const fence = await world.takeLease();
  const jobs: Record<string, PageJob> = {};
  const got: Record<string, unknown> = {};
  for (const { name } of objects) {
    const done = await world.sync(objects, name, { fence, ...fields });
    jobs[name] = done.job;
    got[name] = Object.fromEntries(Object.entries(done.counts).filter(([, n]) => n > 0));
  }
  return { jobs, got };
}

async function removed(jobs: Record<string, PageJob>, ...names: string[]): Promise<void> {
  for (const name of names) {
    const job = jobs[name]!;
    await findExtra(job, async (records) => {
      const values = records.map(
        ({ key }) => `('${job.fence.resyncId}', '${name}', '${JSON.stringify(key)}', 'found')`,
      );
      await world.control(
        `INSERT INTO removal (resyncID, objectName, recordKey, status) VALUES ${values.join(', ')}`,
      );
    });
  }
  for (const name of names) await removeFound([jobs[name]!], { maxRecords: 100_000 });
}

const atState = async (table: string): Promise<number> =>
  Number(
    (await world.state(`SELECT COUNT(*) AS n FROM ${table} WHERE districtID = ${districtNumber}`))[0]!['n'],
  );

test.each([
  { how: 'compared as one value', text: '' },
  { how: 'compared by rows', text: ", note TEXT NOT NULL DEFAULT ''" },
])(
  'an enrollment excluded after it was sent is excluded with all below it, stale at the state, and removed ($how)',
  async ({ text }) => {
    await sent(text, 600);
    await world.district(
      'UPDATE enrollment SET stateExclude = 1 WHERE enrollmentID = 7',
      `INSERT INTO attendance (enrollmentID, day, code) VALUES (7, 3, 'A')`,
      `UPDATE attendance SET code = 'T' WHERE enrollmentID = 7 AND day = 1`,
    );
    const first = await run();
    const expected = {
      calendar: { unchanged: 5 },
      enrollment: { unchanged: 599, excluded: 1, extra: 1 },
      attendance: { unchanged: 1198, blocked: 3, extra: 2 },
    };
    expect(first.got).toEqual(expected);
    const errors = await world.errors(first.jobs['attendance']!);
    expect(errors).toHaveLength(3);
    expect(errors[0]).toMatchObject({
      recordKey: '["7","1"]',
      outcome: 'blocked',
      code: 'PARENT_EXCLUDED',
      field: 'enrollmentID',
      parentObject: 'enrollment',
      parentKey: '["7"]',
    });
    // They wait for nobody, and nothing is written.
    expect(await retryBlocked(first.jobs['attendance']!)).toEqual({ retried: 0, mended: 0 });
    const second = await run();
    expect(second.got).toEqual(expected);

    const before = await verify(world, catalog, all);
    expect(before.get('attendance')).toMatchObject({
      counts: { missing: 0, different: 0, extra: 2, excluded: 3 },
      predicted: { unchanged: 1198, blocked: 3, extra: 2 },
    });
    expect(before.get('enrollment')!.samples).toEqual([
      expect.objectContaining({ kind: 'excluded', key: '["7"]', code: 'STATE_EXCLUDED' }),
      expect.objectContaining({ kind: 'extra', key: '["7"]', code: 'EXCLUDED_AT_STATE' }),
    ]);

    // What is blocked below an excluded record is no reason against removing it.
    const { jobs } = await run();
    const job = (name: string): Promise<PageJob> => Promise.resolve(jobs[name]!);
    expect(await countHeldByExtra(jobs['attendance']!, job)).toBe(3);
    await removed(jobs, 'attendance', 'enrollment');
    expect(await atState('attendance')).toBe(1198);
    expect(await atState('enrollment')).toBe(599);
    expect(await world.state('SELECT COUNT(*) AS n FROM attendance WHERE districtID = 8')).toEqual([
      { n: 1 },
    ]);
    expect((await run()).got).toEqual({
      calendar: { unchanged: 5 },
      enrollment: { unchanged: 599, excluded: 1 },
      attendance: { unchanged: 1198, blocked: 3 },
    });
    const after = await verify(world, catalog, all);
    expect(after.get('attendance')!.counts).toMatchObject({ extra: 0, excluded: 3, stateRecords: 1198 });

    // Cleared: all of it comes back.
    await world.district('UPDATE enrollment SET stateExclude = 0 WHERE enrollmentID = 7');
    expect((await run()).got).toMatchObject({
      enrollment: { inserted: 1 },
      attendance: { inserted: 3 },
    });
  },
);

test('a calendar excluded late takes everything below it, however the key is spelled there, and however much it is', async () => {
  await sent();
  await world.district(
    "UPDATE calendar SET stateExclude = 1 WHERE calendarID IN ('C1', 'C2', 'C3', 'C4')",
    // Its own exclusion is enough too.
    'UPDATE enrollment SET stateExclude = 1 WHERE enrollmentID = 4',
  );
  const { got, jobs } = await run();
  // 2,401 enrollments are forbidden: more than are listed in a condition.
  expect(got).toEqual({
    calendar: { unchanged: 1, excluded: 4, extra: 4 },
    enrollment: { unchanged: 599, excluded: 1, blocked: 2400, extra: 2401 },
    attendance: { unchanged: 1198, blocked: 4802, extra: 4802 },
  });
  expect(jobs['attendance']!.mapping.rules[0]!.when).toContain('EXISTS');
  const everything = await run(all, { mode: 'everything' });
  expect(everything.got).toEqual({
    calendar: { updated: 1, excluded: 4, extra: 4 },
    enrollment: { updated: 599, excluded: 1, blocked: 2400, extra: 2401 },
    attendance: { updated: 1198, blocked: 4802, extra: 4802 },
  });
  await removed(everything.jobs, 'attendance', 'enrollment', 'calendar');
  expect([await atState('attendance'), await atState('enrollment'), await atState('calendar')]).toEqual([
    1198, 599, 1,
  ]);
});

test('what is allowed again between the finding and the removal stays', async () => {
  await sent('', 50);
  await world.district('UPDATE enrollment SET stateExclude = 1 WHERE enrollmentID IN (7, 8)');
  const { jobs } = await run();
  await findExtra(jobs['attendance']!, async (records) => {
    await world.control(
      `INSERT INTO removal (resyncID, objectName, recordKey, status) VALUES ${records
        .map(
          ({ key }) =>
            `('${jobs['attendance']!.fence.resyncId}', 'attendance', '${JSON.stringify(key)}', 'found')`,
        )
        .join(', ')}`,
    );
  });
  await world.district('UPDATE enrollment SET stateExclude = 0 WHERE enrollmentID = 8');
  const fresh = await world.job(all, 'attendance', { fence: jobs['attendance']!.fence });
  await removeFound([fresh], { maxRecords: 100 });
  expect(
    await world.state(
      `SELECT enrollmentID, day FROM attendance WHERE enrollmentID IN (7, 8) AND districtID <> 8`,
    ),
  ).toEqual([
    { enrollmentID: 8, day: 1 },
    { enrollmentID: 8, day: 2 },
  ]);
});

test('within a circle of references all that hangs below an excluded record is blocked, level by level', async () => {
  const staff = object('staff', ['staffID'], {
    ...excludedWhen,
    cycle: 'staff',
    references: [{ object: 'staff', columns: ['bossID'], parentColumns: ['staffID'] }],
  });
  const badge = object('badge', ['badgeID'], { parents: ['staff'], references: [to('staff', 'staffID')] });
  const text = 'staffID INT, bossID INT NULL, stateExclude TINYINT NULL';
  await world.district(
    `CREATE TABLE staff (${text}, PRIMARY KEY (staffID))`,
    'CREATE TABLE badge (badgeID INT PRIMARY KEY, staffID INT NULL)',
    // A chain of 30, and one who is his own boss.
    `INSERT INTO staff VALUES ${rows(31, (i) => `${i}, ${i === 1 ? 'NULL' : i === 31 ? 31 : i - 1}, 0`)}`,
    `INSERT INTO badge VALUES ${rows(31, (i) => `${i}, ${i}`)}`,
  );
  await world.state(
    `CREATE TABLE staff (districtID INT NOT NULL, ${text}, PRIMARY KEY (districtID, staffID))`,
    'CREATE TABLE badge (districtID INT NOT NULL, badgeID INT, staffID INT NULL, PRIMARY KEY (districtID, badgeID))',
  );
  const objects = [staff, badge];
  for (const { name } of objects) await world.sync(objects, name);
  await world.district('UPDATE staff SET stateExclude = 1 WHERE staffID = 11');
  const expected = {
    staff: { unchanged: 11, excluded: 1, blocked: 19, extra: 20 },
    badge: { unchanged: 11, blocked: 20, extra: 20 },
  };
  expect((await run(objects)).got).toEqual(expected);
  const { got, jobs } = await run(objects);
  expect(got).toEqual(expected);
  await removed(jobs, 'badge', 'staff');
  expect([await atState('staff'), await atState('badge')]).toEqual([11, 11]);
});

test('a connection lost while exclusions are read is not remembered: the next attempt of the run reads them', async () => {
  await sent('', 20);
  await world.district('UPDATE enrollment SET stateExclude = 1 WHERE enrollmentID = 7');
  const { district } = world.editions;
  const above = () =>
    keptForbidden('lost')(world.editions, catalog, readTableShape).above(
      attendance,
      attendance.references[0]!,
      '`attendance`',
    );
  for (const statement of [1, 4, 7, 10]) {
    const asked = jest.spyOn(district, 'rows');
    for (let before = 1; before < statement; before += 1)
      asked.mockImplementationOnce((sql) => district.withSession((session) => session.rows(sql)));
    asked.mockRejectedValueOnce(new Error('away'));
    await above().catch((error: unknown) => expect(error).toMatchObject({ message: 'away' }));
    asked.mockRestore();
  }
  expect(await above()).toContain('7');
});
