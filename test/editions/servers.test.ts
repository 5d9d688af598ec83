/** The main outcomes of a resync, between servers of every kind, by the real workflow. */
import { retryBlockedOfCycle } from '../../src/editions/transfer/retry-blocked';
import { verifyCycle } from '../../src/editions/transfer/verify-cycle';
import { parseServerKinds, type ServerKind } from '../../src/stack/server-kind';
import { useCase, type CaseWorld } from '../support/case-world';
import { startPrivateServer, type PrivateServer } from '../support/private-server';
import { testStack } from '../support/stack';
import { counts, object, rows, World } from './support';
import { verify } from './verification/support';

jest.setTimeout(300_000);

const started = new Map<ServerKind, Promise<PrivateServer>>();
afterAll(async () => {
  for (const server of started.values()) await (await server).stop();
});

/** One server of each kind, for either role: the editions are databases of their own. */
function server(kind: ServerKind): Promise<PrivateServer> {
  const found = started.get(kind) ?? startPrivateServer(kind);
  started.set(kind, found);
  return found;
}

// Reserved by one vendor or the other, or by both.
const reserved = ['rank', 'stored', 'system', 'window', 'lateral', 'rows', 'manual', 'key', 'returning'];

const school = 'id INT NOT NULL PRIMARY KEY, name VARCHAR(40) NOT NULL';
const group = `code VARCHAR(20) CHARACTER SET utf8mb3 COLLATE utf8mb3_general_ci NOT NULL PRIMARY KEY,
  school_id INT NOT NULL, email VARCHAR(60) NULL UNIQUE, starts DATETIME(3) NULL, seen TIMESTAMP NOT NULL,
  rate DECIMAL(12,4) NULL, ratio DOUBLE NULL, title VARCHAR(40) NULL, note MEDIUMTEXT NULL, photo LONGBLOB NULL,
  ${reserved.map((name) => `\`${name}\` SMALLINT NULL`).join(', ')}`;
const foreignKey = 'CONSTRAINT group_school FOREIGN KEY (school_id) REFERENCES school (id)';
const table = (name: string, columns: string): string =>
  `CREATE TABLE \`${name}\` (${columns}) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`;

const district = [
  table('school', school),
  table('groups', `${group}, ${foreignKey}`),
  `INSERT INTO school VALUES ${rows(30, (i) => `${i}, 'School ${i}'`)}`,
  `INSERT INTO \`groups\` VALUES ${rows(300, (i) =>
    [
      `'G${i}', ${1 + (i % 30)}, 'g${i}@example.org', '2026-09-01 08:00:00.125', '2026-09-02 10:11:12'`,
      `${i}.2500, ${i} / 7, 'Café ${i} 😀', REPEAT('long ', ${i}), REPEAT(x'00FF5C27', ${i})`,
      ...reserved.map((_, at) => String(at)),
    ].join(', '),
  )}`,
];
const state = [
  table('school', school.replace('VARCHAR(40)', 'VARCHAR(12)')),
  table('groups', `${group.replace('title VARCHAR(40)', 'title VARCHAR(16)')}, ${foreignKey}`),
];

/** A full resync, and a second one on the same data: what it said is all there is to say. */
async function settled(world: CaseWorld): Promise<Awaited<ReturnType<CaseWorld['resync']>>> {
  const first = await world.resync({ removals: 'apply' });
  const second = await world.resync({ removals: 'apply' });
  expect(second.errors).toEqual(first.errors);
  for (const [name, object] of Object.entries(first.objects)) {
    const { inserted = 0, updated = 0, unchanged = 0, extra: _, ...rest } = object;
    expect([name, second.objects[name]]).toEqual([
      name,
      { ...rest, unchanged: inserted + updated + unchanged },
    ]);
  }
  return first;
}

const bytes =
  'HEX(code), school_id, email, starts, seen, rate, CAST(ratio AS CHAR), HEX(title), SHA2(note, 256), SHA2(photo, 256)';

