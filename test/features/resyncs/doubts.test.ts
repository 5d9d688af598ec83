import { readResync } from '../../../src/features/resyncs/read';
import { readYearRuns } from '../../../src/features/year-end/read-year-runs';
import type { CaseWorld } from '../../support/case-world';
import { useCase } from '../../support/case-world';
import { testDistrict } from '../../activities/world';

/** Runs whose counts look well and whose data doesn't: red until a person has accepted it. */

const pupils = (from: number, to: number): string =>
  `INSERT INTO pupil SELECT seq, 'a', 1 FROM (WITH RECURSIVE n AS (SELECT ${from} AS seq UNION ALL SELECT seq + 1 FROM n WHERE seq < ${to}) SELECT seq FROM n) s`;
const table = 'CREATE TABLE pupil (id INT PRIMARY KEY, name VARCHAR(10), grade INT NULL)';
const tables = { district: [table, pupils(1, 200)], state: [table] };

async function alertsOf({ world }: CaseWorld, resyncId: string): Promise<string[]> {
  const alerts = (await world
    .control('processAlert')
    .where({ resyncID: resyncId })
    .where('alertKey', 'like', 'doubt:%')) as { name: string; text: string }[];
  return alerts.map(({ name, text }) => `${name}: ${text}`);
}

test('an object that lost most of what the state holds ends red, run after run, and says both numbers', async () => {
  await useCase(
    null,
    async (world) => {
      expect((await world.resync()).objects['pupil']).toMatchObject({ color: 'green', inserted: 200 });
      await world.district('DELETE FROM pupil WHERE id > 100');
      // Exactly half is not more than half.
      expect((await world.resync()).objects['pupil']).toMatchObject({ color: 'green', extra: 100 });
      await world.district('DELETE FROM pupil WHERE id > 99');
      for (const run of ['first', 'second']) {
        const { resyncId, status, objects } = await world.resync();
        expect({ run, status, pupil: objects['pupil'] }).toEqual({
          run,
          status: 'finished',
          pupil: { status: 'finished', color: 'red', unchanged: 99, extra: 101 },
        });
        const view = await readResync(world.world.control, resyncId);
        expect(view).toMatchObject({ color: 'red', colorWithoutExclusions: 'red' });
        expect(view.objectResults[0]).toMatchObject({ doubt: 'SHRUNK', colorWithoutExclusions: 'red' });
        expect(view.objectResults[0]!.message).toContain(
          '99 records at the district, and the state holds 200',
        );
        expect(await alertsOf(world, resyncId)).toEqual([
          expect.stringMatching(/^Records Missing at the District: SHRUNK: pupil has 99 .* holds 200\./),
        ]);
      }
      const accepted = await world.resync({ acceptShrunk: true });
      expect(accepted.objects['pupil']).toMatchObject({ color: 'green', extra: 101 });
      expect(await alertsOf(world, accepted.resyncId)).toEqual([]);
      await world.district('DELETE FROM pupil');
      const emptied = await world.resync();
      expect(emptied.objects['pupil']).toMatchObject({ color: 'red' });
      expect((await readResync(world.world.control, emptied.resyncId)).objectResults[0]!.doubt).toBe(
        'SHRUNK',
      );
      expect((await alertsOf(world, emptied.resyncId))[0]).toContain('the state holds 200');
      expect((await world.resync({ acceptShrunk: true })).objects['pupil']).toMatchObject({
        color: 'green',
        extra: 200,
      });
    },
    tables,
  );
});

test('an object with as many records in place of those that it lost has lost them all the same', async () => {
  await useCase(
    null,
    async (world) => {
      await world.resync();
      // As another district's copy, or a copy of the wrong year.
      await world.district('UPDATE pupil SET id = id + 1000 WHERE id <= 101');
      const { objects, resyncId } = await world.resync();
      expect(objects['pupil']).toMatchObject({ color: 'red', inserted: 101, unchanged: 99, extra: 101 });
      const said =
        'pupil has 200 records at the district, and the state holds 200, 101 of which it has no more';
      expect(await alertsOf(world, resyncId)).toEqual([expect.stringContaining(said)]);
      expect((await world.resync({ acceptShrunk: true })).objects['pupil']).toMatchObject({ color: 'green' });
    },
    tables,
  );
});

test('the removal of what a shrunk object lost is asked about whatever the threshold, and its approval accepts it', async () => {
  await useCase(
    null,
    async (world) => {
      await world.resync();
      await world.district('DELETE FROM pupil WHERE id > 50');
      const [, approved] = await Promise.all([
        world.world.approveWhenAsked(),
        world.resync({ removals: 'apply' }),
      ]);
      expect(approved.objects['pupil']).toMatchObject({ status: 'finished', color: 'green', unchanged: 50 });
      expect(await world.state('SELECT COUNT(*) AS n FROM pupil')).toEqual([{ n: 50 }]);
      expect((await world.resync()).objects['pupil']).toEqual({
        status: 'finished',
        color: 'green',
        unchanged: 50,
      });
    },
    { ...tables, removals: { thresholdPercent: 100 } },
  );
});

