import { ofMariadb, testServers } from '../../support/test-servers';
import { counts, districtNumber, object, World } from '../support';

/** Every type with its edge values, district -> state, compared by the servers byte for byte. */

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

type TypeCase = readonly [type: string, values: readonly string[]];

const text = [
  "'plain'",
  "''",
  "'  both  '",
  "'tab\\tnewline\\nreturn\\rback\\\\slash'",
  "'nul\\0byte\\Zend'",
  "'\\\\N'",
  "'\u{1F468}\u200D\u{1F469}\u200D\u{1F467} \u00E9 \u4E2D'",
  "'quote '' \"'",
  "'a#b#c'",
  'NULL',
];

const short: readonly TypeCase[] = [
  ['TINYINT', ['-128', '127', '0']],
  ['TINYINT UNSIGNED', ['255']],
  ['TINYINT(1)', ['5', '0', '1']],
  ['SMALLINT', ['-32768', '32767']],
  ['MEDIUMINT', ['-8388608', '8388607']],
  ['INT', ['-2147483648', '2147483647']],
  ['INT(8) UNSIGNED ZEROFILL', ['42', '4294967295']],
  ['BIGINT', ['-9223372036854775808', '9223372036854775807', '9007199254740993']],
  ['BIGINT UNSIGNED', ['18446744073709551615']],
  [
    'DECIMAL(65,30)',
    [
      '12345678901234567890123456789012345.123456789012345678901234567890',
      '-0.000000000000000000000000000001',
      '0',
    ],
  ],
  ['DECIMAL(10,0)', ['-9999999999']],
  ['DECIMAL(8,2) UNSIGNED ZEROFILL', ['1.10', '999999.99']],
  ['FLOAT', ['16777217.5', '0.1', '3.402823e38', '1.175494e-38', '-0.0', '-1.5']],
  [
    'DOUBLE',
    [
      '0.1',
      '1.7976931348623157e308',
      '2.2250738585072014e-308',
      '5e-324',
      '-0.0',
      '123456789.123456789',
      '1e21',
    ],
  ],
  ['BIT(1)', ["b'0'", "b'1'"]],
  ['BIT(64)', ["b'1111111111111111111111111111111111111111111111111111111111111111'", "b'1000000'"]],
  ['BIT(20)', ["b'00110001'"]],
  ['CHAR(20)', ["'char'", "''", "'trailing   '", 'NULL']],
  ['CHAR(10) CHARACTER SET latin1', ["'\u00E9\u00FC'"]],
  ['VARCHAR(100)', text],
  ['VARCHAR(50) CHARACTER SET latin1', ["'na\u00EFve '", "''"]],
  ['VARCHAR(50) CHARACTER SET utf8mb3', ["'\u4E2D\u6587'"]],
  ['VARCHAR(50) CHARACTER SET ucs2', ["'\u4E2D a'"]],
  ['BINARY(4)', ["x'00000000'", "x'01'", "x'FF5C0A09'"]],
  ['VARBINARY(20)', ["x''", "x'0000'", "x'5C095C0A00'", "x'FFFE20'", 'NULL']],
  ['DATE', ["'1000-01-01'", "'9999-12-31'", "'0000-00-00'", "'2026-00-00'"]],
  ['DATETIME', ["'1000-01-01 00:00:00'", "'9999-12-31 23:59:59'", "'0000-00-00 00:00:00'"]],
  ['DATETIME(6)', ["'2026-03-29 02:30:00.123456'", "'9999-12-31 23:59:59.999999'"]],
  ['TIMESTAMP NULL', ["'1970-01-01 00:00:01'", "'2038-01-19 03:14:07'", "'2026-03-08 02:30:00'"]],
  ['TIMESTAMP(3) NULL', ["'2026-11-01 01:30:00.789'"]],
  ['TIME', ["'-838:59:59'", "'838:59:59'", "'00:00:00'", "'-00:00:01'"]],
  ['TIME(6)', ["'-838:59:59.000000'", "'12:00:00.000001'"]],
  ['YEAR', ['1901', '2155', '0']],
  ["ENUM('a', 'B', 'it''s', '')", ["'a'", "'B'", "'it''s'", "''"]],
  ["SET('x', 'y', 'z')", ["''", "'x,z'", "'x,y,z'"]],
  ...ofMariadb<TypeCase>(
    ['UUID', ["'123e4567-e89b-12d3-a456-426655440000'"]],
    ['INET6', ["'2001:db8::ff00:42:8329'", "'::ffff:192.0.2.1'"]],
  ),
];

