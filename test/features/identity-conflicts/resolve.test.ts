import { listIdentityConflicts } from '../../../src/features/identity-conflicts/store';
import type { IdentityAnswer } from '../../../workflows/messages';
import { type CaseWorld, useCase } from '../../support/case-world';
import { testDistrict } from '../../activities/world';

/** Records that were renumbered, got another GUID or moved to another district, and the way out. */

const person = (tenant: string) =>
  `CREATE TABLE person (${tenant} personID INT, guid CHAR(36) NOT NULL, name VARCHAR(20), UNIQUE (guid), PRIMARY KEY (${tenant === '' ? '' : 'districtID, '}personID))`;
const district = [
  person(''),
  'CREATE TABLE enrollment (enrollmentID INT PRIMARY KEY, personID INT, guid CHAR(36) NOT NULL UNIQUE)',
  'CREATE TABLE attendance (enrollmentID INT, day INT, code CHAR(1), PRIMARY KEY (enrollmentID, day))',
  'CREATE TABLE note (noteID INT PRIMARY KEY, enrollmentID INT, day INT)',
  "INSERT INTO person VALUES (1, 'g1', 'A'), (2, 'g2', 'B'), (3, 'g3', 'C'), (4, 'g4', 'D')",
  "INSERT INTO enrollment VALUES (11, 1, 'e1'), (12, 2, 'e2'), (13, 2, 'e3')",
  "INSERT INTO attendance VALUES (11, 1, 'P'), (12, 1, 'P'), (12, 2, 'A'), (13, 1, 'P')",
  'INSERT INTO note VALUES (1, 12, 1), (2, 12, 2), (3, 11, 1)',
];
const tenant = 'districtID INT NOT NULL,';
const state = [
  person(tenant),
  `CREATE TABLE enrollment (${tenant} enrollmentID INT, personID INT, guid CHAR(36) NOT NULL UNIQUE, PRIMARY KEY (districtID, enrollmentID),
     FOREIGN KEY (districtID, personID) REFERENCES person (districtID, personID))`,
  `CREATE TABLE attendance (${tenant} enrollmentID INT, day INT, code CHAR(1), PRIMARY KEY (districtID, enrollmentID, day),
     FOREIGN KEY (districtID, enrollmentID) REFERENCES enrollment (districtID, enrollmentID))`,
  `CREATE TABLE note (${tenant} noteID INT, enrollmentID INT, day INT, PRIMARY KEY (districtID, noteID),
     FOREIGN KEY (districtID, enrollmentID, day) REFERENCES attendance (districtID, enrollmentID, day))`,
];

const conflictsOf = async ({ world }: CaseWorld) => {
  const filter = {
    ...{ districtId: testDistrict, schoolYear: 2027, ownOnly: true, schools: null, held: null },
    objects: ['person', 'enrollment', 'attendance', 'note'],
  };
  const { items } = await listIdentityConflicts(world.control, filter, { limit: 10 });
  return items.map(({ conflict }) => conflict);
};

async function resolve(world: CaseWorld, conflictId: number, preview = false): Promise<IdentityAnswer> {
  const question = { conflictId, preview, by: 'the state' };
  return (await world.world.run('identityResolution', question)) as IdentityAnswer;
}

async function allGreen(world: CaseWorld): Promise<void> {
  const { status, objects, errors } = await world.resync();
  expect({ status, errors }).toEqual({ status: 'finished', errors: [] });
  for (const { color } of Object.values(objects)) expect(color).toBe('green');
  const again = await world.resync();
  for (const counts of Object.values(again.objects)) expect(counts).not.toHaveProperty('updated');
}

const options = { district, state, introspect: { tenantColumn: 'districtID' } };

