/**
 * Column types and the values that are hard for each: literals of SQL, the simplest first, because
 * a counterexample is made smaller toward the first.
 */

/** A type as the district has it, what the state may make of it, and values to try. */
export interface ValueType {
  readonly district: string;
  /** The first is the district's own type; narrower, wider and different ones follow. */
  readonly state: readonly string[];
  /** Types of the state that docs/data-path.md refuses before anything is written. */
  readonly refused?: readonly string[];
  readonly values: readonly string[];
  /** MySQL has no such type, or makes another one of it. */
  readonly onlyMariadb?: boolean;
}

const letters = [
  "'a'",
  "''",
  "'A'",
  "'b'",
  "'a '",
  "' a'",
  "'  '",
  "'é'",
  "'e\u0301'",
  "'ß'",
  "'ss'",
  "'Ж'",
  "'€'",
  "'\u{1f600}'",
  "'\u{1f468}\u200d\u{1f467}'",
  "x'00'",
  "x'610062'",
  "'\\\\'",
  "'it''s \\\"'",
  "'x\\n\\t\\r\\Z'",
  "'\\\\N'",
  "'NULL'",
  "'\ufffd'",
  "'\ufeff'",
  "'ı İ'",
  "'xxxx'",
  "'xxx '",
  "'12345678901234567890'",
  "'a\u00a0'",
  "'0'",
  "'#1#'",
];

const allBytes = `x'${Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0')).join('')}'`;
const whole = ['0', '1', '-1', '7', '127', '128', '255', '256', '-129', '32768', '65536', '2147483647'];
const large = ['9007199254740993', '9223372036854775807', '-9223372036854775808'];
const moments = [
  "'2024-02-29 12:34:56'",
  "'2024-02-29 12:34:56.5'",
  "'2024-02-29 12:34:56.123456'",
  "'2024-02-29 12:34:56.999999'",
  "'0000-00-00'",
  "'2024-00-00'",
  "'2024-05-00 01:02:03'",
  "'1000-01-01'",
  "'0001-01-01 00:00:00.000001'",
  "'1969-12-31 23:59:59'",
  "'1970-01-01 00:00:01'",
  "'2038-01-19 03:14:07.999999'",
  "'2038-01-19 03:14:08'",
  "'9999-12-31 23:59:59.999999'",
];
const doubles = ['0', '-0e0', '0.1', '1.5', '-2.675', '1.005', '16777217', '1e-45', '123456.789', '3.4e38'];

/** A text of the same length in other charsets, types and collations. */
const texts = (length: number): string[] => [
  `VARCHAR(${length})`,
  'VARCHAR(3)',
  `CHAR(${length})`,
  'CHAR(3)',
  'TINYTEXT',
  'TEXT',
  'LONGTEXT',
  `VARCHAR(${length}) CHARACTER SET latin1`,
  `VARCHAR(${length}) CHARACTER SET utf8mb3`,
  `VARCHAR(${length}) CHARACTER SET ascii`,
  `VARCHAR(${length}) CHARACTER SET ucs2`,
  `VARCHAR(${length}) CHARACTER SET utf16`,
  `VARCHAR(${length}) CHARACTER SET cp1251`,
  `VARCHAR(${length}) CHARACTER SET sjis`,
  `VARCHAR(${length}) CHARACTER SET swe7`,
  `VARCHAR(${length}) COLLATE utf8mb4_bin`,
  "ENUM('a','b','','é','it''s \"','0')",
];