const long: readonly TypeCase[] = [
  ['TINYTEXT', text],
  ['TEXT', text],
  ['MEDIUMTEXT', ["REPEAT('\u{1F600}', 50000)"]],
  ['LONGTEXT', ["REPEAT('ab\\\\c', 100000)", "''"]],
  ['TINYBLOB', ["x'00FF5C'", "x''"]],
  ['BLOB', ["x'0A0D09005C27'"]],
  ['MEDIUMBLOB', ["REPEAT(x'00FF', 100000)"]],
  ['LONGBLOB', ["REPEAT(x'5C', 300000)"]],
  ['JSON', [`'{"a": 1.10, "big": 12345678901234567890, "s":  [1,2 ]}'`, "'null'"]],
  ['GEOMETRY', ["ST_GeomFromText('POINT(1.5 -2.5)', 4326)"]],
  ['POINT', ["ST_GeomFromText('POINT(0 0)')"]],
  ['POLYGON', ["ST_GeomFromText('POLYGON((0 0,10 0,10 10,0 10,0 0))', 3857)"]],
];

async function make(name: string, types: readonly TypeCase[]): Promise<void> {
  const columns = types
    .map(([type], i) => `c${i} ${type}${/NULL|CHARACTER/.test(type) ? '' : ' NULL'}`)
    .join(', ');
  await world.district(
    `CREATE TABLE ${name} (id INT PRIMARY KEY, ${columns}, g INT AS (id * 2) STORED) CHARACTER SET utf8mb4`,
  );
  await world.state(
    `CREATE TABLE ${name} (districtID INT NOT NULL, id INT NOT NULL, ${columns}, g INT AS (id * 2) STORED, PRIMARY KEY (districtID, id)) CHARACTER SET utf8mb4`,
  );
  const most = Math.max(...types.map(([, values]) => values.length));
  for (let i = 0; i < most; i += 1) {
    await world.district(
      `INSERT INTO ${name} (id, ${types.map((_, c) => `c${c}`).join(', ')})
       VALUES (${i + 1}, ${types.map(([, values]) => values[i] ?? 'NULL').join(', ')})`,
    );
  }
}

/** Rows as the server's own bytes. */
async function bytes(side: 'district' | 'state', name: string, types: readonly TypeCase[]): Promise<unknown> {
  // ENUM and SET by number as well, DOUBLE and FLOAT through their shortest exact text.
  const items = types.map(([type], i) =>
    type.startsWith('FLOAT') || type.startsWith('DOUBLE')
      ? `CAST(c${i} + 0e0 AS CHAR) AS c${i}`
      : type.startsWith('BIT')
        ? `CAST(c${i} + 0 AS CHAR) AS c${i}`
        : type.startsWith('ENUM') || type.startsWith('SET')
          ? `CONCAT(c${i} + 0, ':', HEX(c${i})) AS c${i}`
          : `HEX(c${i}) AS c${i}, LENGTH(c${i}) AS l${i}`,
  );
  return world[side](`SELECT id, g, ${items.join(', ')} FROM ${name} ORDER BY id`);
}

