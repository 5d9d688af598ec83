import { until } from '../support/until';
import type { Catalog, ParentErrorGate } from '../../src/domain/catalog';
import { type CaseWorld, useCase } from '../support/case-world';

/** What happens to records whose parents could not be sent, then and later. */

const school = (name: string) =>
  `CREATE TABLE school (schoolID INT PRIMARY KEY, name VARCHAR(${name === 'district' ? 40 : 10}))`;
const person = 'CREATE TABLE person (personID INT PRIMARY KEY, schoolID INT, note VARCHAR(40))';
const card = 'CREATE TABLE card (cardID INT PRIMARY KEY, personID INT)';
const foreign = (table: string, column: string, parent: string) =>
  `ALTER TABLE ${table} ADD FOREIGN KEY (${column}) REFERENCES ${parent} (${column})`;
const district = [
  school('district'),
  person,
  card,
  foreign('person', 'schoolID', 'school'),
  foreign('card', 'personID', 'person'),
  "INSERT INTO school VALUES (1, 'North'), (2, 'much too long a name'), (3, 'another too long name')",
  "INSERT INTO person VALUES (11, 1, 'a'), (12, 2, 'b'), (13, 2, 'c'), (14, 3, 'd')",
  'INSERT INTO card VALUES (101, 11), (102, 12), (104, 14)',
];
const state = [school('state'), person, card];
const guarded = [...state, foreign('person', 'schoolID', 'school'), foreign('card', 'personID', 'person')];

/** The edge of person to school with this gate. */
const gated = (onParentErrors: ParentErrorGate) => (catalog: Catalog) => ({
  ...catalog,
  objects: catalog.objects.map((object) =>
    object.name === 'person'
      ? { ...object, references: object.references.map((one) => ({ ...one, onParentErrors })) }
      : object,
  ),
});

test('by default what refers to a parent that was not sent is blocked, and the rest is sent', async () => {
  await useCase(
    null,
    async (world) => {
      const { objects } = await world.resync();
      expect(objects['person']).toMatchObject({ inserted: 1, blocked: 3 });
      expect(objects['card']).toMatchObject({ inserted: 1, blocked: 2 });
    },
    { district, state: guarded },
  );
});

test('an edge that sends all the same sends what no key of the state refuses', async () => {
  const options = { district, catalog: gated('send') };
  await useCase(
    null,
    async (world) => {
      const { objects, errors } = await world.resync();
      expect(objects['person']).toMatchObject({ inserted: 4, color: 'green' });
      expect(objects['card']).toMatchObject({ inserted: 3, color: 'green' });
      expect((await world.resync()).errors).toEqual(errors);
      expect((await world.resync()).objects['person']).toEqual({
        ...{ status: 'finished', color: 'green', unchanged: 4 },
      });
    },
    { ...options, state },
  );
  await useCase(
    null,
    async (world) =>
      expect((await world.resync()).objects['person']).toMatchObject({ inserted: 1, blocked: 3 }),
    { ...options, state: guarded },
  );
});

test('an edge with a share stops the object above it, and what depends on that; below it nothing changes', async () => {
  await useCase(
    null,
    async (world) => {
      const { objects } = await world.resync();
      expect(objects['person']).toMatchObject({ status: 'skipped', color: 'red' });
      expect(objects['card']).toMatchObject({ status: 'skipped' });
      const [row] = (await world.world.control('DISBatchHistory').where({ objectName: 'person' })) as {
        message: string;
      }[];
      expect(row!.message).toContain('66.7 % of the records of school were not sent');
      expect(await world.state('SELECT * FROM person')).toEqual([]);
    },
    { district, state: guarded, catalog: gated({ stopAbovePercent: 60 }) },
  );
  await useCase(
    null,
    async (world) =>
      expect((await world.resync()).objects['person']).toMatchObject({ inserted: 1, blocked: 3 }),
    { district, state: guarded, catalog: gated({ stopAbovePercent: 70 }) },
  );
});

interface Follow {
  readonly resyncID: string;
  readonly status: string;
  readonly retryOf: string;
  readonly selected: string;
  readonly initiator: string;
}

const followUps = async ({ world }: CaseWorld): Promise<Follow[]> =>
  (await world.control('resync').where('resyncID', 'like', 'unblocked-%').orderBy('requestedAt')) as Follow[];

/** Waits until so many runs have followed, all to their end. */
const followed = (world: CaseWorld, count: number): Promise<Follow[]> =>
  until(
    `${count} runs have followed`,
    () => followUps(world),
    (all) => all.length === count && all.every(({ status }) => status === 'finished'),
  );

/** Keys of the records of an object that a run was made to send. */
const chosen = async ({ world }: CaseWorld, resyncID: string, objectName: string): Promise<string[]> => {
  const rows = (await world
    .control('resyncSelection')
    .where({ resyncID, objectName })
    .orderBy('recordKey')) as { recordKey: string }[];
  return rows.map(({ recordKey }) => recordKey);
};

