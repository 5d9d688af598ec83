import { introspect } from '../../src/introspection/introspect';
import { readEditions } from '../../src/introspection/read-editions';
import { createTestDatabases } from '../support/stack';
import { runSql } from './ugly';

/** What introspection says of two schemas, a line for each table and finding. */
async function said(district: string, state: string): Promise<string[]> {
  const databases = await createTestDatabases();
  try {
    await runSql(databases.districtUrl, district);
    await runSql(databases.stateUrl, state);
    const { findings } = introspect(await readEditions(databases));
    return findings.map(({ kind, table, message }) => `${kind}: ${table}: ${message}`);
  } finally {
    await databases.drop();
  }
}

test('what the state does by itself is named: triggers and their order, cascades, further keys, checks, partitions', async () => {
  const tables = `
    CREATE TABLE log (id INT NOT NULL PRIMARY KEY, n INT);
    CREATE TABLE person (id INT NOT NULL PRIMARY KEY, name VARCHAR(20), login VARCHAR(20), card INT UNIQUE);
    CREATE TABLE visit (id INT NOT NULL PRIMARY KEY, person INT, FOREIGN KEY (person) REFERENCES person (id));
    CREATE TABLE year_sum (y INT NOT NULL PRIMARY KEY, total INT);`;
  const lines = await said(
    tables,
    tables
      .replace('REFERENCES person (id)', 'REFERENCES person (id) ON DELETE CASCADE')
      .replace('card INT UNIQUE', 'card INT UNIQUE, UNIQUE KEY (login)')
      .replace(
        'total INT)',
        'total INT, CONSTRAINT not_negative CHECK (total >= 0)) PARTITION BY HASH (y) PARTITIONS 2',
      ) +
      `CREATE TRIGGER tidy BEFORE INSERT ON person FOR EACH ROW SET NEW.name = TRIM(NEW.name);
       CREATE TRIGGER noting AFTER INSERT ON visit FOR EACH ROW INSERT INTO log VALUES (NEW.id, 1);
       CREATE TABLE tally (y INT NOT NULL PRIMARY KEY) ENGINE=MyISAM;
       CREATE TRIGGER counting AFTER INSERT ON year_sum FOR EACH ROW INSERT INTO tally VALUES (NEW.y);`,
  );
  const expected = [
    /^note: log: goes after visit, whose triggers write it$/,
    /^note: person: at the state, trigger tidy \(BEFORE INSERT\) sets name$/,
    /^decide: person: "name": set by the state's trigger.*STATE_CHANGES_VALUE.*stateOwnedColumns/,
    /^note: person: the state keeps \(login\) unique, the district does not .*UNIQUE_CLASH/,
    /^note: person: removing its records would change or remove records of visit \(ON DELETE CASCADE\)/,
    /^note: visit: at the state, trigger noting \(AFTER INSERT\) writes log$/,
    /^omitted: tally: only the state has this table$/,
    /^note: year_sum: at the state, trigger counting \(AFTER INSERT\) writes tally$/,
    /^decide: year_sum: its triggers write tally, which the state keeps in MyISAM, .*ENGINE=InnoDB/,
    /^note: year_sum: partitioned at the state/,
    /^note: year_sum: the state checks "not_negative", which the district does not/,
  ];
  for (const line of expected) expect(lines).toContainEqual(expect.stringMatching(line));
  expect(lines.filter((line) => !line.includes('(every table)'))).toHaveLength(expected.length);
});

test('how columns differ is named: NULL, character sets, types, invisible ones, and engines', async () => {
  const lines = await said(
    `CREATE TABLE a (id INT NOT NULL PRIMARY KEY, must INT NULL, text VARCHAR(9) CHARACTER SET utf8mb4,
       same VARCHAR(9) CHARACTER SET latin1, hidden INT INVISIBLE, small INT, UNIQUE (same)) ENGINE=MyISAM;`,
    `CREATE TABLE a (id INT NOT NULL PRIMARY KEY, must INT NOT NULL, text VARCHAR(9) CHARACTER SET latin1,
       same VARCHAR(9) CHARACTER SET utf8mb4, hidden INT, small SMALLINT, UNIQUE (same));`,
  );
  expect(lines.filter((line) => !line.includes('(every table)'))).toEqual([
    `note: a: "small" is int at the district and smallint at the state: values that it can't hold fail`,
    'note: a: "must": may be NULL at the district and not at the state: records without a value fail (VALUE_MISSING)',
    'note: a: "text": the character set of the state lacks some of the district’s characters: records that have them fail',
    'note: a: "hidden": invisible at the district, and sent like any other column',
    'note: a: the state keeps (same) unique, the district does not (or by another collation): a record whose value another one keeps fails (UNIQUE_CLASH)',
    'note: a: the district keeps it in MyISAM, which has no transactions: it is read all the same',
  ]);
});

test('what a run would refuse is refused, and the tenant column is asked for where the keys don’t tell', async () => {
  const lines = await said(
    `CREATE TABLE typed (id INT NOT NULL PRIMARY KEY, v INT); CREATE TABLE lea (id INT NOT NULL PRIMARY KEY);`,
    `CREATE TABLE typed (id INT NOT NULL PRIMARY KEY, v YEAR);
     CREATE TABLE lea (id INT NOT NULL PRIMARY KEY, district INT NOT NULL);`,
  );
  expect(lines).toEqual([
    `refused: lea: the state's column district needs a value and the district has no such column; if district says which district a record is of, give --tenant-column district`,
    `refused: typed: column v: int at the district and year at the state can't be compared exactly`,
  ]);
});

test('the tenant column is found wherever it stands in the state’s key; without any foreign key a person is asked', async () => {
  const lines = await said(
    'CREATE TABLE a (id INT NOT NULL PRIMARY KEY); CREATE TABLE b (id INT NOT NULL PRIMARY KEY, a INT);',
    `CREATE TABLE a (id INT NOT NULL, lea VARCHAR(9) NOT NULL, PRIMARY KEY (id, lea));
     CREATE TABLE b (no BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, id INT NOT NULL, LEA VARCHAR(9) NOT NULL, a INT, UNIQUE (id, lea));`,
  );
  expect(lines).toEqual([
    expect.stringMatching(/^decide: \(every table\): no foreign key at either side.*--reference/),
    expect.stringMatching(/^decide: a: its tenant column "lea" is a text: .*"code"/),
    expect.stringMatching(/^decide: b: its tenant column "LEA" is a text: .*"code"/),
    'note: b: only the state has the column "no" (its default stays)',
  ]);
});