test.each([
  ['streamed', 'short_types', short],
  ['inserted', 'long_types', long],
] as const)(
  'every type arrives byte for byte and a second run writes nothing: %s',
  async (_how, name, types) => {
    await make(name, types);
    const thing = object(name, ['id']);
    const n = Number((await world.district(`SELECT COUNT(*) AS n FROM ${name}`))[0]!['n']);
    const first = await world.sync([thing], name);
    expect(first.errors).toEqual([]);
    expect(first.counts).toEqual(counts({ inserted: n }));
    expect(await bytes('state', name, types)).toEqual(await bytes('district', name, types));
    expect((await world.sync([thing], name)).counts).toEqual(counts({ unchanged: n }));

    // Every value is replaced by UPDATE as well: the state's are emptied first.
    await world.state(
      `UPDATE ${name} SET ${types.map((_, i) => `c${i} = NULL`).join(', ')} WHERE districtID = ${districtNumber}`,
    );
    const repaired = await world.sync([thing], name);
    expect(repaired.errors).toEqual([]);
    const [full] = await world.district(
      `SELECT COUNT(COALESCE(${types.map((_, i) => `HEX(c${i})`).join(', ')})) AS n FROM ${name}`,
    );
    expect(repaired.counts).toEqual(
      counts({ updated: Number(full!['n']), unchanged: n - Number(full!['n']) }),
    );
    expect(await bytes('state', name, types)).toEqual(await bytes('district', name, types));

    // And by a multi-row INSERT beside an existing record.
    await world.state(`DELETE FROM ${name} WHERE id > 1`);
    expect((await world.sync([thing], name)).counts).toEqual(counts({ inserted: n - 1, unchanged: 1 }));
    expect(await bytes('state', name, types)).toEqual(await bytes('district', name, types));
  },
);

test('every single value changed at the state is found', async () => {
  for (const [i, [type, values]] of short.entries()) {
    const known = values.filter((value) => value !== 'NULL');
    if (known.length < 2) continue;
    const name = `one_${i}`;
    const column = `v ${type}${/NULL|CHARACTER/.test(type) ? '' : ' NULL'}`;
    await world.district(`CREATE TABLE ${name} (id INT PRIMARY KEY, ${column}) CHARACTER SET utf8mb4`);
    await world.state(
      `CREATE TABLE ${name} (districtID INT, id INT, ${column}, PRIMARY KEY (districtID, id)) CHARACTER SET utf8mb4`,
    );
    await world.district(`INSERT INTO ${name} VALUES (1, ${known[0]!})`);
    await world.state(`INSERT INTO ${name} VALUES (${districtNumber}, 1, ${known[1]!})`);
    const { counts: got } = await world.sync([object(name, ['id'])], name);
    expect([type, got]).toEqual([type, counts({ updated: 1 })]);
  }
});

