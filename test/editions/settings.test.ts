/** The data path on servers with settings that nobody can choose for a district or a state. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseConfig } from '../../src/config';
import { openControl } from '../../src/control/database';
import { readCauses } from '../../src/features/outcomes/read-causes';
import { checkProject } from '../../src/stack/doctor';
import type { ServerKind } from '../../src/stack/server-kind';
import { startPrivateServer } from '../support/private-server';
import { counts, districtNumber, object, World } from './support';

const course = object('Course', ['courseID']);
const section = object('Section', ['sectionID'], {
  parents: ['Course'],
  references: [{ object: 'Course', columns: ['courseID'], parentColumns: ['courseID'] }],
});
const all = [course, section];
const columns = `title VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NULL, latin VARCHAR(20) CHARACTER SET latin1 NULL,
  day DATE NULL, at DATETIME(3) NULL, stamp TIMESTAMP NULL, rate DECIMAL(10,2) NULL, ratio DOUBLE NULL,
  bits BIT(8) NULL, grade ENUM('a','b','') NULL, body MEDIUMBLOB NULL, note TEXT CHARACTER SET utf8mb4 NULL`;
const text = "back\\\\slash '' \" \\n tab\\t % _ \u00E9\u{1F600}";

async function fill(world: World): Promise<void> {
  await world.district(
    `CREATE TABLE Course (courseID INT PRIMARY KEY, ${columns})`,
    'CREATE TABLE Section (sectionID INT PRIMARY KEY, courseID INT NOT NULL, name VARCHAR(1000))',
    `INSERT INTO Course VALUES
       (0, 'zero', 'caf\u00E9', '2026-01-01', '2026-03-08 02:30:00.250', '2026-03-08 02:30:00', 1.25, 0.1, b'10000001', 'b', x'5C005C27', '${text}'),
       (1, '${text}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '', NULL, NULL),
       (2, 'CASE', 'x', '0000-00-00', '2026-11-01 01:30:00', '2026-11-01 05:30:00', -0.01, -1e300, b'0', 'a', '', ''),
       (3, 'bad', NULL, NULL, NULL, NULL, 99999.99, NULL, NULL, NULL, NULL, NULL)`,
    'INSERT INTO Section SELECT a.n * 100 + b.n, a.n % 3, REPEAT(CHAR(65 + b.n % 26), 1000) FROM ' +
      `(SELECT courseID AS n FROM Course UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7) a,
       (${Array.from({ length: 100 }, (_, n) => `SELECT ${n} AS n`).join(' UNION ALL ')}) b`,
  );
  await world.state(
    `CREATE TABLE Course (districtID INT NOT NULL, courseID INT NOT NULL, ${columns.replace('rate DECIMAL(10,2)', 'rate DECIMAL(6,2)')}, PRIMARY KEY (districtID, courseID))`,
    `CREATE TABLE Section (districtID INT NOT NULL, sectionID INT NOT NULL, courseID INT NOT NULL, name VARCHAR(1000), PRIMARY KEY (districtID, sectionID),
       CONSTRAINT SectionCourse FOREIGN KEY (districtID, courseID) REFERENCES Course (districtID, courseID))`,
  );
}

/** Sends everything, parents first. */
async function send(world: World): Promise<Record<string, unknown>> {
  const result: Record<string, unknown> = {};
  for (const { name } of all) {
    const { counts: got, errors } = await world.sync(all, name, { pageRecords: 5_000, rangeRecords: 10_000 });
    result[name] = {
      counts: got,
      errors: errors.map(({ recordKey, code, field }) => [recordKey, code, field]),
    };
  }
  return result;
}

async function bytesOf(world: World, side: 'district' | 'state'): Promise<unknown[]> {
  const courses = `SELECT courseID, HEX(title), HEX(latin), CAST(day AS CHAR), at, stamp, rate, CAST(ratio AS CHAR), bits + 0, HEX(grade), HEX(body), HEX(note) FROM Course WHERE courseID <> 3 ORDER BY courseID`;
  const sections =
    'SELECT COUNT(*) AS n, SUM(sectionID) AS ids, SHA2(GROUP_CONCAT(LEFT(name, 3) ORDER BY sectionID), 256) AS names FROM Section';
  return [...(await world[side](courses)), ...(await world[side](sections))].map((row) => Object.values(row));
}