test.each([
  'mysql',
  'mariadb:mysql',
  'mysql:mariadb',
  'mariadb-11.8',
  'mariadb-11.8:mysql',
  'mysql:mariadb-11.8',
])('every outcome comes out the same between servers: %s', async (kinds) => {
  const { district: from, state: to } = parseServerKinds(kinds);
  const shared = await testStack();
  const servers = {
    district: from === 'mariadb' ? shared.district : (await server(from)).info,
    state: to === 'mariadb' ? shared.state : (await server(to)).info,
  };
  await useCase(
    null,
    async (world) => {
      const filled = await settled(world);
      expect(filled).toMatchObject({ status: 'finished', errors: [] });
      expect(filled.objects).toEqual({
        school: { status: 'finished', color: 'green', inserted: 30 },
        groups: { status: 'finished', color: 'green', inserted: 300 },
      });
      const everything = `SELECT ${[bytes, ...reserved.map((name) => `\`${name}\``)].join(', ')} FROM \`groups\` ORDER BY code`;
      const values = async (side: 'district' | 'state'): Promise<unknown[][]> =>
        (await world[side](everything)).map((row) => Object.values(row));
      expect(await values('state')).toEqual(await values('district'));

      await world.district(`INSERT INTO school VALUES (31, 'A name far too long'), (32, 'New');
INSERT INTO \`groups\` (code, school_id, seen, title) VALUES ('G301', 31, NOW(), 'blocked'), ('G302', 32, NOW(), 'new');
UPDATE \`groups\` SET title = 'far too long for the state' WHERE code = 'G10';
UPDATE \`groups\` SET note = CONCAT(note, '!'), \`stored\` = 99, rate = 0.5 WHERE code IN ('G20', 'G21', 'G22');
UPDATE \`groups\` SET title = 'café 30 😀', photo = NULL WHERE code = 'G30'`);
      await world.state(`UPDATE \`groups\` SET email = NULL WHERE code = 'G50';
UPDATE \`groups\` SET ratio = ratio + 0.0000001, \`window\` = NULL WHERE code = 'G60';
DELETE FROM \`groups\` WHERE code = 'G70'`);
      const drifted = await settled(world);
      expect(drifted.errors).toEqual([
        'school ["31"] failed VALUE_TOO_LONG name',
        'groups ["G10"] failed VALUE_TOO_LONG title',
        'groups ["G301"] blocked PARENT_NOT_AT_STATE school_id',
      ]);
      expect(drifted.objects).toMatchObject({
        school: { inserted: 1, unchanged: 30, failed: 1 },
        groups: { inserted: 2, updated: 6, unchanged: 292, failed: 1, blocked: 1 },
      });
      expect(await world.state(`SELECT code FROM \`groups\` WHERE code IN ('G70', 'G301')`)).toEqual([
        { code: 'G70' },
      ]);

      await world.district(`UPDATE school SET name = 'Short' WHERE id = 31;
UPDATE \`groups\` SET title = 'fits' WHERE code = 'G10';
DELETE FROM \`groups\` WHERE code = 'G40'`);
      const mended = await settled(world);
      expect(mended).toMatchObject({ status: 'finished', errors: [] });
      expect(mended.objects['groups']).toMatchObject({ inserted: 1, updated: 1, extra: 1 });
      expect(await values('state')).toEqual(await values('district'));
      expect((await world.world.verify()).status).toBe('finished');
    },
    { servers, district, state },
  );
});

test('a number in JSON that is no double is refused, and all other JSON arrives as it is: mysql', async () => {
  const { info } = await server('mysql');
  const world = await World.open({ district: info, state: info });
  try {
    await world.district(
      'CREATE TABLE plan (id INT PRIMARY KEY, body JSON)',
      `INSERT INTO plan VALUES (1, '{"b": 1.5, "a": [1e2, -0.0, 18446744073709551615, "é😀\\u0000"], "b": 2}'),
         (2, JSON_OBJECT('rate', CAST(1.10 AS DECIMAL(5, 2)))), (3, JSON_ARRAY(CAST('1.5' AS DECIMAL(5, 1)), TRUE, NOW(6))),
         (4, JSON_ARRAY(123456789012345678901234567890)), (5, 'null'), (6, NULL), (7, '" "')`,
    );
    await world.state(
      'CREATE TABLE plan (districtID INT, id INT, body JSON, PRIMARY KEY (districtID, id))',
      "INSERT INTO plan VALUES (7, 2, '{}')",
    );
    for (const same of [{ inserted: 5 }, { unchanged: 5 }]) {
      const { counts: got, errors } = await world.sync([object('plan', ['id'])], 'plan');
      expect(got).toEqual(counts({ ...same, failed: 2 }));
      expect(errors.map(({ recordKey, code, field }) => [recordKey, code, field])).toEqual([
        ['["2"]', 'VALUE_PRECISION', 'body'],
        ['["4"]', 'VALUE_PRECISION', 'body'],
      ]);
    }
    const texts = 'SELECT id, CAST(body AS CHAR) AS body FROM plan WHERE id NOT IN (2, 4) ORDER BY id';
    expect(await world.state(texts)).toEqual(await world.district(texts));
  } finally {
    await world.close();
  }
});

