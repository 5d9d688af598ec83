import { type GeneratedTable, perStudent } from './table';
import { code, dateIn, remark, schoolDate, schoolTime, span } from './values';

/** Attendance, behavior and health. */
export const attendanceTables: readonly GeneratedTable[] = [
  perStudent({
    object: 'AttendanceBIEAbsentDays',
    key: 'attendanceBIEAbsentDaysID',
    every: 10,
    of: 'enrollmentID',
    row: (random) => ({
      absentDays: random.decimal(0, 40, 2),
      membershipDays: random.orNull(0.1, random.decimal(100, 185, 2)),
    }),
  }),
  perStudent({
    object: 'AttendanceExactCount',
    key: 'attendanceExactCountID',
    every: 1,
    count: 10,
    of: 'enrollmentID',
    row: (random, { frame, n }) => ({
      date: schoolDate(frame.schoolYear, n * 28 + random.int(0, 27)),
      status: random.pick(['A', 'T', 'E', 'P']),
      excuse: random.pick(['E', 'U', 'X', null]),
      minutesAbsent: random.int(0, 420),
      minutesPresent: random.orNull(0.2, random.int(0, 420)),
      comments: random.chance(0.05) ? remark(random) : null,
    }),
  }),
  perStudent({
    object: 'AttendanceGroupKY',
    key: 'attendanceGroupKYID',
    every: 10,
    of: 'enrollmentID',
    row: (random, { frame }) => ({
      groupName: random.pick(['Group A', 'Group B ']),
      transportCode: random.pick(['T1', 'T2', null]),
      ...span(random, frame.schoolYear),
    }),
  }),
  perStudent({
    object: 'AttendanceKYMinute',
    key: 'attendanceKYMinuteID',
    every: 8,
    count: 2,
    of: 'enrollmentID',
    row: (random, { n }) => ({
      month: n + 1,
      minutesAbsent: random.int(0, 4_000),
      minutesEnrolled: random.orNull(0.1, 9_000),
    }),
  }),
  perStudent({
    object: 'AttendanceSDMinute',
    key: 'attendanceSDMinuteID',
    every: 10,
    of: 'enrollmentID',
    row: (random, { frame }) => ({
      minutesAbsent: random.int(0, 40_000),
      minutesEnrolled: random.int(40_000, 90_000),
      asOf: random.orNull(0.2, schoolDate(frame.schoolYear, 280)),
    }),
  }),
  perStudent({
    object: 'Truancy',
    key: 'truancyID',
    every: 20,
    of: 'personID',
    row: (random, { frame }) => ({
      noticeDate: schoolDate(frame.schoolYear, random.int(20, 280)),
      noticeType: random.orNull(0.1, random.int(1, 3)),
      unexcusedDays: random.decimal(3, 60, 2),
      letter: random.orNull(0.4, remark(random)),
    }),
  }),
  behaviorCodes('BehaviorType', 'behaviorTypeID', 'BT'),
  behaviorCodes('BehaviorResolutionType', 'behaviorResolutionTypeID', 'BR'),
  behaviorCodes('BehaviorResponseType', 'behaviorResponseTypeID', 'BP'),
  perStudent({
    object: 'Behavior',
    key: 'behaviorID',
    every: 7,
    of: 'personID',
    row: (random, { frame }) => ({
      incidentTimestamp: schoolTime(random, frame.schoolYear),
      eventCode: code(random, 'BT', 5),
      resolutionCode: random.orNull(0.3, code(random, 'BR', 5)),
      severity: random.orNull(0.1, random.int(1, 5)),
      location: random.pick(['Cafeteria', 'Gym ', '', null]),
      narrative: remark(random),
    }),
  }),
  perStudent({
    object: 'HealthScreening',
    key: 'healthScreeningID',
    every: 3,
    of: 'personID',
    row: (random, { frame }) => ({
      type: random.pick(['VISION', 'HEARING', 'DENTAL']),
      date: dateIn(random, frame.schoolYear - 3, frame.schoolYear - 1),
      measurement: random.orNull(0.2, random.int(-400, 400) / 16),
      passed: random.int(0, 1),
      comments: remark(random),
    }),
  }),
  perStudent({
    object: 'ImmCertificate',
    key: 'immCertificateID',
    every: 4,
    of: 'personID',
    row: (random, { frame }) => ({
      certificate: code(random, 'IC', 4),
      expires: random.orNull(0.4, dateIn(random, frame.schoolYear, frame.schoolYear + 4)),
    }),
  }),
  perStudent({
    object: 'MedicaidInsurance',
    key: 'medicaidInsuranceID',
    every: 10,
    of: 'personID',
    row: (random, { frame }) => ({
      memberNumber: random.orNull(0.1, random.bytes(random.int(1, 64))),
      ...span(random, frame.schoolYear),
      consent: random.int(0, 1),
    }),
  }),
  perStudent({
    object: 'VaccineShot',
    key: 'vaccineShotID',
    every: 2,
    count: 3,
    of: 'personID',
    row: (random, { frame, n }) => ({
      vaccine: random.pick(['MMR', 'DTaP', 'IPV', 'HepB']),
      shotDate: dateIn(random, frame.schoolYear - 15, frame.schoolYear - 2),
      lotNumber: random.orNull(0.2, `L${random.int(1_000, 99_999)}`),
      dose: n + 1,
    }),
  }),
];

/** Five codes a school. */
function behaviorCodes(object: string, key: string, prefix: string): GeneratedTable {
  return {
    object,
    *rows(frame) {
      for (let n = 0; n < frame.schools * 5; n++) {
        yield {
          [key]: n + 1,
          schoolID: Math.floor(n / 5) + 1,
          code: `${prefix}0${(n % 5) + 1}`,
          name: n % 5 === 4 ? 'Other ' : `${object} ${(n % 5) + 1}`,
        };
      }
    },
  };
}
