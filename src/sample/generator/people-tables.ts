import type { DistrictFrame } from './frame';
import type { Random } from './random';
import { type GeneratedTable, perStudent } from './table';
// prettier-ignore
import { address, code, dateIn, familyName, givenName, phone, remark, type Row, schoolDate, schoolTime, span } from './values';

/** Persons, their contacts and their enrollments. */
export const peopleTables: readonly GeneratedTable[] = [
  {
    object: 'PersonIdentity',
    *rows(frame, random) {
      const persons = frame.students + frame.staff + frame.contacts;
      for (let id = 1; id <= persons; id++) yield person(frame, random, id);
    },
  },
  perStudent({
    object: 'CensusContactSummary',
    key: 'censusContactSummaryID',
    every: 1,
    count: 10,
    of: 'personID',
    row: (random, { frame, student, n }) => ({
      contactPersonID: random.orNull(0.03, frame.contactPerson(student.id + n)),
      relationship: random.pick(['Mother', 'Father', 'Grandparent ', 'Guardian', 'Tía', '']),
      guardian: n < 2 ? 1 : 0,
      mailing: random.int(0, 1),
      seq: random.orNull(0.05, n + 1),
      phone: phone(random),
      email: random.orNull(0.3, `contact${student.id}.${n}@example.org`),
      address: random.orNull(0.2, address(random)),
    }),
  }),
  perStudent({
    object: 'ContactLog',
    key: 'contactLogID',
    every: 4,
    of: 'personID',
    row: (random, { frame }) => ({
      dateTimeStamp: schoolTime(random, frame.schoolYear),
      contactType: code(random, 'CT', 6),
      details: remark(random),
      minutes: random.orNull(0.2, random.int(1, 90)),
    }),
  }),
  {
    object: 'Enrollment',
    *rows(frame, random) {
      for (let id = 1; id <= frame.students; id++) {
        const { school, grade } = frame.student(id);
        yield enrollment(frame, random, { id, person: id, calendar: frame.calendar(school), grade });
      }
      for (let person = 1; person <= frame.students; person++) {
        const student = frame.student(person);
        if (!frame.isInSummer(student)) continue;
        const calendar = frame.summerCalendar(student.school);
        const id = frame.summerEnrollment(student);
        yield enrollment(frame, random, { id, person, calendar, grade: student.grade });
      }
      for (let person = 1; person <= frame.students; person++) {
        const student = frame.student(person);
        if (!frame.wasHereLastYear(student)) continue;
        const calendar = frame.previousCalendar(student.school);
        const id = frame.previousEnrollment(student);
        const last = enrollment(frame, random, { id, person, calendar, grade: student.grade });
        yield { ...last, endYear: frame.schoolYear - 1, startDate: schoolDate(frame.schoolYear - 1, 0) };
      }
    },
  },
  perStudent({
    object: 'CustomStudent',
    key: 'customStudentID',
    every: 2,
    of: 'enrollmentID',
    row: (random, { frame }) => ({
      attributeID: random.int(1, 60),
      value: random.orNull(0.1, remark(random)),
      extra: random.orNull(0.5, JSON.stringify({ note: remark(random), rank: random.int(-5, 5) })),
      date: random.orNull(0.5, schoolDate(frame.schoolYear, random.int(0, 280))),
    }),
  }),
  perStudent({
    object: 'Graduation',
    key: 'graduationID',
    every: 13,
    of: 'enrollmentID',
    row: (random, { frame }) => ({
      diplomaType: code(random, 'D', 4),
      diplomaDate: random.orNull(0.5, schoolDate(frame.schoolYear, 288)),
      gpa: random.decimal(0, 4, 4),
      postGradPlan: random.orNull(0.3, code(random, 'P', 5)),
      cohortYear: frame.schoolYear - random.int(0, 1),
    }),
  }),
  {
    object: 'Roster',
    *rows(frame, random) {
      for (let id = 1; id <= frame.students; id++) {
        const { school, grade } = frame.student(id);
        for (let n = 0; n < 3; n++) {
          // Sections of one student count up, so that keys come in order.
          yield {
            enrollmentID: id,
            courseSectionID: frame.section(school, (id % 30) + n * 3),
            termNumber: 1 + (n % 4),
            structureGradeLevelID: frame.gradeLevel(frame.calendar(school), grade),
            ...span(random, frame.schoolYear),
            finalGrade: random.pick(['A', 'B+', 'C', '', null]),
            creditsEarned: random.orNull(0.2, random.decimal(0, 1, 3)),
          };
        }
      }
    },
  },
  perStudent({
    object: 'TeamMember',
    key: 'teamMemberID',
    every: 6,
    of: 'personID',
    row: (random, { frame }) => ({
      memberPersonID: frame.staffPerson(random.int(0, frame.staff - 1)),
      role: random.pick(['Case manager', 'Counselor', 'Coach 🏀']),
      ...span(random, frame.schoolYear),
      advisor: random.int(0, 1),
    }),
  }),
  perStudent({
    object: 'Evaluation',
    key: 'evaluationID',
    every: 12,
    of: 'enrollmentID',
    row: (random, { frame }) => ({
      type: random.orNull(0.1, code(random, 'EV', 5)),
      date: schoolDate(frame.schoolYear, random.int(0, 280)),
      result: remark(random),
    }),
  }),
  perStudent({
    object: 'ProcessMessage',
    key: 'processMessageID',
    every: 8,
    of: 'personID',
    row: (random, { frame }) => ({
      postedTimestamp: schoolTime(random, frame.schoolYear),
      process: code(random, 'PM', 9),
      name: random.orNull(0.1, remark(random)),
      dueDate: random.orNull(0.5, schoolDate(frame.schoolYear, random.int(0, 280))),
    }),
  }),
  perStudent({
    object: 'Form',
    key: 'formID',
    every: 25,
    of: 'personID',
    row: (random, { frame }) => ({
      name: random.pick(['Media release', 'Field trip ', 'Lunch application 🍎']),
      document: random.orNull(0.2, random.bytes(random.int(0, 400))),
      completed: random.orNull(0.3, schoolTime(random, frame.schoolYear)),
      locked: random.int(0, 1),
    }),
  }),
  perStudent({
    object: 'Transportation',
    key: 'transportationID',
    every: 5,
    of: 'personID',
    row: (random, { frame }) => ({
      bus: random.orNull(0.1, `Bus ${random.int(1, 60)}`),
      milesTransported: random.int(0, 400) / 8,
      pickupTime: `0${random.int(6, 8)}:${random.int(10, 59)}:00`,
      weekdays: Buffer.from([random.int(0, 127)]),
      ...span(random, frame.schoolYear),
    }),
  }),
];

