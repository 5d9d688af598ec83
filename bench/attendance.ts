import type { Connection } from 'mysql2/promise';
import { syncObject } from '../src/catalog/builtin/entry';
import type { Catalog, SyncObject } from '../src/domain/catalog';
import { one, type BenchServers } from './servers';

/**
 * The bench's table: attendance, 18 columns, a unique GUID and two foreign keys, in the same shape
 * on both sides.
 */

export const columns = [
  'attendanceID',
  'guid',
  'studentID',
  'sectionID',
  'day',
  'period',
  'status',
  'excuse',
  'code',
  'minutes',
  'presentMinutes',
  'comments',
  'tardy',
  'arrivedAt',
  'endYear',
  'modifiedBy',
  'modifiedAt',
  'source',
] as const;

const tables = [
  `CREATE TABLE student (studentID INT PRIMARY KEY, name VARCHAR(60) NOT NULL) ENGINE=InnoDB`,
  `CREATE TABLE section (sectionID INT PRIMARY KEY, name VARCHAR(60) NOT NULL) ENGINE=InnoDB`,
  `CREATE TABLE attendance (
     attendanceID BIGINT NOT NULL PRIMARY KEY, guid CHAR(36) NOT NULL, studentID INT NOT NULL, sectionID INT NOT NULL,
     day DATE NOT NULL, period TINYINT NOT NULL, status CHAR(1) NOT NULL, excuse CHAR(1) NULL, code VARCHAR(10) NULL,
     minutes SMALLINT NULL, presentMinutes DECIMAL(6,2) NULL, comments VARCHAR(255) NULL, tardy TINYINT(1) NOT NULL,
     arrivedAt DATETIME(3) NULL, endYear SMALLINT NOT NULL, modifiedBy INT NULL, modifiedAt DATETIME NOT NULL,
     source VARCHAR(20) NOT NULL,
     UNIQUE KEY one_guid (guid), KEY by_student (studentID), KEY by_section (sectionID),
     FOREIGN KEY (studentID) REFERENCES student (studentID), FOREIGN KEY (sectionID) REFERENCES section (sectionID)
   ) ENGINE=InnoDB`,
];

/**
 * Makes the tables on both sides, the parents on both, and `records` attendance records at the
 * district, every other key.
 */
export async function fill({ district, state }: BenchServers, records: number): Promise<void> {
  for (const connection of [district, state]) {
    for (const sql of tables) await connection.query(sql);
    await connection.query("INSERT INTO student SELECT seq, CONCAT('Student ', seq) FROM seq_1_to_100000");
    await connection.query("INSERT INTO section SELECT seq, CONCAT('Section ', seq) FROM seq_1_to_5000");
  }
  await district.query(
    `INSERT INTO attendance SELECT seq * 2, UUID(), 1 + seq * 7919 % 100000, 1 + seq * 104729 % 5000,
       DATE('2026-08-17') + INTERVAL seq % 180 DAY, 1 + seq % 8, ELT(1 + seq % 3, 'A', 'T', 'P'), IF(seq % 4 = 0, NULL, 'U'),
       CONCAT('C', seq % 40), seq % 390, (seq % 39000) / 100, IF(seq % 5 = 0, CONCAT('Called home, case ', seq), NULL),
       seq % 2, IF(seq % 3 = 0, NULL, '2026-08-17 08:00:00' + INTERVAL seq % 100000 SECOND), 2027, seq % 50,
       '2026-08-17 12:00:00' + INTERVAL seq SECOND, 'teacher'
     FROM seq_1_to_${records}`,
  );
  for (const connection of [district, state])
    await connection.query('ANALYZE TABLE attendance, student, section');
}

/**
 * 1 % scattered drift: of every 100th record the state has an old value, every tenth of them is
 * missing; as many are extra.
 */
export async function scatteredDrift({ state }: Sides): Promise<void> {
  await state.query(
    "UPDATE attendance SET status = 'X', minutes = COALESCE(minutes, 0) + 1 WHERE attendanceID % 200 = 0 AND attendanceID % 2000 <> 0",
  );
  await state.query('DELETE FROM attendance WHERE attendanceID % 2000 = 0');
  await state.query(
    `INSERT INTO attendance SELECT attendanceID + 1, UUID(), ${columns.slice(2).join(', ')} FROM attendance WHERE attendanceID % 2000 = 2`,
  );
}

/** 1 % of the records in one stretch, changed at the state. */
export async function clusteredDrift({ state }: Sides, records: number): Promise<void> {
  await state.query(
    "UPDATE attendance SET status = 'X', minutes = COALESCE(minutes, 0) + 1 WHERE attendanceID > ? AND attendanceID <= ?",
    [records, records + Math.ceil(records / 50)],
  );
}

/** One record in each of ten ranges, changed, missing or extra at the state in turn. */
export async function oneInEachRange({ state }: Sides, records: number): Promise<void> {
  for (let range = 0; range < 10; range += 1) {
    const id = 2 * Math.floor((range + 0.7) * (records / 10));
    if (range % 3 === 0) await state.query("UPDATE attendance SET status = 'X' WHERE attendanceID = ?", [id]);
    if (range % 3 === 1) await state.query('DELETE FROM attendance WHERE attendanceID = ?', [id]);
    if (range % 3 === 2)
      await state.query(
        `INSERT INTO attendance SELECT attendanceID + 1, UUID(), ${columns.slice(2).join(', ')} FROM attendance WHERE attendanceID = ?`,
        [id],
      );
  }
}

/** 1 % of the records of the state, scattered, are not at the district. */
export async function scatteredExtra({ state }: Sides): Promise<void> {
  await state.query(
    `INSERT INTO attendance SELECT attendanceID + 1, UUID(), ${columns.slice(2).join(', ')} FROM attendance WHERE attendanceID % 200 = 0`,
  );
}

type Sides = Pick<BenchServers, 'district' | 'state'>;

/** Records at the state the district doesn't have. */
export const extraRecords = 'attendanceID % 2 = 1';

/** Count and an MD5 checksum of a side: an oracle of its own, apart from what is measured. */
export async function fingerprint(connection: Connection, condition = 'TRUE'): Promise<string> {
  const nulls = columns.map((name) => `${name} IS NULL`).join(', ');
  const { print } = await one(
    connection,
    `SELECT CONCAT(COUNT(*), ':', BIT_XOR(CAST(CONV(LEFT(MD5(CONCAT_WS('#', ${columns.join(', ')}, CONCAT(${nulls}))), 16), 16, 10) AS UNSIGNED))) AS print
       FROM attendance WHERE ${condition}`,
  );
  return String(print);
}

const reference = (object: string, column: string) => ({
  object,
  columns: [column],
  parentColumns: [column],
});

function object(name: string, fields: Partial<SyncObject>): SyncObject {
  const plain = { name, label: name, key: [`${name}ID`], tenantColumn: null, guidColumn: null };
  return syncObject({ ...plain, ...fields });
}

export const catalog: Catalog = {
  name: 'bench',
  objects: [
    object('student', {}),
    object('section', {}),
    object('attendance', {
      guidColumn: 'guid',
      parents: ['student', 'section'],
      references: [reference('student', 'studentID'), reference('section', 'sectionID')],
    }),
  ],
};
