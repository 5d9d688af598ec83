import { endYear, syncObject, to } from './entry';

/** Attendance as the states count it. */
export const attendanceObjects = [
  syncObject({
    name: 'AttendanceBIEAbsentDays',
    label: 'Attendance BIE absent days',
    key: ['attendanceBIEAbsentDaysID'],
    parents: ['Enrollment'],
    references: [to('Enrollment', 'enrollmentID')],
    schoolYear: endYear,
    states: ['BIE'],
  }),
  syncObject({
    name: 'AttendanceExactCount',
    label: 'Attendance exact count',
    key: ['attendanceExactCountID'],
    parents: ['Enrollment'],
    references: [to('Enrollment', 'enrollmentID')],
    schoolYear: endYear,
  }),
  syncObject({
    name: 'AttendanceGroupKY',
    label: 'Attendance group KY',
    key: ['attendanceGroupKYID'],
    parents: ['Enrollment'],
    references: [to('Enrollment', 'enrollmentID')],
    schoolYear: endYear,
    states: ['KY'],
  }),
  syncObject({
    name: 'AttendanceKYMinute',
    label: 'Attendance KY minute',
    key: ['attendanceKYMinuteID'],
    parents: ['Enrollment'],
    references: [to('Enrollment', 'enrollmentID')],
    schoolYear: endYear,
    states: ['KY'],
  }),
  syncObject({
    name: 'AttendanceSDMinute',
    label: 'Attendance SD minute',
    key: ['attendanceSDMinuteID'],
    parents: ['Enrollment'],
    references: [to('Enrollment', 'enrollmentID')],
    schoolYear: endYear,
    states: ['SD'],
  }),
  syncObject({
    name: 'Truancy',
    label: 'Truancy',
    key: ['truancyID'],
    parents: ['PersonIdentity'],
    references: [to('PersonIdentity', 'personID')],
    schoolYear: endYear,
  }),
];
