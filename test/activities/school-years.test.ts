import { createConnection } from 'mysql2/promise';
import { createTestDatabases, type TestDatabases } from '../support/stack';
import { object } from '../editions/support';
import { ResyncWorld } from './world';

let databases: TestDatabases;
beforeAll(async () => {
  databases = await createTestDatabases();
});
afterAll(() => databases.drop());

const tied = { schoolYear: { column: 'endYear' } };
const to = (name: string, key: string) => ({ object: name, columns: [key], parentColumns: [key] });

/** School and Person are of no year; Calendar and Enrollment are. */
const catalog = {
  name: 'two years',
  objects: [
    object('School', ['schoolID']),
    object('Person', ['personID'], { parents: ['School'] }),
    object('Calendar', ['calendarID'], {
      ...tied,
      parents: ['School'],
      references: [to('School', 'schoolID')],
    }),
    object('Enrollment', ['enrollmentID'], {
      ...tied,
      parents: ['Calendar', 'Person'],
      references: [to('Calendar', 'calendarID'), to('Person', 'personID')],
    }),
  ],
};

const tables: Readonly<Record<string, string>> = {
  School: 'schoolID INT NOT NULL, name VARCHAR(20) NOT NULL',
  Person: 'personID INT NOT NULL, name VARCHAR(20) NOT NULL',
  Calendar: 'calendarID INT NOT NULL, schoolID INT NOT NULL, endYear SMALLINT NOT NULL',
  Enrollment:
    'enrollmentID INT NOT NULL, calendarID INT NOT NULL, personID INT NOT NULL, endYear SMALLINT NOT NULL',
};

async function run(url: string, ...statements: string[]): Promise<unknown> {
  const connection = await createConnection(url);
  try {
    let last: unknown;
    for (const statement of statements) [last] = await connection.query(statement);
    return last;
  } finally {
    await connection.end();
  }
}

const keyOf = (name: string) => catalog.objects.find((one) => one.name === name)!.key[0]!;

const districtTables: readonly string[] = Object.entries(tables).map(
  ([name, columns]) => `CREATE TABLE ${name} (${columns}, PRIMARY KEY (${keyOf(name)}))`,
);

const stateTables: readonly string[] = (() => {
  const foreign = (table: string, key: string) =>
    `FOREIGN KEY (districtID, ${key}) REFERENCES ${table} (districtID, ${key})`;
  const keys: Readonly<Record<string, string[]>> = {
    Calendar: [foreign('School', 'schoolID')],
    Enrollment: [foreign('Calendar', 'calendarID'), foreign('Person', 'personID')],
  };
  return Object.entries(tables).map(
    ([name, columns]) =>
      `CREATE TABLE ${name} (districtID INT NOT NULL, ${[columns, `PRIMARY KEY (districtID, ${keyOf(name)})`, ...(keys[name] ?? [])].join(', ')})`,
  );
})();

/**
 * Enrollments 1 to 4 of 2027 and 11 to 13 of 2026; person 3, of enrollment 13, is not at the state.
 */
async function prepare(): Promise<void> {
  await run(
    databases.districtUrl,
    ...districtTables,
    "INSERT INTO School VALUES (1, 'north')",
    "INSERT INTO Person VALUES (1, 'a'), (2, 'b'), (3, 'c')",
    'INSERT INTO Calendar VALUES (10, 1, 2027), (20, 1, 2026)',
    'INSERT INTO Enrollment VALUES (1, 10, 1, 2027), (2, 10, 2, 2027), (3, 10, 1, 2027), (4, 10, 2, 2027)',
    'INSERT INTO Enrollment VALUES (11, 20, 1, 2026), (12, 20, 2, 2026), (13, 20, 3, 2026)',
  );
  await run(
    databases.stateUrl,
    ...stateTables,
    "INSERT INTO School VALUES (42, 1, 'outdated')",
    "INSERT INTO Person VALUES (42, 1, 'outdated'), (42, 2, 'b')",
  );
}