test.each([
  { ranges: 'one range', rangeRecords: 100_000 },
  { ranges: 'many ranges', rangeRecords: 100 },
])(
  'an update of most records is held before any is written, with samples of keys and columns ($ranges)',
  async ({ rangeRecords }) => {
    await useCase(
      null,
      async (world) => {
        await world.resync();
        await world.district('UPDATE pupil SET grade = 7 WHERE id <= 600');
        // Exactly half, all in one place.
        expect((await world.resync()).objects['pupil']).toMatchObject({ color: 'green', updated: 600 });
        await world.district("UPDATE pupil SET name = 'X' WHERE id > 2");
        for (const run of ['first', 'second']) {
          const { resyncId, objects } = await world.resync();
          expect({ run, ...objects['pupil'] }).toMatchObject({ run, status: 'failed', color: 'red' });
          const [pupil] = (await readResync(world.world.control, resyncId)).objectResults;
          expect(pupil).toMatchObject({
            doubt: 'UPDATES_HELD',
            held: { updates: 1198, updated: 0, records: 1200 },
          });
          expect(pupil!.held!.samples.length).toBeGreaterThan(3);
          expect(pupil!.held!.samples[0]!.columns).toEqual(['name']);
          expect((await alertsOf(world, resyncId))[0]).toMatch(
            /^Mass Update Held: UPDATES_HELD: 1198 of 1200 records of pupil would be updated \(name\)/,
          );
          expect(await world.state("SELECT COUNT(*) AS n FROM pupil WHERE name = 'X'")).toEqual([{ n: 0 }]);
        }
        const accepted = await world.resync({ acceptUpdates: true });
        expect(accepted.objects['pupil']).toMatchObject({ color: 'green', updated: 1198 });
        expect((await world.resync()).objects['pupil']).toMatchObject({ color: 'green', unchanged: 1200 });
      },
      {
        district: [table, pupils(1, 600), pupils(601, 1200)],
        state: [table],
        copy: { rangeRecords, pageRecords: 50 },
      },
    );
  },
);

test('what is blocked below an expected exclusion is expected too: the net color and the year’s gate say so', async () => {
  await useCase(
    null,
    async (world) => {
      const { resyncId, objects } = await world.resync();
      expect(objects).toMatchObject({
        calendar: { color: 'red', inserted: 4, excluded: 1 },
        day: { color: 'red', inserted: 40, blocked: 10 },
      });
      const { control } = world.world;
      const view = await readResync(control, resyncId);
      expect(view).toMatchObject({ color: 'red', colorWithoutExclusions: 'green' });
      expect(view.objectResults.map((object) => object.colorWithoutExclusions)).toEqual(['green', 'green']);
      const runOf = async (judged: 'all' | 'withoutExclusions') =>
        (await readYearRuns(control, { schoolYear: 2027, districtId: testDistrict, judged })).get(
          testDistrict,
        )![0];
      expect(await runOf('withoutExclusions')).toMatchObject({ color: 'red', judgedColor: 'green' });
      expect(await runOf('all')).toMatchObject({ judgedColor: 'red' });
      // Blocked for another reason is no exclusion's.
      await world.district('INSERT INTO day VALUES (999, 77)');
      const other = await readResync(control, (await world.resync()).resyncId);
      expect(other.colorWithoutExclusions).toBe('red');
    },
    {
      district: [
        'CREATE TABLE calendar (calendarID INT PRIMARY KEY, stateExclude TINYINT NULL)',
        'CREATE TABLE day (dayID INT PRIMARY KEY, calendarID INT)',
        'INSERT INTO calendar VALUES (1, 1), (2, NULL), (3, NULL), (4, 0), (5, 0)',
        'INSERT INTO day SELECT a.calendarID * 10 + b.calendarID * 100, a.calendarID FROM calendar a JOIN calendar b',
        'INSERT INTO day SELECT a.calendarID * 10 + b.calendarID * 1000, a.calendarID FROM calendar a JOIN calendar b',
      ],
      state: [
        'CREATE TABLE calendar (calendarID INT PRIMARY KEY, stateExclude TINYINT NULL)',
        'CREATE TABLE day (dayID INT PRIMARY KEY, calendarID INT, FOREIGN KEY (calendarID) REFERENCES calendar (calendarID))',
      ],
      catalog: (made) => ({
        ...made,
        objects: made.objects.map((object) =>
          object.table === 'calendar'
            ? {
                ...object,
                exclusions: [
                  {
                    code: 'OUT',
                    when: { column: 'stateExclude', equals: 1 },
                    message: 'The calendar is excluded.',
                  },
                ],
              }
            : object,
        ),
      }),
    },
  );
});