const everywhere: readonly ValueType[] = [
  {
    district: 'INT',
    state: [
      'INT',
      'BIGINT',
      'SMALLINT',
      'TINYINT UNSIGNED',
      'INT UNSIGNED ZEROFILL',
      'DECIMAL(5,0)',
      'DECIMAL(20,4)',
      'VARCHAR(4)',
      'VARCHAR(20)',
      'DOUBLE',
      'BIT(8)',
    ],
    refused: ['YEAR', 'FLOAT', 'DATE', 'JSON'],
    values: [...whole, '-2147483648'],
  },
  {
    district: 'BIGINT',
    state: ['BIGINT', 'INT', 'BIGINT UNSIGNED', 'DECIMAL(19,0)', 'DECIMAL(65,30)', 'VARCHAR(20)', 'BIT(64)'],
    refused: ['DOUBLE'],
    values: [...whole, ...large],
  },
  // Narrower as it is shown than it is.
  {
    district: 'BIGINT(2)',
    state: ['BIGINT(2)', 'BIGINT', 'VARCHAR(20)'],
    values: [...whole, ...large],
  },
  {
    district: 'TINYINT(1)',
    state: ['TINYINT(1)', 'INT(1)', 'DECIMAL(3,0)'],
    values: ['0', '1', '-128', '127', '10'],
  },
  {
    district: 'BIGINT UNSIGNED',
    state: ['BIGINT UNSIGNED', 'BIGINT', 'INT', 'DECIMAL(20,0)', 'DECIMAL(18,0)', 'VARCHAR(20)', 'BIT(64)'],
    refused: ['DOUBLE'],
    values: ['0', '1', '255', '9007199254740993', '9223372036854775808', '18446744073709551615'],
  },
  {
    district: 'SMALLINT(5) UNSIGNED ZEROFILL',
    state: ['SMALLINT(5) UNSIGNED ZEROFILL', 'INT', 'TINYINT', 'VARCHAR(5)', 'DECIMAL(6,1)'],
    values: whole,
  },
  {
    district: 'DECIMAL(65,30)',
    state: ['DECIMAL(65,30)', 'DECIMAL(40,10)', 'DECIMAL(10,2)', 'DECIMAL(38,0)', 'BIGINT'],
    refused: ['DOUBLE', 'VARCHAR(70)'],
    values: [
      '0',
      '1.5',
      '-0.000000000000000000000000000001',
      '12345678901234567890123456789012345.123456789012345678901234567891',
      '99999999999999999999999999999999999',
      '-1.10',
      '123.45',
      '2.675',
      '9223372036854775807.5',
    ],
  },
  {
    district: 'DECIMAL(8,3)',
    state: ['DECIMAL(8,3)', 'DECIMAL(8,2)', 'DECIMAL(6,3)', 'INT', 'TINYINT', 'DECIMAL(12,4) ZEROFILL'],
    values: ['0', '1', '0.5', '-0.001', '1.005', '99999.999', '-128.4', '127.5', '10.120'],
  },
  { district: 'FLOAT', state: ['FLOAT', 'DOUBLE', 'FLOAT(9,2)', 'DOUBLE(20,6)'], values: doubles },
  {
    district: 'DOUBLE',
    state: ['DOUBLE', 'DOUBLE(15,3)', 'DOUBLE(20,8)'],
    refused: ['FLOAT', 'DECIMAL(20,5)'],
    values: [...doubles, '1.7976931348623157e308', '5e-324', '-1.0000000000000002', '0.30000000000000004'],
  },
  {
    district: 'FLOAT(9,3)',
    state: ['FLOAT(9,3)', 'FLOAT', 'FLOAT(9,2)', 'DOUBLE', 'DOUBLE(12,4)', 'DOUBLE(12,3)'],
    // Not beyond its digits: it would hold what it takes from nobody.
    values: doubles.filter((value) => Math.abs(Number(value)) < 1e6),
  },
  {
    district: 'DOUBLE(15,4)',
    state: ['DOUBLE(15,4)', 'DOUBLE', 'DOUBLE(15,2)', 'DOUBLE(12,6)'],
    values: doubles,
  },
  {
    district: 'VARCHAR(20)',
    state: texts(20),
    refused: ['INT', 'DATE', 'VARBINARY(20)', "SET('a','b')"],
    values: letters,
  },
  { district: 'VARCHAR(20) COLLATE utf8mb4_bin', state: texts(20), values: letters },
  {
    district: 'CHAR(12)',
    state: ['CHAR(12)', 'VARCHAR(12)', 'CHAR(3)', 'VARCHAR(3)', 'TEXT'],
    values: letters,
  },
  { district: 'TEXT', state: ['TEXT', 'VARCHAR(3)', 'LONGTEXT', 'TINYTEXT', 'CHAR(20)'], values: letters },
  {
    district: 'LONGTEXT',
    state: ['LONGTEXT', 'TEXT', 'MEDIUMTEXT CHARACTER SET latin1'],
    values: [...letters.slice(0, 8), "REPEAT('é', 40000)", "CONCAT(REPEAT('x', 300), ' ')"],
  },
  {
    district: 'VARCHAR(20) CHARACTER SET latin1',
    state: [
      'VARCHAR(20) CHARACTER SET latin1',
      'VARCHAR(20)',
      'CHAR(20) CHARACTER SET latin1',
      'VARCHAR(20) CHARACTER SET latin2',
      'VARCHAR(20) CHARACTER SET utf16',
    ],
    values: [
      ...letters,
      "_latin1 x'80'",
      "_latin1 x'81'",
      "_latin1 x'9f'",
      "_latin1 x'ff'",
      "_latin1 x'fa20'",
    ],
  },
  {
    district: 'VARCHAR(20) CHARACTER SET ucs2',
    state: ['VARCHAR(20) CHARACTER SET ucs2', 'VARCHAR(20)', 'VARCHAR(20) CHARACTER SET utf16', 'VARCHAR(3)'],
    values: [...letters, "_ucs2 x'D83D'", "_ucs2 x'0061DE00'", "_ucs2 x'D83DDE00'", "_ucs2 x'fe0d'"],
  },
  {
    district: 'VARCHAR(20) CHARACTER SET utf16',
    state: ['VARCHAR(20) CHARACTER SET utf16', 'VARCHAR(20)', 'VARCHAR(20) CHARACTER SET ucs2'],
    values: letters,
  },
  {
    district: 'VARCHAR(20) CHARACTER SET utf8mb3',
    state: ['VARCHAR(20) CHARACTER SET utf8mb3', 'VARCHAR(20)', 'VARCHAR(20) CHARACTER SET latin1'],
    values: [...letters, "_utf8mb3 x'EDA080'"],
  },
  {
    district: 'VARCHAR(20) CHARACTER SET sjis',
    state: ['VARCHAR(20) CHARACTER SET sjis', 'VARCHAR(20)', 'VARCHAR(20) CHARACTER SET cp932'],
    // Not the backslash: in this charset it has two codes, and the server turns one into the other.
    values: [...letters.filter((text) => !text.includes('\\')), "_sjis x'955c'", "_sjis x'7e'"],
  },
  {
    district: 'VARCHAR(20) CHARACTER SET gbk',
    state: ['VARCHAR(20) CHARACTER SET gbk', 'VARCHAR(20)', 'VARCHAR(20) CHARACTER SET big5'],
    values: [...letters, "_gbk x'815c'", "_gbk x'bf27'"],
  },
  {
    district: 'VARBINARY(300)',
    state: ['VARBINARY(300)', 'BLOB', 'VARBINARY(3)', 'BINARY(20)', 'LONGBLOB'],
    refused: ['VARCHAR(300)', 'TEXT'],
    values: ["x''", "x'00'", "x'61'", "x'6100'", "x'6120'", "x'ff'", "x'5c27'", "x'ff00ff'", allBytes],
  },
  {
    district: 'BINARY(4)',
    state: ['BINARY(4)', 'BINARY(6)', 'VARBINARY(4)', 'BINARY(3)', 'VARBINARY(2)'],
    values: ["x''", "x'00'", "x'61'", "x'61000000'", "x'ff00ff00'", "x'61202020'"],
  },
  {
    district: 'LONGBLOB',
    state: ['LONGBLOB', 'BLOB', 'VARBINARY(10)'],
    values: ["x''", "x'00'", allBytes, "REPEAT(x'00ff', 40000)", "REPEAT(x'27', 300)"],
  },
  {
    district: 'DATE',
    state: ['DATE', 'DATETIME', 'DATETIME(3)', 'TIMESTAMP'],
    refused: ['TIME', 'INT'],
    values: moments,
  },
  {
    district: 'DATETIME(6)',
    state: ['DATETIME(6)', 'DATETIME', 'DATETIME(3)', 'TIMESTAMP(6)', 'TIMESTAMP'],
    refused: ['DATE', 'VARCHAR(30)'],
    values: moments,
  },
  { district: 'DATETIME', state: ['DATETIME', 'DATETIME(6)', 'TIMESTAMP(2)'], values: moments },
  { district: 'TIMESTAMP(3)', state: ['TIMESTAMP(3)', 'DATETIME(3)', 'TIMESTAMP'], values: moments },
  {
    district: 'TIME(3)',
    state: ['TIME(3)', 'TIME', 'TIME(6)'],
    refused: ['DATETIME'],
    values: [
      "'00:00:00'",
      "'12:00:00.5'",
      "'25:00:00'",
      "'838:59:59'",
      "'-838:59:59'",
      "'-00:00:00.001'",
      "'838:59:58.999'",
    ],
  },
  {
    district: 'YEAR',
    state: ['YEAR', 'INT', 'TINYINT', 'VARCHAR(4)', 'DECIMAL(4,0)'],
    values: ['2024', '0', '1901', '2155', '2000'],
  },
  {
    district: 'BIT(8)',
    state: ['BIT(8)', 'BIT(1)', 'BIT(64)', 'INT', 'TINYINT', 'VARCHAR(3)'],
    values: ["b'0'", "b'1'", "b'1000001'", "b'11111111'", "b'110000'"],
  },
  {
    district: 'BIT(64)',
    state: ['BIT(64)', 'BIGINT UNSIGNED', 'BIGINT', 'BIT(32)'],
    values: ['0', '1', '255', '18446744073709551615', '9223372036854775808'],
  },
  {
    district: "ENUM('a','B','it''s','x y','')",
    state: [
      "ENUM('a','B','it''s','x y','')",
      "ENUM('x y','B','a','','it''s')",
      "ENUM('A','b')",
      "ENUM('a','B')",
      'VARCHAR(3)',
      'VARCHAR(20)',
      'CHAR(5)',
    ],
    refused: ["SET('a','B')", 'INT'],
    values: ["'a'", "'B'", "'it''s'", "'x y'", "''", "'nothing'", '1'],
  },
  {
    district: "SET('a','b','c')",
    state: ["SET('a','b','c')", "SET('a','b','c','d')", 'VARCHAR(3)', 'VARCHAR(20)'],
    refused: ["SET('b','a','c')", "ENUM('a','b')"],
    values: ["'a'", "''", "'a,b'", "'a,b,c'", "'c'"],
  },
  {
    district: 'JSON',
    state: ['JSON', 'LONGTEXT', 'VARCHAR(10)'],
    refused: ['INT', 'LONGBLOB'],
    values: [
      `'{}'`,
      `'[1.10]'`,
      `'{"a": 1, "a": 2}'`,
      `'" "'`,
      `'null'`,
      `'{"b":1,"a":"\u{1f600}é"}'`,
      `'[1e2, 0.1]'`,
    ],
  },
  {
    district: 'GEOMETRY',
    state: ['GEOMETRY', 'POINT', 'LINESTRING'],
    refused: ['BLOB', 'TEXT'],
    values: [
      "ST_GeomFromText('POINT(1 2)')",
      "ST_GeomFromText('POINT(-0.1 1e300)')",
      "ST_GeomFromText('LINESTRING(0 0,1 1)')",
      "ST_GeomFromText('POINT(1 2)', 4326)",
      "ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 1))')",
    ],
  },
  {
    district: 'UUID',
    state: ['UUID', 'VARCHAR(36)', 'CHAR(36)'],
    values: ["'123e4567-e89b-12d3-a456-426655440000'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"],
    onlyMariadb: true,
  },
  {
    district: 'VARCHAR(40)',
    state: ['UUID'],
    values: ["'123e4567-e89b-12d3-a456-426655440000'", "'123E4567e89b12d3a456426655440000'", "'x'", "''"],
    onlyMariadb: true,
  },
  {
    district: 'INET6',
    state: ['INET6', 'VARCHAR(20)', 'VARCHAR(39)'],
    values: ["'::1'", "'::'", "'2001:db8::ff00:42:8329'", "'::ffff:1.2.3.4'"],
    onlyMariadb: true,
  },
];

