import { assignStateIds, type AssignJob } from '../../../src/editions/state-fields/assign-state-ids';
import { districtNumber, object, rows, World } from '../support';

let world: World;
beforeEach(async () => {
  world = await World.open();
  const columns = 'personID INT, guid VARCHAR(80), stateID VARCHAR(20)';
  await world.district(`CREATE TABLE Person (${columns}, PRIMARY KEY (personID))`);
  // No unique key on the GUID: a person may be in two districts.
  await world.state(
    `CREATE TABLE Person (districtID INT, ${columns}, PRIMARY KEY (districtID, personID), KEY (guid))`,
  );
});
afterEach(() => world.close());

const person = object('Person', ['personID'], {
  guidColumn: 'guid',
  stateOwnedColumns: ['stateID'],
  stateAssigned: 'stateID',
});
const elsewhere = 99;

async function jobFor(over: Partial<AssignJob> = {}): Promise<AssignJob> {
  const job = { ...(await world.job([person], 'Person', over)), syncEventId: 'e1', ...over };
  await world.control(
    `INSERT INTO syncEvent (syncEventID, districtID, objectName, requestedBy, status)
       VALUES ('${job.syncEventId}', 'd1', 'Person', 'test', 'accepted') ON DUPLICATE KEY UPDATE status = status`,
  );
  return job;
}
const assign = async (over: Partial<AssignJob> = {}): Promise<void> => assignStateIds(await jobFor(over));
/** Another district, whose run holds its own lease. */
const ofTheOther = async (): Promise<Partial<AssignJob>> => {
  await world.control(
    "INSERT INTO districtLease (districtID, schoolYear, resyncID, epoch) VALUES ('d2', 2027, 'other', 1)",
  );
  return {
    scope: { districtId: 'd2', districtNumber: elsewhere, schoolYear: 2027 },
    fence: { resyncId: 'other', epoch: 1 },
  };
};
const ids = async (district = districtNumber): Promise<(string | null)[]> =>
  (await world.state(`SELECT stateID FROM Person WHERE districtID = ${district} ORDER BY personID`)).map(
    (row) => row['stateID'] as string | null,
  );
const insert = (...values: [district: number, personID: number, guid: string | null, id: string | null][]) =>
  world.state(
    `INSERT INTO Person VALUES ${values
      .map(
        (value) =>
          `(${value.map((part) => (typeof part === 'string' ? `'${part}'` : String(part))).join(', ')})`,
      )
      .join(', ')}`,
  );
const assigned = async (): Promise<unknown> =>
  (await world.control("SELECT assigned FROM syncEvent WHERE syncEventID = 'e1'"))[0]?.['assigned'];
const refusals = async (): Promise<unknown[]> =>
  (await world.control('SELECT recordKey, code FROM syncEventRecord ORDER BY recordKey')).map((row) =>
    Object.values(row),
  );

test('gives each person without one an ID of ten digits, once; a repetition gives none', async () => {
  await world.state(
    `INSERT INTO Person VALUES ${rows(1_200, (i) => `${districtNumber}, ${i}, 'G${i}', ${i % 3 === 0 ? `'S${i}'` : 'NULL'}`)}`,
  );
  await assign();
  const given = await ids();
  expect(new Set(given).size).toBe(1_200);
  expect(given.filter((id) => /^[1-9]\d{9}$/.test(id!))).toHaveLength(800);
  expect(given[2]).toBe('S3');
  expect(await assigned()).toBe(800);
  await assign();
  expect(await ids()).toEqual(given);
  expect([await assigned(), await refusals()]).toEqual([800, []]);
});