test('a resync of the previous year moves that year only, blocks what lacks a parent, and runs beside the current year’s', async () => {
  await prepare();
  const years = { previousYear: { objects: ['Calendar', 'Enrollment'] } };
  await ResyncWorld.use({ databases, catalog, schoolYear: 2027, years }, async (world) => {
    const previous = await world.resync({ schoolYear: 2026 });
    expect(previous.objects).toMatchObject([
      { objectName: 'Calendar', recordsRead: 1, inserted: 1, color: 'green' },
      { objectName: 'Enrollment', recordsRead: 3, inserted: 2, blocked: 1 },
    ]);
    expect(await world.errors(previous.resyncId)).toMatchObject([
      { objectName: 'Enrollment', outcome: 'blocked', code: 'PARENT_NOT_AT_STATE', parentObject: 'Person' },
    ]);
    // Neither what is of no year nor the other year was touched.
    expect(
      await run(
        databases.stateUrl,
        'SELECT name FROM School UNION SELECT name FROM Person WHERE personID = 1',
      ),
    ).toEqual([{ name: 'outdated' }]);
    expect(await run(databases.stateUrl, 'SELECT DISTINCT endYear FROM Enrollment')).toEqual([
      { endYear: 2026 },
    ]);

    // Drift in both years; a full resync of each at the same time mends its own.
    await run(databases.stateUrl, 'DELETE FROM Enrollment WHERE enrollmentID = 11');
    const [current, again] = await Promise.all([
      world.resync({ schoolYear: 2027 }),
      world.resync({ schoolYear: 2026, objects: ['Enrollment'] }),
    ]);
    expect([current.status, again.status]).toEqual(['finished', 'finished']);
    expect(current.objects.find(({ objectName }) => objectName === 'Enrollment')).toMatchObject({
      ...{ recordsRead: 4, inserted: 4, extra: 0, color: 'green' },
    });
    expect(again.objects.map(({ objectName }) => objectName)).toEqual(['Calendar', 'Enrollment']);
    expect(again.objects[1]).toMatchObject({ recordsRead: 3, extra: 0 });
  });
});

test('school years with databases of their own: each run reads its year’s, finds parents of the others at the state, and removes none of them', async () => {
  const other = await createTestDatabases();
  const fresh = await createTestDatabases();
  try {
    await run(
      fresh.districtUrl,
      ...districtTables,
      "INSERT INTO School VALUES (1, 'north')",
      "INSERT INTO Person VALUES (1, 'a'), (2, 'b'), (3, 'c')",
      'INSERT INTO Calendar VALUES (10, 1, 2027)',
      'INSERT INTO Enrollment VALUES (1, 10, 1, 2027), (2, 10, 2, 2027)',
    );
    // Person 7 left; person 8 was never sent; person 3 came later, and is in the new one only.
    await run(
      other.districtUrl,
      ...districtTables,
      "INSERT INTO School VALUES (1, 'former name')",
      "INSERT INTO Person VALUES (1, 'former'), (7, 'left'), (8, 'never sent')",
      'INSERT INTO Calendar VALUES (20, 1, 2026)',
      'INSERT INTO Enrollment VALUES (11, 20, 1, 2026), (12, 20, 7, 2026), (13, 20, 3, 2026), (14, 20, 8, 2026)',
    );
    await run(fresh.stateUrl, ...stateTables, "INSERT INTO Person VALUES (42, 7, 'left')");
    const byYear = [
      { databaseUrl: fresh.districtUrl },
      { databaseUrl: other.districtUrl, schoolYears: [2025, 2026] },
    ];
    const years = { previousYear: { objects: ['Calendar', 'Enrollment'] } };
    await ResyncWorld.use({ databases: fresh, byYear, catalog, schoolYear: 2027, years }, async (world) => {
      const current = await world.resync({ removals: 'apply' });
      expect(current.objects).toMatchObject([
        { objectName: 'School', color: 'green' },
        { objectName: 'Person', recordsRead: 3, inserted: 3, extra: 0, color: 'green' },
        { objectName: 'Calendar', recordsRead: 1, inserted: 1 },
        { objectName: 'Enrollment', recordsRead: 2, inserted: 2 },
      ]);
      const previous = await world.resync({ schoolYear: 2026 });
      expect(previous.objects).toMatchObject([
        { objectName: 'Calendar', recordsRead: 1, inserted: 1, extra: 0 },
        { objectName: 'Enrollment', recordsRead: 4, inserted: 3, blocked: 1, extra: 0 },
      ]);
      expect(await world.errors(previous.resyncId)).toMatchObject([
        { recordKey: '["14"]', code: 'PARENT_NOT_AT_STATE', parentObject: 'Person', parentKey: '["8"]' },
      ]);
      expect(await run(fresh.stateUrl, 'SELECT personID, name FROM Person ORDER BY personID')).toEqual([
        { personID: 1, name: 'a' },
        { personID: 2, name: 'b' },
        { personID: 3, name: 'c' },
        { personID: 7, name: 'left' },
      ]);
      // Where the objects are, both years are equal now.
      const again = await Promise.all([world.resync(), world.resync({ schoolYear: 2026 })]);
      for (const { objects } of again)
        for (const { inserted, updated, extra } of objects)
          expect({ inserted, updated, extra }).toEqual({ inserted: 0, updated: 0, extra: 0 });
    });
  } finally {
    await other.drop();
    await fresh.drop();
  }
});

test('a run of a year that is no longer offered fails in words, with nothing written', async () => {
  await ResyncWorld.use({ databases, catalog, schoolYear: 2027 }, async (world) => {
    const { status, resyncId } = await world.resync({ schoolYear: 2026 });
    expect(status).toBe('failed');
    expect(await world.control('resync').where({ resyncID: resyncId }).first()).toMatchObject({
      message: 'The school year 2026 is not offered; this district resyncs 2027 (current).',
    });
  });
});
