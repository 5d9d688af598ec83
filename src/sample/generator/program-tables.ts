import type { Random } from './random';
import { type GeneratedTable, perStudent } from './table';
import { code, familyName, remark, type Row, schoolDate, schoolTime, span } from './values';

interface Simple {
  readonly object: string;
  readonly key: string;
  readonly every: number;
  readonly of: 'personID' | 'enrollmentID';
  readonly row: (random: Random, schoolYear: number) => Row;
}

/** One record for some students, of values that depend on nothing else. */
const programs: readonly Simple[] = [
  {
    object: 'CTEDataME',
    key: 'cteDataMEID',
    every: 20,
    of: 'personID',
    row: (random, year) => ({
      program: code(random, 'CTE', 30),
      hours: random.orNull(0.1, random.decimal(0, 900, 2)),
      ...span(random, year),
    }),
  },
  {
    object: 'ESSKY',
    key: 'esskyID',
    every: 20,
    of: 'enrollmentID',
    row: (random, year) => ({
      serviceCode: random.orNull(0.2, code(random, 'ESS', 8)),
      hours: random.decimal(0, 90, 2),
      ...span(random, year),
    }),
  },
  {
    object: 'FRYSCStatusKY',
    key: 'fryscStatusKYID',
    every: 20,
    of: 'enrollmentID',
    row: (random, year) => ({
      status: code(random, 'F', 4),
      referral: remark(random),
      ...span(random, year),
    }),
  },
  {
    object: 'GiftedStatusKY',
    key: 'giftedStatusKYID',
    every: 16,
    of: 'personID',
    row: (random, year) => ({ category: code(random, 'G', 12), ...span(random, year) }),
  },
  {
    object: 'LEPKY',
    key: 'lepkyID',
    every: 12,
    of: 'personID',
    row: (random, year) => ({
      level: random.orNull(0.1, code(random, 'L', 6)),
      language: random.pick(['spa', 'ara', 'swa', null]),
      ...span(random, year),
    }),
  },
  {
    object: 'NASIS',
    key: 'nasisID',
    every: 15,
    of: 'personID',
    row: (random) => ({
      tribe: random.orNull(0.1, code(random, 'T', 90)),
      enrollmentNumber: random.pick(['', `N-${random.int(1, 99_999)} `]),
      resident: random.int(0, 1),
    }),
  },
  {
    object: 'POSEligibility',
    key: 'posEligibilityID',
    every: 3,
    of: 'personID',
    row: (random, year) => ({
      eligibility: random.pick(['FREE', 'REDUCED', 'PAID']),
      ...span(random, year),
      directCertified: random.int(0, 1),
    }),
  },
  {
    object: 'PreSchoolKY',
    key: 'preSchoolKYID',
    every: 25,
    of: 'enrollmentID',
    row: (random) => ({
      fundingSource: random.orNull(0.2, code(random, 'FS', 5)),
      fullDay: random.int(0, 1),
    }),
  },
  {
    object: 'ProgramParticipation',
    key: 'programParticipationID',
    every: 5,
    of: 'personID',
    row: (random, year) => ({
      program: random.pick(['After school', 'Título I', 'Band 🎺 ', 'Title III']),
      ...span(random, year),
      reasonExited: random.orNull(0.7, code(random, 'RX', 9)),
      detail: random.orNull(0.5, JSON.stringify({ hours: random.int(1, 90), site: [null, 'Gym'] })),
    }),
  },
  {
    object: 'TEDSKY',
    key: 'tedskyID',
    every: 20,
    of: 'personID',
    row: (random, year) => ({
      indicator: code(random, 'TED', 9),
      value: random.decimal(-900, 900, 4),
      asOf: random.orNull(0.1, schoolDate(year, random.int(0, 280))),
    }),
  },
  {
    object: 'TitleIKY',
    key: 'titleIKYID',
    every: 12,
    of: 'enrollmentID',
    row: (random, year) => ({ service: code(random, 'TI', 9), ...span(random, year) }),
  },
];

/** Programs: what some students take part in, and two reports of the whole district. */
export const programTables: readonly GeneratedTable[] = [
  ...programs.map(({ row, ...rest }) =>
    perStudent({ ...rest, row: (random, { frame }) => row(random, frame.schoolYear) }),
  ),
  {
    object: 'FRYSCGroupProgramKY',
    *rows(frame, random) {
      for (let n = 1; n <= groupsOf(frame.students); n++) {
        yield {
          fryscGroupProgramKYID: n,
          personID: frame.staffPerson(n),
          name: random.pick(['Backpack food', 'Homework help ', 'Familias 🏡']),
          component: random.orNull(0.2, code(random, 'CP', 6)),
          ...span(random, frame.schoolYear),
        };
      }
    },
  },
  perStudent({
    object: 'FRYSCGroupStatusKY',
    key: 'fryscGroupStatusKYID',
    every: 15,
    of: 'personID',
    row: (random, { frame }) => ({
      fryscGroupProgramKYID: random.int(1, groupsOf(frame.students)),
      status: code(random, 'FG', 4),
      ...span(random, frame.schoolYear),
    }),
  }),
  {
    object: 'ISEPResidentialCertification',
    *rows(frame, random) {
      for (let n = 1; n <= frame.schools + 2; n++) {
        yield {
          isepResidentialCertificationID: n,
          certifiedAt: random.orNull(0.2, schoolTime(random, frame.schoolYear)),
          students: random.int(0, 400),
          days: random.decimal(0, 900, 2),
        };
      }
    },
  },
  {
    object: 'ISEPResidentialVerification',
    *rows(frame, random) {
      for (let n = 1; n <= frame.schools + 2; n++) {
        yield {
          isepResidentialVerificationID: n,
          verifiedAt: random.orNull(0.2, schoolTime(random, frame.schoolYear)),
          verifier: random.pick([null, '', familyName(random)]),
          agrees: random.int(0, 1),
        };
      }
    },
  },
  perStudent({
    object: 'Plan',
    key: 'planID',
    every: 8,
    of: 'personID',
    row: (random, { frame }) => ({
      type: random.pick(['IEP', '504', 'PLP']),
      ...span(random, frame.schoolYear),
      specialEdPercent: random.orNull(0.3, random.decimal(0, 100, 2)),
      locked: random.int(0, 1),
      detail: JSON.stringify({ goals: random.int(0, 9), note: remark(random) }),
    }),
  }),
  {
    object: 'PlanProgressReport',
    *rows(frame, random) {
      const plans = Math.ceil(frame.students / 8);
      for (let n = 0; n < plans * 2; n++) {
        yield {
          planProgressReportID: n + 1,
          planID: Math.floor(n / 2) + 1,
          date: schoolDate(frame.schoolYear, random.int(0, 280)),
          goal: random.orNull(0.2, random.int(-3, 9)),
          progress: remark(random),
        };
      }
    },
  },
];

function groupsOf(students: number): number {
  return Math.ceil(students / 100);
}
