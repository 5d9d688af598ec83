import { span, text } from './column';
import type { TableDescription } from './description';

/** Attendance as the states count it. */
export const attendanceTables: Readonly<Record<string, TableDescription>> = {
  AttendanceBIEAbsentDays: {
    key: ['attendanceBIEAbsentDaysID BIGINT'],
    columns: ['absentDays DECIMAL(6,2) NOT NULL', 'membershipDays DECIMAL(6,2)'],
  },
  AttendanceExactCount: {
    key: ['attendanceExactCountID BIGINT'],
    columns: [
      'date DATE NOT NULL',
      `status ENUM('A','T','E','P') NOT NULL`,
      `excuse ENUM('E','U','X')`,
      'minutesAbsent SMALLINT UNSIGNED NOT NULL DEFAULT 0',
      'minutesPresent SMALLINT UNSIGNED',
      'comments VARCHAR(200)',
    ],
    checks: ['minutesAbsent <= 1440'],
  },
  AttendanceGroupKY: {
    key: ['attendanceGroupKYID BIGINT'],
    columns: ['groupName VARCHAR(60) NOT NULL', 'transportCode CHAR(2)', ...span],
  },
  AttendanceKYMinute: {
    key: ['attendanceKYMinuteID BIGINT'],
    columns: [
      'month TINYINT UNSIGNED NOT NULL',
      'minutesAbsent INT UNSIGNED NOT NULL',
      'minutesEnrolled INT UNSIGNED',
    ],
  },
  AttendanceSDMinute: {
    key: ['attendanceSDMinuteID BIGINT'],
    columns: ['minutesAbsent INT UNSIGNED NOT NULL', 'minutesEnrolled INT UNSIGNED', 'asOf DATE'],
  },
  Truancy: {
    key: ['truancyID BIGINT'],
    columns: [
      'noticeDate DATE NOT NULL',
      'noticeType TINYINT UNSIGNED',
      'unexcusedDays DECIMAL(5,2)',
      `letter ${text}`,
    ],
  },
};