describe('types that differ between the sides', () => {
  type Pair = readonly [from: string, to: string, values: readonly string[], failed: number];
  const cases: readonly Pair[] = [
    ['INT', 'BIGINT', ['1', '-5'], 0],
    ['INT', 'DECIMAL(12,2)', ['7', '-7'], 0],
    ['INT', 'DOUBLE', ['2147483647'], 0],
    ['INT', 'VARCHAR(20)', ['42', '-1'], 0],
    ['BIGINT', 'INT', ['5', '99999999999'], 1],
    ['DECIMAL(10,4)', 'DECIMAL(10,2)', ['1.2500', '1.2345'], 1],
    ['DECIMAL(10,1)', 'INT', ['3.0', '3.5'], 1],
    ['FLOAT', 'DOUBLE', ['0.1'], 0],
    ['VARCHAR(20)', 'CHAR(20)', ["'a'", "'b  '"], 0],
    ['CHAR(20)', 'VARCHAR(20)', ["'a'"], 0],
    ['VARCHAR(20)', 'VARCHAR(3)', ["'abc'", "'abcd'", "'\u{1F600}'"], 1],
    ['VARCHAR(20)', 'VARCHAR(20) CHARACTER SET latin1', ["'\u00E9'", "'\u{1F600}'"], 1],
    ['VARCHAR(20)', "ENUM('Yes','No')", ["'Yes'", "'yes'", "'Maybe'", "'Yes '"], 3],
    ['VARCHAR(20)', "ENUM('a','')", ["''", "'  '", "'a'", "'a '"], 2],
    ["ENUM('a','b')", "ENUM('b','a','c')", ["'a'", "'b'"], 0],
    ["SET('a','b')", "SET('a','b','c')", ["'a,b'"], 0],
    ['VARCHAR(20)', 'TEXT', ["'x '"], 0],
    ['VARBINARY(10)', 'BINARY(4)', ["x'01'", "x'01020304'", "x'0102030405'"], 1],
    ['BINARY(4)', 'VARBINARY(10)', ["x'01000000'"], 0],
    ['DATE', 'DATETIME(3)', ["'2026-01-02'"], 0],
    ['DATETIME(6)', 'DATETIME', ["'2026-01-02 03:04:05'", "'2026-01-02 03:04:05.5'"], 1],
    ['DATETIME(3)', 'DATETIME(6)', ["'2026-01-02 03:04:05.123'"], 0],
    ['DATETIME', 'TIMESTAMP NULL', ["'2026-01-02 03:04:05'", "'1900-01-01 00:00:00'"], 1],
    ['TIME(3)', 'TIME', ["'-01:02:03'", "'01:02:03.4'"], 1],
    ['TINYINT(1)', 'BIT(1)', ['1', '0'], 0],
    ['YEAR', 'SMALLINT', ['2027'], 0],
    ['YEAR', 'VARCHAR(4)', ['2027', '0'], 0],
    ['FLOAT', 'FLOAT(6,2)', ['3.45', '-0.1', '3.4567', '9999.99'], 1],
    ['DOUBLE', 'DOUBLE(10,2)', ['3.45', '1e300', '-7', '3.4567', '99999999.99'], 2],
    ['DOUBLE(8,2)', 'DOUBLE(10,4)', ['3.45'], 0],
    ['INT', 'BIT(64)', ['-1', '7'], 1],
    ['INT UNSIGNED', 'BIT(32)', ['4294967295'], 0],
    ...ofMariadb<Pair>(
      [
        'VARCHAR(40)',
        'UUID',
        ["'123e4567e89b12d3a456426655440000'", "'123E4567-e89b12d3a456426655440001'", "'{x}'"],
        1,
      ],
      ['CHAR(36)', 'UUID', ["'123E4567-E89B-12D3-A456-426655440000'", "'no uuid'"], 1],
    ),
  ];
  test.each(cases)(
    '%s -> %s: what fits arrives once, what does not fails, and a second run writes nothing',
    async (from, to, values, failed) => {
      const nullable = (type: string): string => (/NULL|CHARACTER/.test(type) ? type : `${type} NULL`);
      await world.district(
        'DROP TABLE IF EXISTS pair',
        `CREATE TABLE pair (id INT PRIMARY KEY, v ${nullable(from)}) CHARACTER SET utf8mb4`,
      );
      await world.state(
        'DROP TABLE IF EXISTS pair',
        `CREATE TABLE pair (districtID INT, id INT, v ${nullable(to)}, PRIMARY KEY (districtID, id)) CHARACTER SET utf8mb4`,
      );
      await world.district(
        `INSERT INTO pair VALUES ${[...values, 'NULL'].map((value, i) => `(${i}, ${value})`).join(', ')}`,
      );
      const n = values.length + 1;
      expect((await world.sync([object('pair', ['id'])], 'pair')).counts).toEqual(
        counts({ inserted: n - failed, failed }),
      );
      expect((await world.sync([object('pair', ['id'])], 'pair')).counts).toEqual(
        counts({ unchanged: n - failed, failed }),
      );
    },
  );

  test.each([
    ['DOUBLE', 'FLOAT'],
    ['BIGINT', 'DOUBLE'],
    ['VARCHAR(10)', 'INT'],
    ['VARCHAR(10)', 'DATE'],
    ['VARCHAR(10)', 'VARBINARY(10)'],
    ["SET('a','b')", "SET('b','a')"],
    ['DATETIME', 'DATE'],
  ])('%s -> %s can not be exact and is refused beforehand', async (from, to) => {
    await world.district('DROP TABLE IF EXISTS pair', `CREATE TABLE pair (id INT PRIMARY KEY, v ${from})`);
    await world.state(
      'DROP TABLE IF EXISTS pair',
      `CREATE TABLE pair (districtID INT, id INT, v ${to}, PRIMARY KEY (districtID, id))`,
    );
    await expect(world.job([object('pair', ['id'])], 'pair')).rejects.toMatchObject({
      errorClass: 'configuration',
      message: expect.stringContaining('column v') as string,
    });
  });
});