test('a character that the state’s charset lacks is refused by its column, inserted or updated: mysql', async () => {
  const { info } = await server('mysql');
  const world = await World.open({ district: info, state: info });
  try {
    const columns = 'id INT, name VARCHAR(20) CHARACTER SET utf8mb4, note VARCHAR(20)';
    await world.district(
      `CREATE TABLE club (${columns}, PRIMARY KEY (id))`,
      "INSERT INTO club VALUES (1, 'Ж', 'é'), (2, 'é', 'new'), (3, 'Ж', 'é'), (4, 'é', 'Ж')",
    );
    await world.state(
      `CREATE TABLE club (districtID INT, ${columns.replace('utf8mb4', 'latin1')}, PRIMARY KEY (districtID, id))`,
      "INSERT INTO club VALUES (7, 1, '?', 'é'), (7, 2, 'é', 'old')",
    );
    for (const same of [{ inserted: 1, updated: 1 }, { unchanged: 2 }]) {
      const { counts: got, errors } = await world.sync([object('club', ['id'])], 'club');
      expect(got).toEqual(counts({ ...same, failed: 2 }));
      expect(errors.map(({ recordKey, code, field }) => [recordKey, code, field])).toEqual([
        ['["1"]', 'VALUE_INVALID', 'name'],
        ['["3"]', 'VALUE_INVALID', 'name'],
      ]);
    }
  } finally {
    await world.close();
  }
});

test.each(['mysql', 'mariadb'] as const)(
  'a number of more digits than DOUBLE(m,d) has is refused, inserted or updated: %s',
  async (kind) => {
    const { info } = await server(kind);
    const world = await World.open({ district: info, state: info });
    try {
      await world.district(
        'CREATE TABLE reading (id INT PRIMARY KEY, a DOUBLE, b DOUBLE, c FLOAT, d INT)',
        `INSERT INTO reading VALUES (1, 3.4e38, 0, 0, 0), (2, 999999999999.999, 0, 9999.999, 999), (3, 0, -1000, 0, 0),
           (4, 0, 0, 10000, 0), (5, 0, 0, 0, 1000), (6, -1e12, 0, 0, 0), (7, 0, 0, 0, -1000)`,
      );
      await world.state(
        `CREATE TABLE reading (districtID INT, id INT, a DOUBLE(15,3), b DOUBLE(5,2), c FLOAT(7,3), d DOUBLE(5,2),
           PRIMARY KEY (districtID, id))`,
        'INSERT INTO reading (districtID, id) VALUES (7, 1), (7, 2), (7, 3), (7, 7)',
      );
      for (const same of [{ updated: 1 }, { unchanged: 1 }]) {
        const { counts: got, errors } = await world.sync([object('reading', ['id'])], 'reading');
        expect(errors.map(({ recordKey, code, field }) => [recordKey, code, field])).toEqual([
          ['["1"]', 'VALUE_OUT_OF_RANGE', 'a'],
          ['["3"]', 'VALUE_OUT_OF_RANGE', 'b'],
          ['["4"]', 'VALUE_OUT_OF_RANGE', 'c'],
          ['["5"]', 'VALUE_OUT_OF_RANGE', 'd'],
          ['["6"]', 'VALUE_OUT_OF_RANGE', 'a'],
          ['["7"]', 'VALUE_OUT_OF_RANGE', 'd'],
        ]);
        expect(got).toEqual(counts({ ...same, failed: 6 }));
      }
    } finally {
      await world.close();
    }
  },
);