/** Settings that don't touch each other share a server: starting one is most of a test. */
const settings: readonly (readonly [ServerKind, readonly string[]])[] = [
  [
    'mariadb',
    ['--local-infile=0', '--log-bin=bin', '--binlog-format=ROW', '--server-id=1', '--max-allowed-packet=16M'],
  ],
  ['mariadb', ['--max-allowed-packet=4M', '--sql-mode=']],
  [
    'mariadb',
    ['--max-allowed-packet=1M', '--default-time-zone=-05:00', '--explicit-defaults-for-timestamp=0'],
  ],
  [
    'mariadb',
    [
      '--sql-mode=NO_BACKSLASH_ESCAPES,ANSI_QUOTES,PIPES_AS_CONCAT,NO_UNSIGNED_SUBTRACTION',
      '--character-set-server=latin1',
      '--collation-server=latin1_general_cs',
    ],
  ],
  [
    'mariadb',
    [
      ...['--lower-case-table-names=1', '--log-bin=bin', '--binlog-format=MIXED', '--server-id=1'],
      '--transaction-isolation=SERIALIZABLE',
    ],
  ],
  ['mariadb-11.8', ['--innodb-snapshot-isolation=ON', '--character-set-collations=utf8mb4=uca1400_ai_ci']],
  [
    'mysql',
    ['--local-infile=0', '--log-bin=bin', '--binlog-format=ROW', '--server-id=1', '--max-allowed-packet=16M'],
  ],
  [
    'mysql',
    [
      '--max-allowed-packet=4M',
      '--sql-mode=NO_BACKSLASH_ESCAPES,ANSI_QUOTES,PIPES_AS_CONCAT,PAD_CHAR_TO_FULL_LENGTH',
      '--character-set-server=utf8mb3',
      '--collation-server=utf8mb3_general_ci',
    ],
  ],
];

test.each(settings.map(([kind, set]) => [kind, set.join(' '), set] as const))(
  'a first and a second run, and drift between, on %s with %s',
  async (kind, _shown, set) => {
    const server = await startPrivateServer(kind, set);
    try {
      const world = await World.open({ district: server.info, state: server.info });
      try {
        await fill(world);
        const bad = [['["3"]', 'VALUE_OUT_OF_RANGE', 'rate']];
        expect(await send(world)).toEqual({
          Course: { counts: counts({ inserted: 3, failed: 1 }), errors: bad },
          Section: { counts: counts({ inserted: 800 }), errors: [] },
        });
        expect(await bytesOf(world, 'state')).toEqual(await bytesOf(world, 'district'));
        await world.state(
          `UPDATE Course SET title = LOWER(title) WHERE districtID = ${districtNumber}`,
          'DELETE FROM Section WHERE sectionID IN (3, 303)',
          `UPDATE Section SET name = CONCAT(name, '') , name = REPLACE(name, 'A', 'a') WHERE sectionID < 100`,
        );
        expect(await send(world)).toMatchObject({
          Course: { counts: { updated: 1, unchanged: 2, failed: 1 }, errors: bad },
          Section: { counts: { inserted: 2, updated: 4, unchanged: 794 } },
        });
        expect(await bytesOf(world, 'state')).toEqual(await bytesOf(world, 'district'));
        expect(await send(world)).toEqual({
          Course: { counts: counts({ unchanged: 3, failed: 1 }), errors: bad },
          Section: { counts: counts({ unchanged: 800 }), errors: [] },
        });
      } finally {
        await world.close();
      }
    } finally {
      await server.stop();
    }
  },
);