test('one GUID has one ID: in another district, in another spelling, and also when its row has vanished', async () => {
  await insert(
    [districtNumber, 1, 'aa-1', null],
    [districtNumber, 2, 'bb-2', null],
    [elsewhere, 5, 'BB-2', 'OLD'],
  );
  await assign();
  const [first, second] = await ids();
  expect(second).toBe('OLD');
  await world.state(`DELETE FROM Person WHERE districtID = ${districtNumber}`);
  await insert(
    [districtNumber, 11, 'AA-1', null],
    [districtNumber, 12, 'bb-2', null],
    [districtNumber, 13, 'aa-1', null],
  );
  await world.state(`DELETE FROM Person WHERE districtID = ${elsewhere}`);
  await assign();
  expect(await ids()).toEqual([first, 'OLD', first]);
});

test('an ID that somebody has, or had, is never given again', async () => {
  await insert([elsewhere, 1, 'x', '1111111111'], [districtNumber, 1, 'a', '2222222222']);
  await assign();
  await world.state(`DELETE FROM Person WHERE districtID = ${districtNumber}`);
  await insert([districtNumber, 2, 'b', null], [districtNumber, 3, 'c', null]);
  const drawn = ['1111111111', '2222222222', '3333333333', '3333333333', '4444444444'];
  await assign({ newId: () => drawn.shift()! });
  expect((await ids()).sort()).toEqual(['3333333333', '4444444444']);
});

test('IDs that contradict each other stay, and are told by record', async () => {
  await insert([elsewhere, 1, 'x', 'ONE'], [elsewhere, 2, 'y', 'TWO']);
  await assign(await ofTheOther());
  await insert(
    [districtNumber, 1, 'x', 'OTHER'],
    [districtNumber, 2, 'z', 'TWO'],
    [districtNumber, 3, null, null],
    [districtNumber, 4, 'ü', null],
    [districtNumber, 5, 'w', 'GOOD'],
  );
  await assign();
  expect(await ids()).toEqual(['OTHER', 'TWO', null, null, 'GOOD']);
  expect(await refusals()).toEqual([
    ['["1"]', 'STATE_ID_DIFFERS'],
    ['["2"]', 'STATE_ID_SHARED'],
    ['["3"]', 'NO_GUID'],
    ['["4"]', 'NO_GUID'],
  ]);
});

test('two districts that get the same persons at the same moment give each the same one ID', async () => {
  const persons = 700;
  for (const district of [districtNumber, elsewhere])
    await world.state(
      // In the other district in the opposite order, so that the two meet in the middle.
      `INSERT INTO Person VALUES ${rows(persons, (i) => `${district}, ${district === elsewhere ? persons - i : i}, 'G${i}', NULL`)}`,
    );
  const here = await jobFor();
  const there = await jobFor({ ...(await ofTheOther()), syncEventId: 'e2' });
  await Promise.all([assignStateIds(here), assignStateIds(there)]);
  const different = await world.state(
    'SELECT guid FROM Person GROUP BY guid HAVING COUNT(DISTINCT stateID) <> 1 OR COUNT(stateID) <> 2',
  );
  expect(different).toEqual([]);
  expect(
    await world.state('SELECT stateID FROM Person GROUP BY stateID HAVING COUNT(DISTINCT guid) > 1'),
  ).toEqual([]);
  const [sum] = await world.control('SELECT SUM(assigned) AS n FROM syncEvent');
  expect(Number(sum!['n'])).toBe(2 * persons);
});

test('a run that lost its lease gives nothing, and a crash before the COMMIT leaves nothing', async () => {
  await insert([districtNumber, 1, 'a', null]);
  const job = await jobFor();
  await world.takeLease();
  await expect(assignStateIds(job)).rejects.toThrow(/newer run/);
  const crash = () => {
    throw new Error('It died.');
  };
  await expect(assign({ beforeCommit: crash })).rejects.toThrow('It died.');
  expect([await ids(), await assigned(), await world.control('SELECT 1 FROM stateIdAssignment')]).toEqual([
    [null],
    0,
    [],
  ]);
  await assign();
  expect([(await ids())[0], await assigned()]).toEqual([expect.stringMatching(/^\d{10}$/), 1]);
});
