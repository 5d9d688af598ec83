import type { SyncObject } from '../../../src/domain/catalog';
import { carryDown, type CarriedPage, type CarryJob } from '../../../src/editions/state-fields/carry-down';
import { carryMapping } from '../../../src/editions/state-fields/carry-mapping';
import { districtNumber, object, rows, World } from '../support';

let world: World;
beforeEach(async () => (world = await World.open()));
afterEach(() => world.close());

const person = (owned: readonly string[], fields: Partial<SyncObject> = {}): SyncObject =>
  object('Person', ['personID'], { guidColumn: 'guid', stateOwnedColumns: owned, ...fields });

/**
 * Both tables with records 1 to n, alike but for the columns whose SQL types are given for each
 * side.
 */
async function people(
  n: number,
  district: string,
  state: string,
  values: (i: number) => string,
): Promise<void> {
  await world.district(
    `CREATE TABLE Person (personID INT PRIMARY KEY, guid CHAR(36), name VARCHAR(40), ${district})`,
    `INSERT INTO Person VALUES ${rows(n, (i) => `${i}, 'g${i}', 'N${i}', ${values(i)}`)}`,
  );
  await world.state(
    `CREATE TABLE Person (districtID INT, personID INT, guid CHAR(36), name VARCHAR(40), ${state},
       PRIMARY KEY (districtID, personID))`,
    `INSERT INTO Person VALUES ${rows(n, (i) => `${districtNumber}, ${i}, 'g${i}', 'N${i}', ${values(i)}`)}`,
  );
}

async function jobOf(subject: SyncObject, over: Partial<CarryJob> = {}): Promise<CarryJob> {
  const { mapping, ...job } = await world.job([subject], 'Person');
  return { ...job, carry: carryMapping(mapping), ...over };
}

const carry = async (
  subject: SyncObject,
  keys: string[],
  over: Partial<CarryJob> = {},
): Promise<CarriedPage> =>
  carryDown(
    await jobOf(subject, over),
    keys.map((key) => [key]),
    { announced: true },
  );
const flat = ({ carried, unchanged, refused }: CarriedPage): object => ({
  carried: carried.flat(),
  unchanged: unchanged.flat(),
  refused: refused.map(({ key, code, field }) => [key[0], code, field]),
});

test('carries what the state owns and nothing else, and changes nothing when it is repeated', async () => {
  await people(3, 'grade VARCHAR(9), note VARCHAR(9)', 'grade VARCHAR(9), note VARCHAR(9)', () => "'a', 'n'");
  await world.state(
    "UPDATE Person SET grade = IF(personID = 1, NULL, 'b'), note = 'm', name = 'M' WHERE personID < 3",
  );
  const owned = person(['grade']);
  expect(flat(await carry(owned, ['1', '2', '3']))).toEqual({
    carried: ['1', '2'],
    unchanged: ['3'],
    refused: [],
  });
  expect(await world.district('SELECT grade, note, name FROM Person ORDER BY personID')).toEqual([
    { grade: null, note: 'n', name: 'N1' },
    { grade: 'b', note: 'n', name: 'N2' },
    { grade: 'a', note: 'n', name: 'N3' },
  ]);
  expect(flat(await carry(owned, ['1', '2', '3']))).toEqual({
    carried: [],
    unchanged: ['1', '2', '3'],
    refused: [],
  });
});