const longText = ['TEXT', 'LONGTEXT', 'MEDIUMTEXT'];
/** Values of five megabytes: rarely, because each costs as much as a hundred draws. */
const huge: readonly ValueType[] = [
  {
    district: 'LONGTEXT',
    state: ['LONGTEXT', ...longText],
    values: ["''", "REPEAT('é\\'', 1700000)", "REPEAT('x', 5000000)"],
  },
  { district: 'LONGBLOB', state: ['LONGBLOB', 'MEDIUMBLOB'], values: ["x''", "REPEAT(x'00ff', 2500000)"] },
];

const spellings = [
  "'a1'",
  "'b'",
  "'A1'",
  "'a1 '",
  "'á1'",
  "'B'",
  "'z'",
  "'ß'",
  "'ss'",
  "'a\\\\'",
  "''",
  "'\u{1f600}'",
  "'Z9'",
  "'b234'",
];
const keyTexts = [
  'VARCHAR(10)',
  'VARCHAR(10) COLLATE utf8mb4_bin',
  'VARCHAR(10) COLLATE utf8mb4_unicode_ci',
  'VARCHAR(10) COLLATE utf8mb4_general_ci',
  'VARCHAR(10) CHARACTER SET latin1',
  'VARCHAR(10) CHARACTER SET utf8mb3 COLLATE utf8mb3_bin',
  'CHAR(10)',
  'VARCHAR(3)',
];