test('a renumbered record is found with both keys, and its new key is carried over with all that refers to it', async () => {
  await useCase(
    null,
    async (world) => {
      await world.resync();
      await world.district(
        'UPDATE enrollment SET enrollmentID = 912 WHERE enrollmentID = 12; UPDATE attendance SET enrollmentID = 912 WHERE enrollmentID = 12; UPDATE note SET enrollmentID = 912 WHERE enrollmentID = 12',
      );
      for (const run of ['first', 'second']) {
        const { objects, errors } = await world.resync();
        expect({ run, ...objects['enrollment'] }).toMatchObject({ run, color: 'red', failed: 1, extra: 1 });
        expect(errors).toContain('enrollment ["912"] failed RENUMBERED enrollmentID');
      }
      const [conflict, ...others] = await conflictsOf(world);
      expect(others).toEqual([]);
      expect(conflict).toMatchObject({ key: ['912'], formerKey: ['12'], code: 'RENUMBERED' });
      const changes = [
        { object: 'enrollment', records: 1 },
        { object: 'attendance', records: 2 },
        { object: 'note', records: 2 },
      ];
      const before = await world.state('SELECT * FROM note ORDER BY noteID');
      expect(await resolve(world, conflict!.conflictId, true)).toEqual({ changes, problem: null });
      expect(await world.state('SELECT * FROM note ORDER BY noteID')).toEqual(before);
      expect(await conflictsOf(world)).toHaveLength(1);
      expect(await resolve(world, conflict!.conflictId)).toEqual({ changes, problem: null });
      expect(await conflictsOf(world)).toEqual([]);
      expect(await world.state('SELECT noteID, enrollmentID FROM note ORDER BY noteID')).toEqual([
        { noteID: 1, enrollmentID: 912 },
        { noteID: 2, enrollmentID: 912 },
        { noteID: 3, enrollmentID: 11 },
      ]);
      await allGreen(world);
    },
    options,
  );
});

test('a changed GUID is taken over where a person says so, and not while another record has it', async () => {
  await useCase(
    null,
    async (world) => {
      await world.resync();
      await world.district("UPDATE person SET guid = 'new' WHERE personID = 2");
      for (let run = 0; run < 2; run += 1)
        expect((await world.resync()).errors).toEqual(['person ["2"] failed IDENTITY_CHANGED guid']);
      const [conflict] = await conflictsOf(world);
      await world.state("INSERT INTO person VALUES (8, 1, 'new', 'Z')");
      expect((await resolve(world, conflict!.conflictId)).problem).toContain('Another record at the state');
      await world.state('DELETE FROM person WHERE districtID = 8');
      expect(await resolve(world, conflict!.conflictId)).toEqual({
        changes: [{ object: 'person', records: 1 }],
        problem: null,
      });
      await allGreen(world);
    },
    options,
  );
});

test('a student of another district is released from there, both districts and the state hear of it', async () => {
  await useCase(
    null,
    async (world) => {
      await world.state("INSERT INTO person VALUES (8, 77, 'g3', 'C')");
      const { errors } = await world.resync();
      expect(errors).toEqual(['person ["3"] failed HELD_BY_DISTRICT guid']);
      expect((await world.resync()).errors).toEqual(errors);
      const [conflict] = await conflictsOf(world);
      expect(conflict).toMatchObject({ code: 'HELD_BY_DISTRICT', heldBy: '8', key: ['3'] });
      const alerts = (await world.world
        .control('processAlert')
        .where('name', 'Records Held by Another District')) as {
        districtID: string | null;
        level: string;
        text: string;
      }[];
      // Of two runs one task: the state's, the sender's and the holder's.
      expect(alerts.map(({ districtID, level }) => `${districtID ?? 'all'} ${level}`).sort()).toEqual([
        'all state',
        'second-district district',
        `${testDistrict} district`,
      ]);
      for (const { level, text, districtID } of alerts) {
        const other = districtID === testDistrict ? 'second-district' : testDistrict;
        if (level === 'district') expect(text).not.toContain(other);
      }
      expect((await resolve(world, conflict!.conflictId)).changes).toEqual([
        { object: 'person', records: 1 },
      ]);
      const released = await world.world.control('processAlert').where('name', 'Record Released');
      expect(released).toHaveLength(2);
      const tasks = await world.world
        .control('processAlert')
        .where('name', 'Records Held by Another District');
      expect(tasks.filter(({ closedAt }: { closedAt: string | null }) => closedAt === null)).toEqual([]);
      const [left] = await world.state('SELECT guid, name FROM person WHERE districtID = 8');
      expect(left).toEqual({ guid: expect.not.stringMatching('^g3$') as string, name: 'C' });
      await allGreen(world);
    },
    { ...options, second: [person('')] },
  );
});