/** What sessions begin with where an administrator has changed it for all of them. */
const forAllSessions: readonly (readonly [ServerKind, readonly string[]])[] = [
  [
    'mariadb',
    [
      'check_constraint_checks=0',
      'innodb_force_primary_key=1',
      "note_verbosity='basic,unusable_keys,explain'",
    ],
  ],
  ['mysql', ['sql_require_primary_key=1']],
];
const everywhere = [
  ...['max_join_size=2', 'sql_safe_updates=1', 'completion_type=2', 'autocommit=0'],
  ...['sql_notes=0', 'sql_select_limit=3', 'max_sort_length=64', 'wait_timeout=1'],
];

test.each(forAllSessions)(
  'what an administrator set for all sessions cuts nothing that is read, and loses nothing that is written: %s',
  async (kind, own) => {
    const server = await startPrivateServer(kind);
    const world = await World.open({ district: server.info, state: server.info });
    try {
      await world.district(
        'CREATE TABLE Memo (id INT PRIMARY KEY, code VARCHAR(9), n INT, serial INT)',
        `INSERT INTO Memo VALUES ${Array.from({ length: 20 }, (_, n) => `(${n}, 'c${n}', ${n}, ${n})`).join(', ')},
           (40, 'ab     ', 1, 40), (41, 'x', -1, 41)`,
        // No index is in the order of the key, whose first hundred characters are the same.
        'CREATE TABLE Course (id INT PRIMARY KEY, k VARCHAR(150) NOT NULL)',
        `INSERT INTO Course VALUES ${Array.from({ length: 50 }, (_, n) => `(${n}, CONCAT(REPEAT('x', 100), ${(n * 37) % 50}))`).join(', ')}`,
      );
      await world.state(
        `CREATE TABLE Memo (districtID INT, id INT, code VARCHAR(3), n INT CHECK (n >= 0), serial INT UNIQUE,
           PRIMARY KEY (districtID, id))`,
        'CREATE TABLE Course (districtID INT, id INT, k VARCHAR(150), PRIMARY KEY (districtID, k))',
        `INSERT INTO Memo VALUES (${districtNumber}, 0, 'z', 2, 1), (${districtNumber}, 1, 'z', 2, 0)`,
        ...[...own, ...everywhere].map((setting) => `SET GLOBAL ${setting}`),
      );
      const refused = [
        ['["40"]', 'VALUE_INVALID', 'code'],
        ['["41"]', 'CHECK_FAILED', kind === 'mariadb' ? 'n' : null],
      ];
      for (const same of [{ inserted: 18, updated: 2 }, { unchanged: 20 }]) {
        const options = { pageRecords: 7, rangeRecords: 12 };
        const { counts: got, errors, job } = await world.sync([object('Memo', ['id'])], 'Memo', options);
        expect(got).toEqual(counts({ ...same, failed: 2 }));
        expect(errors.map(({ recordKey, code, field }) => [recordKey, code, field])).toEqual(refused);
        expect(await world.books(job)).toEqual(got);
        await expect(causesOf(world, job.fence.resyncId)).resolves.toHaveLength(2);
        const course = await world.sync([object('Course', ['k'])], 'Course', options);
        expect(course.counts).toEqual(counts('inserted' in same ? { inserted: 50 } : { unchanged: 50 }));
        // Longer than the servers were told to let a connection rest.
        await sleep(1_500);
      }
    } finally {
      await world.close();
      await server.stop();
    }
  },
);

/** By the control database's own connections, as the API reads them. */
async function causesOf({ databases }: World, resyncId: string): Promise<readonly unknown[]> {
  const control = openControl(databases.controlUrl);
  try {
    return await readCauses(control, resyncId);
  } finally {
    await control.destroy();
  }
}

