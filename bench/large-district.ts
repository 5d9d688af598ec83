import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { generateDistrict } from '../src/sample/generate';

/** The table that is filled up to the asked-for size. */
export const largestObject = 'AttendanceExactCount';

/**
 * A generated district without defects, whose attendance is then filled up on the server to
 * `records` records of this year: the generator makes ten a student, and a million by it would take
 * longer than their resync.
 * @returns how many there are: more than `records` where the generator alone makes more
 */
export async function makeLargeDistrict({
  districtUrl,
  schoolYear,
  students,
  records,
}: {
  districtUrl: string;
  schoolYear: number;
  students: number;
  records: number;
}): Promise<number> {
  await generateDistrict({ districtUrl, students, seed: 1, defects: false, schoolYear });
  const connection = await createConnection({ uri: districtUrl, timezone: 'Z' });
  try {
    const [rows] = await connection.query<RowDataPacket[]>(
      `SELECT MAX(attendanceExactCountID) AS last, SUM(endYear = ?) AS ofYear FROM ${largestObject}`,
      [schoolYear],
    );
    const { last, ofYear } = rows[0]!;
    const missing = records - Number(ofYear);
    if (missing <= 0) return Number(ofYear);
    await connection.query('CREATE TEMPORARY TABLE pupil (n INT PRIMARY KEY, enrollmentID BIGINT NOT NULL)');
    await connection.query(
      `INSERT INTO pupil SELECT ROW_NUMBER() OVER (ORDER BY enrollmentID) - 1, enrollmentID FROM Enrollment WHERE endYear = ?`,
      [schoolYear],
    );
    await connection.query('SELECT COUNT(*) INTO @pupils FROM pupil');
    await connection.query(
      `INSERT INTO ${largestObject}
         (attendanceExactCountID, enrollmentID, guid, endYear, date, status, excuse, minutesAbsent, minutesPresent, comments)
       SELECT ? + seq, enrollmentID, UUID(), ?, MAKEDATE(?, 230) + INTERVAL seq % 130 DAY, ELT(1 + seq % 4, 'A', 'T', 'E', 'P'),
         ELT(1 + seq % 4, 'E', 'U', 'X', NULL), seq % 420, IF(seq % 5 = 0, NULL, seq % 420),
         IF(seq % 20 = 0, CONCAT('Called home, case ', seq), NULL)
       FROM seq_1_to_${missing} JOIN pupil ON n = seq % @pupils`,
      [Number(last), schoolYear, schoolYear - 1],
    );
    await connection.query(`ANALYZE TABLE ${largestObject}`);
    return records;
  } finally {
    await connection.end();
  }
}