function person(frame: DistrictFrame, random: Random, id: number): Row {
  const isStudent = id <= frame.students;
  return {
    personID: id,
    // A few have no number of the state's yet: those PersonIdentityNoStateIDOnly sends. No two
    // districts share one.
    stateID: id % 25 === 3 ? null : String(1_000_000_000 + (frame.seed % 900) * 10_000_000 + id),
    lastName: familyName(random),
    firstName: givenName(random),
    middleName: random.pick([null, '', givenName(random)]),
    suffix: random.chance(0.03) ? 'Jr.' : null,
    birthDate: isStudent
      ? dateIn(random, frame.schoolYear - 19, frame.schoolYear - 6)
      : random.orNull(0.1, dateIn(random, 1955, 1999)),
    gender: random.pick(['F', 'M', 'X', null]),
    raceEthnicity: random.pick(['', 'WH', 'AM,HI', 'AS', 'BL,WH', 'PI', null]),
    homePrimaryLanguage: random.pick(['eng', 'spa', 'nav', null]),
    photoHash: random.chance(0.15) ? random.bytes(32) : null,
    modifiedDate: schoolTime(random, frame.schoolYear),
  };
}

/** Of the usual calendars, counted from the year's first day. */
const lastSchoolDay = 290;

interface EnrollmentOf {
  readonly id: number;
  readonly person: number;
  readonly calendar: number;
  readonly grade: number;
}

function enrollment(
  frame: DistrictFrame,
  random: Random,
  { id, person, calendar, grade }: EnrollmentOf,
): Row {
  return {
    enrollmentID: id,
    personID: person,
    structureGradeLevelID: frame.gradeLevel(calendar, grade),
    endYear: frame.schoolYear,
    serviceType: random.chance(0.95) ? 'P' : random.pick(['S', 'N']),
    startDate: schoolDate(frame.schoolYear, random.int(0, 120)),
    // Nobody leaves in mid-year: scores of those who did don't sync (specification), and a district
    // without defects is green.
    endDate: random.orNull(0.5, schoolDate(frame.schoolYear, lastSchoolDay)),
    startStatus: code(random, 'E', 9),
    endStatus: random.orNull(0.7, code(random, 'W', 20)),
    grade: String(grade),
    stateExclude: 0,
    percentEnrolled: random.pick(['100.00', '100.00', '50.00', null]),
    residentDistrict: random.orNull(0.5, random.int(1, 600)),
    modifiedDate: schoolTime(random, frame.schoolYear),
  };
}