/** Types of match keys. */
const keys: readonly ValueType[] = [
  {
    district: 'INT',
    state: ['INT', 'BIGINT', 'INT UNSIGNED', 'TINYINT', 'INT AUTO_INCREMENT'],
    refused: ['VARCHAR(11)', 'DECIMAL(11,2)'],
    values: [
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
      '7',
      '8',
      '9',
      '10',
      '11',
      '12',
      '0',
      '-1',
      '127',
      '128',
      '2147483647',
    ],
  },
  {
    district: 'BIGINT UNSIGNED',
    state: ['BIGINT UNSIGNED', 'BIGINT', 'INT UNSIGNED'],
    values: [
      '1',
      '2',
      '3',
      '9007199254740992',
      '9007199254740993',
      '18446744073709551615',
      '18446744073709551614',
      '0',
    ],
  },
  ...keyTexts.map((district) => ({
    district,
    state: [district, ...keyTexts.filter((other) => other !== district)],
    values: spellings,
  })),
  {
    district: 'CHAR(5) COLLATE utf8mb4_bin',
    state: ['CHAR(5) COLLATE utf8mb4_bin', 'VARCHAR(5)', 'CHAR(5)'],
    values: spellings,
  },
  {
    district: 'VARCHAR(10) COLLATE utf8mb4_nopad_bin',
    state: ['VARCHAR(10) COLLATE utf8mb4_nopad_bin', 'VARCHAR(10)', 'VARCHAR(10) COLLATE utf8mb4_bin'],
    values: spellings,
    onlyMariadb: true,
  },
  {
    district: 'VARBINARY(4)',
    state: ['VARBINARY(4)', 'VARBINARY(2)', 'VARBINARY(8)'],
    refused: ['BINARY(4)', 'VARCHAR(4)'],
    values: ["x'61'", "x'62'", "x'6100'", "x''", "x'00'", "x'ff'", "x'4161'", "x'6120'"],
  },
  {
    district: 'BINARY(3)',
    state: ['BINARY(3)'],
    values: ["x'61'", "x'62'", "x'616263'", "x''", "x'ff0000'"],
  },
  {
    district: 'DECIMAL(10,2)',
    state: ['DECIMAL(10,2)', 'DECIMAL(4,2)', 'DECIMAL(20,2)'],
    refused: ['DECIMAL(10,3)'],
    values: ['1', '1.5', '1.50', '-1.25', '0', '99999.99', '2'],
  },
  {
    district: 'DATE',
    state: ['DATE'],
    refused: ['DATETIME'],
    values: ["'2024-02-29'", "'0000-00-00'", "'2024-03-01'", "'2024-00-00'", "'1000-01-01'"],
  },
  {
    district: 'DATETIME(3)',
    state: ['DATETIME(3)', 'TIMESTAMP(3)'],
    values: [
      "'2024-02-29 01:02:03'",
      "'2024-02-29 01:02:03.001'",
      "'2024-02-29 01:02:03.01'",
      "'1969-01-01 00:00:00'",
    ],
  },
  {
    district: 'TIME(2)',
    state: ['TIME(2)'],
    values: ["'00:00:00'", "'25:00:00'", "'-01:00:00.5'", "'838:59:59'", "'00:00:00.01'"],
  },
  { district: 'YEAR', state: ['YEAR'], refused: ['INT'], values: ['2024', '2025', '0', '1901'] },
  { district: 'BIT(8)', state: ['BIT(8)', 'BIT(7)'], refused: ['INT'], values: ['0', '1', '2', '65', '255'] },
  {
    district: 'UUID',
    state: ['UUID'],
    refused: ['VARCHAR(36)'],
    values: [
      "'123e4567-e89b-12d3-a456-426655440000'",
      "'123e4567-e89b-12d3-a456-426655440001'",
      "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
    ],
    onlyMariadb: true,
  },
];

