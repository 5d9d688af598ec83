import { exitCodeOf } from '../../../src/cli/client/exit-codes';
import type { Catalog } from '../../../src/domain/catalog';
import { readObjectsTable } from '../../../src/features/districts/read-objects-table';
import { readResync } from '../../../src/features/resyncs/read';
import { type CaseWorld, useCase } from '../../support/case-world';
import { testDistrict } from '../../activities/world';

/**
 * Green means equal but for what is listed: each way in which the two editions can differ is
 * planted, and whatever is still different after a run is brute force's to say.
 */

const tables: Readonly<Record<string, { readonly columns: string; readonly key: string }>> = {
  calendar: { columns: 'calendarID INT, stateExclude TINYINT NULL', key: 'calendarID' },
  enrollment: {
    columns:
      'enrollmentID INT, calendarID INT, guid CHAR(36) NOT NULL UNIQUE, stateExclude TINYINT NULL, grade INT',
    key: 'enrollmentID',
  },
  attendance: { columns: 'enrollmentID INT, day INT, code CHAR(1)', key: 'enrollmentID, day' },
  staff: { columns: 'staffID INT, bossID INT NULL', key: 'staffID' },
};
const references = [
  ['enrollment', 'calendarID', 'calendar', 'calendarID'],
  ['attendance', 'enrollmentID', 'enrollment', 'enrollmentID'],
  ['staff', 'bossID', 'staff', 'staffID'],
] as const;
const numbers = (to: number): string =>
  `(WITH RECURSIVE n AS (SELECT 1 AS seq UNION ALL SELECT seq + 1 FROM n WHERE seq < ${to}) SELECT seq FROM n) s`;
const district = [
  ...Object.entries(tables).map(
    ([name, { columns, key }]) => `CREATE TABLE ${name} (${columns}, PRIMARY KEY (${key}))`,
  ),
  `INSERT INTO calendar SELECT seq, 0 FROM ${numbers(5)}`,
  `INSERT INTO enrollment SELECT seq, 1 + seq % 5, CONCAT('g', seq), 0, 1 FROM ${numbers(200)}`,
  `INSERT INTO attendance SELECT seq, 1, 'P' FROM ${numbers(200)}`,
  `INSERT INTO staff SELECT seq, NULLIF(seq - 1, 0) FROM ${numbers(30)}`,
];
const state = Object.entries(tables).map(([name, { columns, key }]) => {
  const keys = references
    .filter(([child]) => child === name)
    .map(
      ([, column, parent, of]) =>
        `, FOREIGN KEY (districtID, ${column}) REFERENCES ${parent} (districtID, ${of})`,
    );
  return `CREATE TABLE ${name} (districtID INT NOT NULL, ${columns}, PRIMARY KEY (districtID, ${key})${keys.join('')})`;
});

/** With the exclusions and the GUIDs that introspection can't know. */
const catalog = (made: Catalog): Catalog => ({
  ...made,
  objects: made.objects.map((object) => ({
    ...object,
    ...(object.table === 'enrollment' && { guidColumn: 'guid' }),
    exclusions: ['calendar', 'enrollment'].includes(object.table)
      ? [{ code: 'OUT', when: { column: 'stateExclude', equals: 1 }, message: 'It is excluded.' }]
      : [],
  })),
});

/** Records that one side has and the other hasn't so, of all tables. */
async function differing(world: CaseWorld): Promise<number> {
  let count = 0;
  for (const [name, { columns, key }] of Object.entries(tables)) {
    const names = columns.split(', ').map((column) => column.split(' ')[0]!);
    const read = async (side: 'district' | 'state'): Promise<Set<string>> => {
      const where = side === 'state' ? 'WHERE districtID = 7' : '';
      const rows = await world[side](`SELECT ${names.join(', ')} FROM ${name} ${where} ORDER BY ${key}`);
      return new Set(rows.map((row) => JSON.stringify(Object.values(row))));
    };
    const [mine, theirs] = [await read('district'), await read('state')];
    count +=
      [...mine].filter((row) => !theirs.has(row)).length + [...theirs].filter((row) => !mine.has(row)).length;
  }
  return count;
}