const shifted = (to: string) =>
  `SET foreign_key_checks = 0; UPDATE enrollment SET personID = ${to}; UPDATE person SET personID = ${to} ORDER BY personID DESC`;
const exchanged = (table: string, column: string, a: number, b: number) =>
  `UPDATE ${table} SET ${column} = CASE ${column} WHEN ${a} THEN ${b} ELSE ${a} END WHERE ${column} IN (${a}, ${b})`;

test.each([
  {
    how: 'a table that was shifted by one',
    change: shifted('personID + 1'),
    found: ['2', '3', '4', '5'].map((key) => `person ["${key}"] failed RENUMBERED personID`),
    carried: { object: 'person', records: 4 },
    extra: {},
  },
  {
    how: 'two that exchanged their keys, which are part of others’',
    change: [
      'UPDATE enrollment SET enrollmentID = 99 WHERE enrollmentID = 12',
      'UPDATE enrollment SET enrollmentID = 12 WHERE enrollmentID = 13',
      'UPDATE enrollment SET enrollmentID = 13 WHERE enrollmentID = 99',
      "UPDATE attendance SET enrollmentID = 99, code = 'Q' WHERE enrollmentID = 12",
      'UPDATE attendance SET enrollmentID = 12 WHERE enrollmentID = 13',
      'UPDATE attendance SET enrollmentID = 13 WHERE enrollmentID = 99',
      exchanged('note', 'enrollmentID', 12, 13),
    ].join('; '),
    found: ['12', '13'].map((key) => `enrollment ["${key}"] failed RENUMBERED enrollmentID`),
    carried: { object: 'enrollment', records: 2 },
    // Sent below the other one while the two stood for each other.
    extra: { attendance: 1 },
  },
  {
    how: 'one that has the key of another who left',
    change:
      'DELETE FROM person WHERE personID = 4; UPDATE person SET personID = 4 WHERE personID = 3; UPDATE enrollment SET personID = 4 WHERE personID = 3',
    found: ['person ["4"] failed RENUMBERED personID'],
    carried: { object: 'person', records: 2 },
    extra: { person: 1 },
  },
])('$how: each is found as renumbered, and one resolution carries all of them', async (way) => {
  await useCase(
    null,
    async (world) => {
      await world.resync();
      await world.district(way.change);
      for (const run of ['first', 'second']) {
        const { errors } = await world.resync();
        expect({ run, errors: errors.filter((error) => error.includes(' failed ')) }).toEqual({
          run,
          errors: way.found,
        });
      }
      const conflicts = await conflictsOf(world);
      expect(conflicts).toHaveLength(way.found.length);
      const shown = await resolve(world, conflicts[0]!.conflictId, true);
      expect(shown).toMatchObject({ problem: null, changes: [way.carried, ...shown.changes.slice(1)] });
      expect(await resolve(world, conflicts[0]!.conflictId)).toEqual(shown);
      expect(await conflictsOf(world)).toEqual([]);
      await allGreen(world);
      for (const table of ['person', 'enrollment', 'attendance', 'note']) {
        const rows = async (side: 'district' | 'state') =>
          (await world[side](`SELECT * FROM ${table}`)).map(({ districtID: _, ...row }) =>
            JSON.stringify(row),
          );
        const [mine, theirs] = [await rows('district'), await rows('state')];
        expect(mine.filter((row) => !theirs.includes(row))).toEqual([]);
        expect(theirs.filter((row) => !mine.includes(row))).toHaveLength(
          (way.extra as Record<string, number>)[table] ?? 0,
        );
      }
    },
    options,
  );
});

test('a student of another district under the key of one who left is released from there, then taken over', async () => {
  await useCase(
    null,
    async (world) => {
      await world.resync();
      await world.state("INSERT INTO person VALUES (8, 77, 'g8', 'H')");
      await world.district("UPDATE person SET guid = 'g8', name = 'H' WHERE personID = 4");
      for (const code of ['HELD_BY_DISTRICT', 'IDENTITY_CHANGED']) {
        expect((await world.resync()).errors).toEqual([`person ["4"] failed ${code} guid`]);
        const [conflict] = await conflictsOf(world);
        expect((await resolve(world, conflict!.conflictId)).problem).toBeNull();
      }
      await allGreen(world);
    },
    { ...options, second: [person('')] },
  );
});