test('a record with another GUID, a missing one and a value that does not fit stay as they are, each with its code', async () => {
  await people(
    5,
    "grade VARCHAR(3), size INT, level ENUM('x', 'y') UNIQUE",
    'grade VARCHAR(9), size DECIMAL(6,2), level VARCHAR(9)',
    () => "'a', 1, NULL",
  );
  await world.state(
    "UPDATE Person SET grade = 'toolong' WHERE personID = 1",
    'UPDATE Person SET size = 1.5 WHERE personID = 2',
    "UPDATE Person SET level = 'z' WHERE personID = 3",
    "UPDATE Person SET grade = 'b', guid = 'other' WHERE personID = 4",
    "UPDATE Person SET grade = 'c', level = 'y' WHERE personID = 5",
    `INSERT INTO Person VALUES (${districtNumber}, 6, 'g6', 'N6', 'a', 1, NULL), (99, 7, 'g7', 'N7', 'a', 1, NULL)`,
  );
  const before = await world.district('SELECT * FROM Person WHERE personID < 5');
  const page = await carry(person(['grade', 'size', 'level']), ['1', '2', '3', '4', '5', '6', '7']);
  expect(flat(page)).toEqual({
    carried: ['5'],
    unchanged: [],
    refused: [
      ['2', 'VALUE_PRECISION', 'size'],
      ['3', 'VALUE_NOT_ALLOWED', 'level'],
      ['4', 'IDENTITY_CHANGED', 'guid'],
      ['6', 'NOT_AT_DISTRICT', null],
      ['7', 'NOT_AT_STATE', null],
      ['1', 'VALUE_TOO_LONG', 'grade'],
    ],
  });
  expect(page.refused.map(({ message }) => message).join()).not.toMatch(/toolong|1\.5|'z'/);
  expect(await world.district('SELECT * FROM Person WHERE personID < 5')).toEqual(before);
  // A unique key of the district's: the first has the value, the second is told so.
  await world.state("UPDATE Person SET level = 'y' WHERE personID = 2", 'UPDATE Person SET size = 1');
  expect(flat(await carry(person(['grade', 'size', 'level']), ['2']))).toMatchObject({
    refused: [['2', 'UNIQUE_CLASH', 'level']],
  });
});

test('the exact value arrives, of every kind', async () => {
  const types = `d DECIMAL(12,4), f DOUBLE, b VARBINARY(8), j JSON, t DATETIME(6), e TEXT, bits BIT(7), y YEAR, u BIGINT UNSIGNED`;
  await people(1, types, types, () => 'NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL');
  await world.state(
    `UPDATE Person SET d = 12345678.9001, f = 0.1e-12, b = x'00ff10', j = '{"a": [1, "é"]}', u = 18446744073709551615,
       t = '2026-02-28 23:59:59.000001', e = '😀 it''s \\\\ ', bits = b'1010101', y = 2026`,
  );
  const owned = person(['d', 'f', 'b', 'j', 't', 'e', 'bits', 'y', 'u']);
  expect(flat(await carry(owned, ['1']))).toMatchObject({ carried: ['1'] });
  expect(flat(await carry(owned, ['1']))).toMatchObject({ unchanged: ['1'] });
  const shown = 'SELECT d, f, HEX(b), j, t, HEX(e), bits+0, y, u FROM Person';
  expect(await world.district(shown)).toEqual(await world.state(shown));
});

test('a crash before the district’s COMMIT leaves the district as it was', async () => {
  await people(2, 'grade VARCHAR(9)', 'grade VARCHAR(9)', () => "'a'");
  await world.state("UPDATE Person SET grade = 'b'");
  const crash = () => {
    throw new Error('It died.');
  };
  await expect(carry(person(['grade']), ['1', '2'], { beforeCommit: crash })).rejects.toThrow('It died.');
  expect(await world.district("SELECT 1 FROM Person WHERE grade = 'b'")).toEqual([]);
  expect(flat(await carry(person(['grade']), ['1', '2']))).toMatchObject({ carried: ['1', '2'] });
});

test('a field that could not be compared exactly in this direction is left, and said to be', async () => {
  const key = 'personID INT, guid CHAR(36), size INT';
  await world.district(`CREATE TABLE Person (${key}, f FLOAT, g INT AS (size + 1), PRIMARY KEY (personID))`);
  await world.state(
    `CREATE TABLE Person (districtID INT, ${key}, f DOUBLE, g INT, PRIMARY KEY (districtID, personID))`,
  );
  const { carry: mapping } = await jobOf(person(['size', 'f', 'g']));
  expect(mapping.pairs.map(({ name }) => name)).toEqual(['size']);
  expect(mapping.left.map(({ field }) => field)).toEqual(['f', 'g']);
});