async function oneColumn(from: string, to: string): Promise<void> {
  await world.district('DROP TABLE IF EXISTS pair', `CREATE TABLE pair (id INT PRIMARY KEY, v ${from})`);
  await world.state(
    'DROP TABLE IF EXISTS pair',
    `CREATE TABLE pair (districtID INT, id INT, v ${to}, PRIMARY KEY (districtID, id))`,
  );
}

const pair = object('pair', ['id']);

test.each([
  ['CHAR(8)', 'VARCHAR(8)'],
  ['VARCHAR(8)', 'VARCHAR(8)'],
  ['VARCHAR(8)', 'TEXT'],
])('spaces behind, put there at the state, are a difference: %s -> %s', async (from, to) => {
  await oneColumn(from, to);
  await world.district("INSERT INTO pair VALUES (1, 'ab')");
  await world.state(`INSERT INTO pair VALUES (${districtNumber}, 1, 'ab   ')`);
  expect((await world.sync([pair], 'pair')).counts).toEqual(counts({ updated: 1 }));
  expect((await world.sync([pair], 'pair')).counts).toEqual(counts({ unchanged: 1 }));
  expect(await world.state('SELECT LENGTH(v) AS n FROM pair')).toEqual([{ n: 2 }]);
});

/** A MySQL takes no bytes that are no characters, so that none can be sent from one. */
function refusedByMysql(insert: string): Promise<void> {
  return expect(world.district(insert)).rejects.toThrow('Invalid utf8mb3 character string');
}

test('bytes that are no characters arrive as they are or are refused, and a real U+FFFD arrives', async () => {
  await oneColumn('VARCHAR(9) CHARACTER SET utf8mb3', 'VARCHAR(9) CHARACTER SET utf8mb4');
  const insert =
    "INSERT INTO pair VALUES (1, _utf8mb3 x'61EDA08062'), (2, '\uFFFD'), (3, 'plain'), (4, _utf8mb3 x'EDA080')";
  if (testServers.district === 'mysql') return refusedByMysql(insert);
  await world.district(insert);
  for (const expected of [counts({ inserted: 4 }), counts({ unchanged: 4 })])
    expect((await world.sync([pair], 'pair')).counts).toEqual(expected);
  const hex = 'SELECT id, HEX(v) AS v FROM pair ORDER BY id';
  expect(await world.state(hex)).toEqual(await world.district(hex));
});

test('a record whose key has bytes that are no characters is refused, and not passed over', async () => {
  const columns = 'k VARCHAR(9) CHARACTER SET utf8mb3 NOT NULL, v INT';
  await world.district(`CREATE TABLE lost (${columns}, PRIMARY KEY (k))`);
  await world.state(`CREATE TABLE lost (districtID INT, ${columns}, PRIMARY KEY (districtID, k))`);
  const insert = "INSERT INTO lost VALUES ('a', 1), (_utf8mb3 x'62EDA080', 2)";
  if (testServers.district === 'mysql') return refusedByMysql(insert);
  await world.district(insert);
  for (const expected of [counts({ inserted: 1, failed: 1 }), counts({ unchanged: 1, failed: 1 })]) {
    const { counts: got, errors } = await world.sync([object('lost', ['k'])], 'lost');
    expect(got).toEqual(expected);
    expect(errors).toMatchObject([{ code: 'CHARACTERS_NOT_ALLOWED', field: 'k' }]);
  }
});

