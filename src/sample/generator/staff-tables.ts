import { type GeneratedTable, perStudent } from './table';
import type { DistrictFrame } from './frame';
import type { Random } from './random';
import { code, dateIn, type Row, schoolDate, schoolTime, span } from './values';

/** Staff, tests and scores. */
export const staffTables: readonly GeneratedTable[] = [
  perStaff('Employment', 'employmentID', (random, frame) => ({
    startDate: dateIn(random, 1995, frame.schoolYear - 1),
    endDate: random.orNull(0.8, schoolDate(frame.schoolYear, 300)),
    licenseNumber: random.orNull(0.1, `LIC${random.int(10_000, 99_999)} `),
    salary: random.orNull(0.05, random.decimal(28_000, 140_000, 2)),
    fte: random.pick(['1.000', '0.500', '0.125', null]),
  })),
  perStaff('EmploymentAssignment', 'employmentAssignmentID', (random, frame) => ({
    schoolNumber: random.orNull(0.1, String(random.int(1, frame.schools)).padStart(4, '0')),
    title: random.pick(['Teacher', 'Aide', 'Principal ', 'Enseignante 🇫🇷', '']),
    ...span(random, frame.schoolYear),
    assignmentCode: code(random, 'A', 40),
  })),
  perStaff('EmploymentBackground', 'employmentBackgroundID', (random, frame) => ({
    checkDate: random.orNull(0.1, dateIn(random, 2005, frame.schoolYear - 1)),
    checkType: code(random, 'B', 3),
    cleared: random.chance(0.98) ? 1 : 0,
  })),
  perStaff('EmploymentCredential', 'employmentCredentialID', (random, frame) => ({
    credential: random.pick(['Elementary K-5', 'Español', 'Special education ']),
    issued: random.orNull(0.1, dateIn(random, 1995, frame.schoolYear - 1)),
    expires: random.orNull(0.2, dateIn(random, frame.schoolYear, frame.schoolYear + 6)),
    highlyQualified: random.int(0, 1),
  })),
  {
    object: 'Test',
    *rows(frame, random) {
      for (let id = 1; id <= frame.tests; id++) {
        yield {
          testID: id,
          name: random.pick(['State reading', 'State math ', 'ACT', 'Lectura 📚']) + ` ${id}`,
          stateCode: `ST${id}`,
          nationalCode: random.orNull(0.5, `NT${id}`),
          published: 1,
          editNotAvailable: 0,
          testEndYear: frame.schoolYear,
          parentTestID: id % 6 === 1 ? null : id - ((id - 1) % 6),
        };
      }
    },
  },
  perStudent({
    object: 'TestScore',
    key: 'testScoreID',
    every: 1,
    count: 3,
    of: 'personID',
    row: (random, { frame, student, n }) => ({
      testID: ((student.id + n * 7) % frame.tests) + 1,
      scoreDate: schoolTime(random, frame.schoolYear),
      rawScore: random.decimal(-10, 100, 4),
      scaleScore: random.orNull(0.2, random.decimal(200, 800, 4)),
      percent: random.orNull(0.2, random.int(0, 800) / 8),
      result: random.pick(['PASS', 'FAIL', '', null]),
      invalid: random.chance(0.02) ? 1 : 0,
    }),
  }),
];

function perStaff(
  object: string,
  key: string,
  row: (random: Random, frame: DistrictFrame) => Row,
): GeneratedTable {
  return {
    object,
    *rows(frame, random) {
      for (let n = 0; n < frame.staff; n++) {
        yield { [key]: n + 1, personID: frame.staffPerson(n), ...row(random, frame) };
      }
    },
  };
}