test.each(['mysql', 'mariadb'] as const)(
  'a record whose key is a day that no calendar has costs only itself: %s',
  async (kind) => {
    const { info } = await server(kind);
    const world = await World.open({ district: info, state: info });
    const anyDay = "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'";
    try {
      const days = ['0000-00-00', '2024-00-10', '2024-02-29', '2024-02-30', '2024-02-31', '2024-03-01'];
      const all = [...days, '2024-04-31', '2024-05-01', '2024-06-31'];
      await world.district(
        anyDay,
        'CREATE TABLE one (d DATE PRIMARY KEY, n INT)',
        'CREATE TABLE two (d DATETIME(3), k INT, n INT, PRIMARY KEY (d, k))',
        'CREATE TABLE below (id INT PRIMARY KEY, d VARCHAR(20))',
        `INSERT INTO one VALUES ${all.map((day, n) => `('${day}', ${n})`).join(', ')}`,
        `INSERT INTO two VALUES ${all.flatMap((day, n) => [`('${day} 00:00:00.5', 1, ${n})`, `('${day}', 2, ${n})`]).join(', ')}`,
        "INSERT INTO below VALUES (1, '2024-02-29'), (2, '2024-02-31'), (3, 'N/A'), (4, '2024-13-01'), (5, '')",
      );
      await world.state(
        anyDay,
        'CREATE TABLE one (districtID INT, d DATE, n INT, PRIMARY KEY (districtID, d))',
        'CREATE TABLE two (districtID INT, d DATETIME(3), k INT, n INT, PRIMARY KEY (districtID, d, k))',
        'CREATE TABLE below (districtID INT, id INT, d VARCHAR(20), PRIMARY KEY (districtID, id))',
        // It has been there for long.
        "INSERT INTO one VALUES (7, '2024-06-31', 8), (7, '2024-03-01', 99)",
      );
      const objects = [
        object('one', ['d']),
        object('two', ['d', 'k']),
        object('below', ['id'], {
          references: [{ object: 'one', columns: ['d'], parentColumns: ['d'] }],
        }),
      ];
      for (const same of [
        { one: { inserted: 4, updated: 1, unchanged: 1 }, two: { inserted: 10 }, below: { inserted: 1 } },
        { one: { unchanged: 6 }, two: { unchanged: 10 }, below: { unchanged: 1 } },
      ]) {
        const small = { pageRecords: 1, rangeRecords: 2 };
        const one = await world.sync(objects, 'one', small);
        expect(one.counts).toEqual(counts({ ...same.one, failed: 3 }));
        expect(one.errors.map(({ recordKey, code, field }) => [recordKey, code, field])).toEqual(
          ['2024-02-30', '2024-02-31', '2024-04-31'].map((day) => [`["${day}"]`, 'VALUE_INVALID', 'd']),
        );
        const two = await world.sync(objects, 'two', { pageRecords: 3, rangeRecords: 7 });
        expect(two.counts).toEqual(counts({ ...same.two, failed: 8 }));
        const below = await world.sync(objects, 'below', small);
        expect(below.counts).toEqual(counts({ ...same.below, blocked: 4 }));
      }
    } finally {
      await world.close();
    }
  },
);

test.each([
  ['mysql', 'an empty state', []],
  ['mysql', 'a state that has them', ["(7, 1, NULL, 'é')", "(7, 2, 'é', 'old')"]],
  ['mariadb', 'an empty state', []],
  ['mariadb', 'a state that has them', ["(7, 1, '?', 'é')", "(7, 2, 'é', 'old')"]],
] as const)(
  'bytes that are no text are refused by their column: from %s to mysql, %s',
  async (from, _, there) => {
    const world = await World.open({
      district: (await server(from)).info,
      state: (await server('mysql')).info,
    });
    try {
      const columns = 'id INT, name VARCHAR(20) CHARACTER SET ucs2, note VARCHAR(20)';
      await world.district(
        `CREATE TABLE club (${columns}, PRIMARY KEY (id))`,
        "INSERT INTO club VALUES (1, _ucs2 x'D83D', 'é'), (2, 'é', 'new'), (3, _ucs2 x'D83DDE00', 'é'), (4, NULL, '')",
      );
      await world.state(
        `CREATE TABLE club (districtID INT, ${columns.replace('ucs2', 'utf8mb4')}, PRIMARY KEY (districtID, id))`,
        ...there.map((values) => `INSERT INTO club VALUES ${values}`),
      );
      for (const same of [
        there.length === 0 ? { inserted: 2 } : { inserted: 1, updated: 1 },
        { unchanged: 2 },
      ]) {
        const { counts: got, errors } = await world.sync([object('club', ['id'])], 'club');
        expect(errors.map(({ recordKey, code, field }) => [recordKey, code, field])).toEqual([
          ['["1"]', 'CHARACTERS_NOT_ALLOWED', 'name'],
          ['["3"]', 'CHARACTERS_NOT_ALLOWED', 'name'],
        ]);
        expect(got).toEqual(counts({ ...same, failed: 2 }));
      }
    } finally {
      await world.close();
    }
  },
);