test('a quotient that a view computes is compared by the digits that are sent', async () => {
  await world.district(
    'CREATE TABLE scored (id INT PRIMARY KEY, points DECIMAL(10,2))',
    'INSERT INTO scored VALUES (1, 1), (2, 2), (3, 3)',
    'CREATE VIEW shares AS SELECT id, points / 3 AS share, points / 3 AS part FROM scored',
  );
  await world.state(
    `CREATE TABLE shares (districtID INT, id INT, share DECIMAL(20,10), part DECIMAL(20,6),
       PRIMARY KEY (districtID, id))`,
  );
  for (const same of [{ inserted: 3 }, { unchanged: 3 }])
    expect((await world.sync([object('shares', ['id'])], 'shares')).counts).toEqual(counts(same));
  expect(await world.state('SELECT id, share, part FROM shares ORDER BY id')).toEqual([
    { id: 1, share: '0.3333330000', part: '0.333333' },
    { id: 2, share: '0.6666670000', part: '0.666667' },
    { id: 3, share: '1.0000000000', part: '1.000000' },
  ]);
});

test('members of an ENUM or SET may have any character', async () => {
  const members = ["'a\\\\b'", "'c,d'", "'e''f'", "'line\\nbreak'", "'\u00E9'", "''"];
  await oneColumn('VARCHAR(20)', `ENUM(${members.join(', ')})`);
  await world.district(
    `INSERT INTO pair VALUES ${members.map((member, i) => `(${i}, ${member})`).join(', ')}, (9, 'c')`,
  );
  for (const same of [{ inserted: 6 }, { unchanged: 6 }])
    expect((await world.sync([pair], 'pair')).counts).toEqual(counts({ ...same, failed: 1 }));
});

test.each([
  ['cp1251', '98'],
  ...ofMariadb<[string, string]>(['ascii', '80']),
  ['sjis', '8540'],
  ['tis620', 'DB'],
])(
  'a code of %s that stands for no character is refused, and never sent as a question mark',
  async (charset, lost) => {
    await oneColumn(`VARCHAR(9) CHARACTER SET ${charset}`, 'VARCHAR(9) CHARACTER SET utf8mb4');
    await world.district(
      `INSERT INTO pair VALUES (1, _${charset} x'${lost}'), (2, 'what?'), (3, _${charset} x'3F${lost}'), (4, 'x')`,
    );
    // Taken up by the state before, as a question mark.
    await world.state(`INSERT INTO pair VALUES (${districtNumber}, 3, '??')`);
    for (const same of [{ inserted: 2 }, { unchanged: 2 }]) {
      const { counts: got, errors } = await world.sync([pair], 'pair');
      expect(got).toEqual(counts({ ...same, failed: 2 }));
      expect(errors.map(({ recordKey, code, field }) => [recordKey, code, field])).toEqual([
        ['["1"]', 'CHARACTERS_NOT_ALLOWED', 'v'],
        ['["3"]', 'CHARACTERS_NOT_ALLOWED', 'v'],
      ]);
    }
    expect(await world.state('SELECT id, v FROM pair WHERE id <> 3 ORDER BY id')).toEqual([
      { id: 2, v: 'what?' },
      { id: 4, v: 'x' },
    ]);
  },
);