const unchecked = (sql: string): string => `SET foreign_key_checks = 0; ${sql}; SET foreign_key_checks = 1`;
const ways: readonly {
  readonly way: string;
  readonly plant: (world: CaseWorld) => Promise<unknown>;
  /** A run leaves it as it is. */
  readonly stays: boolean;
}[] = [
  { way: 'missing', plant: (w) => w.state('DELETE FROM attendance WHERE enrollmentID = 3'), stays: false },
  {
    way: 'different',
    plant: (w) => w.state("UPDATE attendance SET code = 'Q' WHERE enrollmentID = 4"),
    stays: false,
  },
  { way: 'extra', plant: (w) => w.district('DELETE FROM attendance WHERE enrollmentID = 5'), stays: true },
  {
    way: 'excluded late',
    plant: (w) => w.district('UPDATE enrollment SET stateExclude = 1 WHERE enrollmentID = 6'),
    stays: true,
  },
  {
    way: 'below an excluded one',
    plant: (w) =>
      w.district(
        'UPDATE calendar SET stateExclude = 1 WHERE calendarID = 2; INSERT INTO attendance VALUES (11, 2, "P")',
      ),
    stays: true,
  },
  { way: 'shrunk', plant: (w) => w.district('DELETE FROM attendance WHERE enrollmentID > 60'), stays: true },
  { way: 'emptied', plant: (w) => w.district('DELETE FROM attendance'), stays: true },
  { way: 'a mass update', plant: (w) => w.district('UPDATE enrollment SET grade = 9'), stays: true },
  {
    way: 'renumbered',
    plant: (w) =>
      w.district(
        'UPDATE enrollment SET enrollmentID = 907 WHERE enrollmentID = 7; UPDATE attendance SET enrollmentID = 907 WHERE enrollmentID = 7',
      ),
    stays: true,
  },
  {
    way: 'its GUID changed',
    plant: (w) => w.district("UPDATE enrollment SET guid = 'other' WHERE enrollmentID = 8"),
    stays: true,
  },
  {
    way: 'held by another district',
    plant: async (w) => {
      await w.state(
        "INSERT INTO calendar VALUES (8, 1, 0); INSERT INTO enrollment VALUES (8, 1, 1, 'g300', 0, 1)",
      );
      await w.district("INSERT INTO enrollment VALUES (300, 1, 'g300', 0, 1)");
    },
    stays: true,
  },
  {
    way: 'a circle broken',
    plant: (w) => w.state(unchecked('DELETE FROM staff WHERE staffID = 9')),
    stays: false,
  },
  {
    way: 'a value the state refuses',
    plant: async (w) => {
      await w.state('ALTER TABLE attendance MODIFY code CHAR(1) NOT NULL');
      await w.district('UPDATE attendance SET code = NULL WHERE enrollmentID = 12');
    },
    stays: true,
  },
  {
    way: 'without its parent',
    plant: (w) => w.district('INSERT INTO attendance VALUES (777, 1, "P")'),
    stays: true,
  },
];

test.each(ways)('$way: nothing calls it green while it differs', async ({ plant, stays }) => {
  await useCase(
    null,
    async (world) => {
      const { control } = world.world;
      const names = world.introspection.catalog.objects.map(({ name }) => name);
      const verified = async (): Promise<boolean | null> =>
        (await (await world.world.startVerification()).end()).equal;
      await world.resync();
      expect(await differing(world)).toBe(0);
      await plant(world);
      // What was verified before the change says nothing of it; what is verified now does.
      expect(await differing(world)).toBeGreaterThan(0);
      expect(await verified()).toBe(false);
      for (const run of stays ? ['first', 'second'] : ['first']) {
        const { resyncId } = await world.resync();
        const left = await differing(world);
        expect({ run, stays: left > 0 }).toEqual({ run, stays });
        const view = await readResync(control, resyncId);
        const alerts = (await control('processAlert').where({ resyncID: resyncId })) as { text: string }[];
        const table = await readObjectsTable(control, {
          districtId: testDistrict,
          schoolYear: 2027,
          objects: names,
        });
        const { extra, errors, excluded } = view.totals;
        const listed = extra + errors > 0 || view.objectResults.some(({ doubt }) => doubt !== null);
        const red = view.color !== 'green';
        expect({ run, listed }).toEqual({ run, listed: left > 0 });
        // Only what the district no longer has, and only as listed, leaves a run green.
        if (left > 0) expect(red || extra > 0).toBe(true);
        expect(exitCodeOf(view, 'yellow') === 0).toBe(!red);
        expect(table.every(({ last }) => last?.color === 'green')).toBe(!red);
        expect(alerts.some(({ text }) => /: green, /.test(text))).toBe(!red);
        // The color without exclusions is green only for what is excluded, and that is listed.
        if (view.colorWithoutExclusions === 'green' && red) expect(excluded).toBeGreaterThan(0);
        if (run === 'first') expect(await verified()).toBe(left === 0);
      }
    },
    { district, state, catalog, introspect: { tenantColumn: 'districtID' } },
  );
});