test.each(['mysql', 'mariadb', 'mysql:mariadb', 'mariadb:mysql'])(
  'what a verification predicts of the checks of the state comes true, whatever is quoted in them: %s',
  async (kinds) => {
    const { district: from, state: to } = parseServerKinds(kinds);
    const world = await World.open({ district: (await server(from)).info, state: (await server(to)).info });
    try {
      const refused = ["it's", 'back\\\\slash', 'new\\nline', 'a "quoted" one', 'nul\\0byte', 'é'];
      await world.district(
        'CREATE TABLE word (id INT PRIMARY KEY, v VARCHAR(40))',
        `INSERT INTO word VALUES ${[...refused, 'fine', 'off', 'n0'].map((v, i) => `(${i}, '${v.replace("'", "''")}')`).join(', ')}`,
      );
      const checks = refused.map((v) => `CHECK (v <> '${v.replace("'", "''")}')`);
      const notEnforced = to === 'mysql' ? ["CONSTRAINT off CHECK (v <> 'off') NOT ENFORCED"] : [];
      await world.state(
        `CREATE TABLE word (districtID INT, id INT, v VARCHAR(40), PRIMARY KEY (districtID, id),
           ${[...checks, ...notEnforced, "CHECK (v NOT LIKE 'n_')"].join(', ')})`,
      );
      const word = object('word', ['id']);
      const predicted = (await verify(world, { name: 'test', objects: [word] }, [word])).get(
        'word',
      )!.predicted;
      const { counts: got, errors } = await world.sync([word], 'word');
      expect(errors.map(({ code }) => code)).toEqual([...refused, 'n0'].map(() => 'CHECK_FAILED'));
      expect(predicted).toEqual(got);
      expect(got).toEqual(counts({ inserted: 2, failed: refused.length + 1 }));
    } finally {
      await world.close();
    }
  },
);

test('values of which an expression is unique are swapped: mysql', async () => {
  const { info } = await server('mysql');
  const world = await World.open({ district: info, state: info });
  try {
    const columns = 'id INT, email VARCHAR(40) NOT NULL, name VARCHAR(3)';
    await world.district(
      `CREATE TABLE person (${columns}, PRIMARY KEY (id))`,
      "INSERT INTO person VALUES (1, 'Two@x', 'a'), (2, 'ONE@x', 'b'), (3, 'three@x', 'c')",
    );
    await world.state(
      `CREATE TABLE person (districtID INT, ${columns}, PRIMARY KEY (districtID, id), UNIQUE KEY by_email (districtID, (LOWER(email))))`,
      "INSERT INTO person VALUES (7, 1, 'one@x', 'a'), (7, 2, 'two@x', 'b'), (7, 3, 'three@x', 'c')",
    );
    for (const same of [{ updated: 2, unchanged: 1 }, { unchanged: 3 }]) {
      const { counts: got, errors } = await world.sync([object('person', ['id'])], 'person');
      expect(errors).toEqual([]);
      expect(got).toEqual(counts(same));
    }
    const all = 'SELECT id, email FROM person ORDER BY id';
    expect(await world.state(all)).toEqual(await world.district(all));
  } finally {
    await world.close();
  }
});

test('a geometry that is missing is said to be: mysql', async () => {
  const { info } = await server('mysql');
  const world = await World.open({ district: info, state: info });
  try {
    await world.district(
      'CREATE TABLE site (id INT PRIMARY KEY, at GEOMETRY)',
      'INSERT INTO site VALUES (1, NULL)',
    );
    await world.state(
      'CREATE TABLE site (districtID INT, id INT, at GEOMETRY NOT NULL, PRIMARY KEY (districtID, id))',
    );
    for (let run = 0; run < 2; run += 1) {
      const { errors } = await world.sync([object('site', ['id'])], 'site');
      expect(errors).toMatchObject([{ recordKey: '["1"]', code: 'VALUE_MISSING', field: 'at' }]);
    }
  } finally {
    await world.close();
  }
});

test.each([
  ['mysql', 'utf8mb4_0900_ai_ci', 'mariadb', 'utf8mb4_unicode_ci'],
  ['mysql', 'utf8mb4_0900_as_cs', 'mariadb', 'utf8mb4_bin'],
  ['mysql', 'utf8mb4_bin', 'mariadb', 'utf8mb4_uca1400_ai_ci'],
  ['mariadb', 'utf8mb4_uca1400_ai_ci', 'mysql', 'utf8mb4_0900_ai_ci'],
  ['mariadb', 'utf8mb4_nopad_bin', 'mysql', 'utf8mb4_bin'],
] as const)(
  'keys are texts by a collation that the other server does not know: %s %s -> %s %s',
  async (from, order, to, other) => {
    const world = await World.open({ district: (await server(from)).info, state: (await server(to)).info });
    try {
      const columns = (collation: string): string =>
        `k VARCHAR(20) CHARACTER SET utf8mb4 COLLATE ${collation} NOT NULL, n INT NOT NULL, v VARCHAR(9)`;
      const word = (i: number): string => `${['Ä', 'a', 'B', '\u{1f600}', 'ß', 'z', 'É'][i % 7]!}${i % 23}`;
      await world.district(
        `CREATE TABLE word (${columns(order)}, PRIMARY KEY (k, n))`,
        `INSERT INTO word VALUES ${rows(60, (i) => `'${word(i)}', ${i}, 'v${i}'`)}`,
      );
      await world.state(
        `CREATE TABLE word (districtID INT, ${columns(other)}, PRIMARY KEY (districtID, k, n))`,
        // The first is spelled as another case.
        `INSERT INTO word VALUES ${rows(40, (i) => `7, '${i === 1 ? 'A1' : word(i)}', ${i}, '${i % 4 === 0 ? 'old' : `v${i}`}'`)},
           (7, 'extra', 1, 'x'), (7, '\u{1f602}', 61, 'x'), (7, 'a', 0, 'x')`,
      );
      const objects = [object('word', ['k', 'n'])];
      const options = { pageRecords: 7, rangeRecords: 20 };
      const first = other.endsWith('_bin')
        ? { inserted: 21, updated: 10, unchanged: 29, extra: 4 }
        : { inserted: 20, updated: 11, unchanged: 29, extra: 3 };
      const foreseen = await verify(world, { name: 'test', objects }, objects);
      expect(foreseen.get('word')!.predicted).toMatchObject(first);
      for (const same of [first, { unchanged: 60, extra: first.extra }]) {
        const { counts: got, errors } = await world.sync(objects, 'word', options);
        expect(errors).toEqual([]);
        expect(got).toEqual(counts(same));
      }
      const all = "SELECT HEX(k) AS k, n, v FROM word WHERE n BETWEEN 2 AND 60 AND v <> 'x' ORDER BY n";
      expect(await world.state(all)).toEqual(await world.district(all));
      await world.state('DELETE FROM word');
      expect((await world.sync(objects, 'word', options)).counts).toEqual(counts({ inserted: 60 }));
    } finally {
      await world.close();
    }
  },
);

// MySQL 9.7 doesn't look at a key to the same table that shares a column with the key there.
test.each(['mysql', 'mariadb'] as const)(
  'nothing dangles in a table that refers to itself, whatever its server lets through: %s',
  async (kind) => {
    const { info } = await server(kind);
    const world = await World.open({ district: info, state: info });
    try {
      const columns = 'id INT NOT NULL, boss INT, locker INT';
      await world.district(
        `CREATE TABLE person (${columns}, PRIMARY KEY (id))`,
        // The first two need each other and the same locker.
        'INSERT INTO person VALUES (1, 2, 4), (2, 1, 4), (3, 2, NULL), (4, 4, 7)',
      );
      await world.state(
        `CREATE TABLE person (districtID INT NOT NULL, ${columns}, PRIMARY KEY (districtID, id), UNIQUE (locker),
           CONSTRAINT above FOREIGN KEY (districtID, boss) REFERENCES person (districtID, id))`,
      );
      const person = object('person', ['id'], {
        cycle: 'person',
        references: [{ object: 'person', columns: ['boss'], parentColumns: ['id'] }],
      });
      for (const same of [{ inserted: 1 }, { unchanged: 1 }]) {
        const { job } = await world.sync([person], 'person');
        await verifyCycle([job]);
        await retryBlockedOfCycle([job]);
        expect(await world.state('SELECT id FROM person')).toEqual([{ id: 4 }]);
        expect(await world.books(job)).toEqual(counts({ ...same, blocked: 3 }));
      }
    } finally {
      await world.close();
    }
  },
);