/** Types whose values have to be unique at the state. */
const uniques: readonly ValueType[] = [
  {
    district: 'INT',
    state: ['INT', 'BIGINT', 'TINYINT'],
    values: ['1', '2', '3', '4', '5', '6', 'NULL', '200'],
  },
  {
    district: 'VARCHAR(10)',
    state: ['VARCHAR(10)', 'VARCHAR(10) COLLATE utf8mb4_bin', 'CHAR(10)'],
    values: [...spellings, 'NULL'],
  },
  {
    district: 'VARCHAR(10) COLLATE utf8mb4_bin',
    state: ['VARCHAR(10)', 'VARCHAR(2)'],
    values: [...spellings, 'NULL'],
  },
  {
    district: 'VARBINARY(4)',
    state: ['VARBINARY(4)', 'BINARY(4)'],
    values: ["x'61'", "x'6100'", "x'62'", "x'63'", "x'64'", 'NULL'],
  },
  {
    district: 'DATE',
    state: ['DATE'],
    values: ["'2024-01-01'", "'2024-01-02'", "'2024-01-03'", "'0000-00-00'", 'NULL'],
  },
  {
    district: 'DECIMAL(6,2)',
    state: ['DECIMAL(6,2)', 'DECIMAL(6,1)'],
    values: ['1', '2', '1.5', '1.25', '3', 'NULL'],
  },
  { district: 'TINYINT', state: ['TINYINT'], values: ['0', '1', '2', '127', '-128', '3'] },
  {
    district: "ENUM('a','b','c','')",
    state: ["ENUM('a','b','c','')", "ENUM('c','b','a')", 'VARCHAR(1)'],
    values: ["'a'", "'b'", "'c'", "''", 'NULL'],
  },
  { district: 'DOUBLE', state: ['DOUBLE'], values: ['0', '1.5', '0.1', '-1e300', '2', 'NULL'] },
];

/** The types of one kind of column that both servers know. */
export interface TypePools {
  readonly columns: readonly ValueType[];
  readonly huge: readonly ValueType[];
  readonly keys: readonly ValueType[];
  readonly uniques: readonly ValueType[];
}

/** @param areMariadb which of the servers are: the others are MySQL */
export function typePools(areMariadb: { readonly district: boolean; readonly state: boolean }): TypePools {
  const both = areMariadb.district && areMariadb.state;
  const known = (types: readonly ValueType[]): ValueType[] =>
    types
      .filter(({ onlyMariadb = false }) => both || !onlyMariadb)
      .map((type) => (areMariadb.district && !areMariadb.state ? withoutJson(type) : type));
  return { columns: known(everywhere), huge: known(huge), keys: known(keys), uniques: known(uniques) };
}

/** MariaDB's JSON is a text, which can't be compared with what a MySQL makes of it. */
function withoutJson(type: ValueType): ValueType {
  if (!type.state.includes('JSON')) return type;
  const { state, refused = [] } = type;
  return { ...type, state: state.filter((name) => name !== 'JSON'), refused: [...refused, 'JSON'] };
}