test('records of which no page fits in a packet are streamed all the same', async () => {
  const server = await startPrivateServer('mariadb', ['--max-allowed-packet=1M']);
  try {
    const world = await World.open({ district: server.info, state: server.info });
    try {
      const long = (table: string, tenant: string, key: string): string =>
        `CREATE TABLE ${table} (${tenant}id INT NOT NULL, v VARCHAR(3500) CHARACTER SET latin1, PRIMARY KEY (${key}))`;
      await world.district(
        long('Memo', '', 'id'),
        `INSERT INTO Memo SELECT a.n * 100 + b.n, REPEAT('${randomBytes(50).toString('hex')}', 35) FROM
           (${Array.from({ length: 20 }, (_, n) => `SELECT ${n} AS n`).join(' UNION ALL ')}) a,
           (${Array.from({ length: 100 }, (_, n) => `SELECT ${n} AS n`).join(' UNION ALL ')}) b`,
      );
      await world.state(long('Memo', 'districtID INT NOT NULL, ', 'districtID, id'));
      const before = await statements(world, 'Com_load');
      const memo = object('Memo', ['id']);
      const options = { pageRecords: 5_000, rangeRecords: 10_000 };
      expect((await world.sync([memo], 'Memo', options)).counts).toEqual(counts({ inserted: 2_000 }));
      // Each page was streamed, none written record by record after a refusal.
      const [ledger] = await world.control(
        "SELECT COUNT(*) AS pages FROM rangeLedger WHERE objectName = 'Memo'",
      );
      expect((await statements(world, 'Com_load')) - before).toBe(ledger!['pages']);
      expect((await world.sync([memo], 'Memo', options)).counts).toEqual(counts({ unchanged: 2_000 }));
    } finally {
      await world.close();
    }
  } finally {
    await server.stop();
  }
});

async function statements(world: World, name: string): Promise<number> {
  const [row] = await world.state(`SHOW GLOBAL STATUS LIKE '${name}'`);
  return Number(row?.['Value']);
}

test('a state whose binary log is written by statement is refused before anything is written, with the remedy', async () => {
  const server = await startPrivateServer('mariadb', [
    ...['--log-bin=bin', '--binlog-format=STATEMENT', '--server-id=1', '--local-infile=0'],
  ]);
  try {
    const world = await World.open({ district: server.info, state: server.info });
    try {
      await world.district('CREATE TABLE Note (id INT PRIMARY KEY)', 'INSERT INTO Note VALUES (1)');
      await world.state('CREATE TABLE Note (districtID INT, id INT, PRIMARY KEY (districtID, id))');
      await expect(world.sync([object('Note', ['id'])], 'Note')).rejects.toMatchObject({
        errorClass: 'configuration',
        message: expect.stringContaining('set binlog_format to ROW or MIXED') as string,
      });
      expect(await world.control('SELECT * FROM rangeLedger')).toEqual([]);
      const { districtUrl, stateUrl, controlUrl } = world.databases;
      const config = parseConfig(
        {
          ...{ stateDatabaseUrl: stateUrl, controlDatabaseUrl: controlUrl },
          temporal: { address: '127.0.0.1:1' },
          districts: [{ id: 'd1', number: 1, name: 'd', schoolYear: 2027, databaseUrl: districtUrl }],
        },
        { env: {} },
      );
      const findings = await checkProject(config);
      expect(findings).toContainEqual(
        expect.objectContaining({ level: 'fail', check: 'state binlog_format', found: 'STATEMENT' }),
      );
      expect(findings).toContainEqual(
        expect.objectContaining({ level: 'warn', check: 'state local_infile', found: 'off' }),
      );
    } finally {
      await world.close();
    }
  } finally {
    await server.stop();
  }
});

test('a control database may have any name', async () => {
  const world = await World.open(undefined, 'control-of 2027');
  try {
    await world.district('CREATE TABLE Note (id INT PRIMARY KEY)', 'INSERT INTO Note VALUES (1), (2)');
    await world.state(
      'CREATE TABLE Note (districtID INT, id INT CHECK (id <> 2), PRIMARY KEY (districtID, id))',
    );
    const { counts: got, job } = await world.sync([object('Note', ['id'])], 'Note');
    expect(got).toEqual(counts({ inserted: 1, failed: 1 }));
    expect(await world.books(job)).toEqual(got);
  } finally {
    await world.close();
  }
});