test('records that were blocked are sent by themselves once their parent has come, level by level, and no others', async () => {
  await useCase(
    null,
    async (world) => {
      const first = await world.resync();
      await world.district("UPDATE school SET name = 'East' WHERE schoolID = 2");
      const second = await world.resync({ objects: ['school'], checkDependencies: false });
      expect(second.objects['school']).toMatchObject({ inserted: 1 });
      await followed(world, 2);
      const [persons, cards] = await followUps(world);
      expect(persons).toMatchObject({ retryOf: first.resyncId, initiator: 'district' });
      expect(JSON.parse(persons!.selected)).toEqual({ outcomes: ['blocked'], landedIn: second.resyncId });
      expect(JSON.parse(cards!.selected)).toMatchObject({ landedIn: persons!.resyncID });
      const read = await world.world
        .control('DISBatchHistory')
        .whereIn('resyncID', [persons!.resyncID, cards!.resyncID])
        .where('inserted', '>', 0)
        .orderBy('batchHistoryID')
        .select('objectName', 'inserted', 'blocked');
      expect(read).toEqual([
        { objectName: 'person', inserted: 2, blocked: 0 },
        { objectName: 'card', inserted: 1, blocked: 0 },
      ]);
      expect(await world.state('SELECT personID FROM person ORDER BY personID')).toEqual(
        [11, 12, 13].map((personID) => ({ personID })),
      );
      // Nothing new has come: nothing follows.
      await world.resync({ objects: ['school'], checkDependencies: false });
      expect(await followUps(world)).toHaveLength(2);
      // A parent that nobody waits for has come: what has followed doesn't follow again.
      await world.district("INSERT INTO school VALUES (4, 'South')");
      const third = await world.resync({ objects: ['school'], checkDependencies: false });
      expect(third.objects['school']).toMatchObject({ inserted: 1 });
      expect(await followUps(world)).toHaveLength(2);
      // The last parent: only who waited for it follows.
      await world.district("UPDATE school SET name = 'West' WHERE schoolID = 3");
      await world.resync({ objects: ['school'], checkDependencies: false });
      await followed(world, 4);
      const [, , last] = await followUps(world);
      expect(await chosen(world, last!.resyncID, 'person')).toEqual(['["14"]']);
      expect((await world.resync()).errors).toEqual([]);
      expect(await followUps(world)).toHaveLength(4);
    },
    { district, state: guarded },
  );
});

test('a record that waits for two parents follows when the second has come, and then no more', async () => {
  const twoParents = [
    school('district'),
    person.replace('schoolID INT,', 'schoolID INT, homeID INT,'),
    'CREATE TABLE home (homeID INT PRIMARY KEY, street VARCHAR(40))',
    foreign('person', 'schoolID', 'school'),
    foreign('person', 'homeID', 'home'),
    "INSERT INTO school VALUES (1, 'North'), (2, 'much too long a name')",
    "INSERT INTO home VALUES (1, 'First Street'), (2, 'much too long a street')",
    "INSERT INTO person VALUES (11, 2, 2, 'a'), (12, 2, 1, 'b'), (13, 1, 2, 'c')",
  ];
  const mended: Readonly<Record<string, string>> = {
    school: "UPDATE school SET name = 'East' WHERE schoolID = 2",
    home: "UPDATE home SET street = 'Elm Street' WHERE homeID = 2",
  };
  const narrow = [
    school('state'),
    person.replace('schoolID INT,', 'schoolID INT, homeID INT,'),
    'CREATE TABLE home (homeID INT PRIMARY KEY, street VARCHAR(15))',
    foreign('person', 'schoolID', 'school'),
    foreign('person', 'homeID', 'home'),
  ];
  await useCase(
    null,
    async (world) => {
      const first = await world.resync();
      expect(first.objects['person']).toMatchObject({ blocked: 3 });
      const mend = async (object: string) => {
        await world.district(mended[object]!);
        const { objects } = await world.resync({ objects: [object], checkDependencies: false });
        expect(objects[object]).toMatchObject({ inserted: 1 });
      };
      const missed = (resyncID: string) =>
        world.world
          .control('recordError')
          .where({ resyncID, recordKey: '["11"]', outcome: 'blocked' })
          .pluck<string[]>('parentObject');
      const [named] = await missed(first.resyncId);
      const other = named === 'home' ? 'school' : 'home';
      await mend(named!);
      await followed(world, 1);
      const [follow] = await followUps(world);
      expect(await missed(follow!.resyncID)).toEqual([other]);
      await mend(other);
      await followed(world, 3);
      expect(await world.state('SELECT personID FROM person ORDER BY personID')).toEqual(
        [11, 12, 13].map((personID) => ({ personID })),
      );
      await world.district("INSERT INTO home VALUES (3, 'Oak Street')");
      await world.resync({ objects: ['home'], checkDependencies: false });
      expect(await followUps(world)).toHaveLength(3);
    },
    { district: twoParents, state: narrow },
  );
});