test.each([
  ['cp1251', '98'],
  ['cp932', 'FA4A'],
])(
  'a key that its characters would not find again is refused by its bytes, and none is passed over: %s',
  async (charset, odd) => {
    const columns = `k VARCHAR(9) CHARACTER SET ${charset} COLLATE ${charset}_bin NOT NULL, v INT`;
    await world.district(
      'DROP TABLE IF EXISTS odd_keys',
      `CREATE TABLE odd_keys (${columns}, PRIMARY KEY (k))`,
      `INSERT INTO odd_keys VALUES (_${charset} x'${odd}', 1), ('a', 2), ('?', 3), (_${charset} x'62${odd}', 4), ('c', 5)`,
    );
    await world.state(
      'DROP TABLE IF EXISTS odd_keys',
      'CREATE TABLE odd_keys (districtID INT, k VARCHAR(9) NOT NULL, v INT, PRIMARY KEY (districtID, k))',
      `INSERT INTO odd_keys VALUES (${districtNumber}, 'a', 9)`,
    );
    for (const same of [{ inserted: 2, updated: 1 }, { unchanged: 3 }]) {
      const { counts: got, errors } = await world.sync([object('odd_keys', ['k'])], 'odd_keys', {
        pageRecords: 2,
        rangeRecords: 3,
      });
      expect(got).toEqual(counts({ ...same, failed: 2 }));
      expect(errors.map(({ recordKey, code }) => [recordKey, code]).toSorted()).toEqual([
        [JSON.stringify([`\uFFFD${charset}:62${odd}`]), 'CHARACTERS_NOT_ALLOWED'],
        [JSON.stringify([`\uFFFD${charset}:${odd}`]), 'CHARACTERS_NOT_ALLOWED'],
      ]);
    }
    expect(await world.state('SELECT k FROM odd_keys ORDER BY v')).toEqual([
      { k: 'a' },
      { k: '?' },
      { k: 'c' },
    ]);
  },
);

test('where the district has no value of the state’s own, a new record gets the default', async () => {
  await world.district(
    'CREATE TABLE owned (id INT PRIMARY KEY, a INT, b INT, c VARCHAR(9))',
    "INSERT INTO owned VALUES (1, NULL, NULL, NULL), (2, 5, 6, 'x')",
  );
  await world.state(
    `CREATE TABLE owned (districtID INT, id INT, a INT NOT NULL DEFAULT 3, b INT NULL DEFAULT 4,
       c VARCHAR(9) NULL, PRIMARY KEY (districtID, id))`,
  );
  const owned = object('owned', ['id'], { stateOwnedColumns: ['a', 'b', 'c'] });
  expect((await world.sync([owned], 'owned')).counts).toEqual(counts({ inserted: 2 }));
  expect(await world.state('SELECT id, a, b, c FROM owned ORDER BY id')).toEqual([
    { id: 1, a: 3, b: 4, c: null },
    { id: 2, a: 5, b: 6, c: 'x' },
  ]);
  expect((await world.sync([owned], 'owned')).counts).toEqual(counts({ unchanged: 2 }));
});

test('names of columns and tables may have any character that MySQL allows', async () => {
  const table = 'an "odd" na`me, 世';
  const quoted = '`an "odd" na``me, 世`';
  const columns = "`first name` INT NOT NULL, `stre``et-ß` VARCHAR(9), `it's?` INT";
  await world.district(`CREATE TABLE ${quoted} (${columns}, PRIMARY KEY (\`first name\`))`);
  await world.state(
    `CREATE TABLE ${quoted} (districtID INT, ${columns}, PRIMARY KEY (districtID, \`first name\`))`,
  );
  await world.district(`INSERT INTO ${quoted} VALUES (1, 'a', 1), (2, 'far too', 2)`);
  const odd = object('odd', ['first name'], { table, stateTable: table });
  expect((await world.sync([odd], 'odd')).counts).toEqual(counts({ inserted: 2 }));
  await world.district(`UPDATE ${quoted} SET \`it's?\` = 9`);
  expect((await world.sync([odd], 'odd')).counts).toEqual(counts({ updated: 2 }));
  expect((await world.sync([odd], 'odd')).counts).toEqual(counts({ unchanged: 2 }));
});
