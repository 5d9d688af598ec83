import type { SampleRow } from '../write-table';
import type { ReadSample } from './xml';

/** What has no number in the sample gets one here; the order of schools is that of the sample. */
export const gradesOf: Readonly<Record<string, readonly number[]>> = {
  HIGH: [9, 10, 11, 12],
  MIDDLE: [6, 7, 8],
  ELEMENTARY: [1, 2, 3, 4, 5],
};

export interface SampleSchool {
  readonly id: number;
  readonly type: 'HIGH' | 'MIDDLE' | 'ELEMENTARY';
  /** calendarID and scheduleStructureID of the school year. */
  readonly calendar: number;
}

export function schoolsOf(read: ReadSample): SampleSchool[] {
  return read('EducationOrganization', 'School').map((school, index) => ({
    id: Number(school.need('SchoolId')),
    type: typeOf(school.descriptor('SchoolCategory')),
    calendar: index + 1,
  }));
}

function typeOf(category: string | null): SampleSchool['type'] {
  if (category === 'High School') return 'HIGH';
  return category === 'Middle School' ? 'MIDDLE' : 'ELEMENTARY';
}

export const gradeLevelID = (calendar: number, grade: number): number => calendar * 100 + grade;
export const termScheduleID = (calendar: number, term: number): number => calendar * 10 + term;

/**
 * The sample has day counts, not holidays: these are the usual ones, on none of which it has
 * attendance.
 */
const holidays = new Set([
  '2021-09-06',
  '2021-11-24',
  '2021-11-25',
  '2021-11-26',
  '2022-01-17',
  ...['2022-03-14', '2022-03-15', '2022-03-16', '2022-03-17', '2022-03-18'],
]);

interface YearCalendar {
  readonly id: number;
  readonly school: SampleSchool;
  readonly name: string;
  readonly terms: readonly { readonly name: string; readonly start: string; readonly end: string }[];
  readonly periods: readonly { readonly name: string; readonly start: string; readonly end: string }[];
  readonly grades: readonly number[];
  readonly isSummer: boolean;
}

/**
 * Calendars and all that hangs in them, from sessions, grading periods, class periods and days with
 * attendance.
 */
export function calendarTables(read: ReadSample): Record<string, SampleRow[]> {
  const attended = new Set(
    read('StudentSchoolAttendance', 'StudentSchoolAttendanceEvent').map((event) =>
      event.need('AttendanceEvent.EventDate'),
    ),
  );
  const calendars = calendarsOf(read);
  return {
    Calendar: calendars.map(({ id, school, name, terms, isSummer }) => ({
      calendarID: id,
      schoolID: school.id,
      name,
      startDate: terms[0]!.start,
      endDate: terms.at(-1)!.end,
      stateExclude: isSummer ? 1 : 0,
      summerSchool: isSummer ? 1 : 0,
    })),
    SchoolMonth: calendars.flatMap((calendar) => monthsOf(calendar, attended)),
    ScheduleStructure: calendars.map(({ id }) => ({
      scheduleStructureID: id,
      calendarID: id,
      name: 'Main',
    })),
    TermSchedule: calendars.flatMap(({ id, terms }) =>
      terms.map(({ name, start, end }, index) => ({
        termScheduleID: termScheduleID(id, index + 1),
        scheduleStructureID: id,
        name,
        sequence: index + 1,
        startDate: start,
        endDate: end,
      })),
    ),
    PeriodSchedule: calendars.flatMap(({ id, periods }) =>
      periods.map(({ name, start, end }, index) => ({
        periodScheduleID: id * 100 + index + 1,
        scheduleStructureID: id,
        name,
        sequence: index + 1,
        startTime: start,
        endTime: end,
      })),
    ),
    Day: calendars.flatMap((calendar) =>
      weekdaysOf(calendar).map((date) => {
        const held = isHeld(date, attended) ? 1 : 0;
        return {
          dayID: calendar.id * 100_000_000 + Number(date.replaceAll('-', '')),
          scheduleStructureID: calendar.id,
          date,
          schoolDay: held,
          instruction: held,
          attendance: held,
          duration: held * calendar.periods.length * 50,
          comments: held ? null : 'Holiday',
        };
      }),
    ),
    StructureGradeLevel: calendars.flatMap(({ id, grades }) =>
      grades.map((grade) => ({
        structureGradeLevelID: gradeLevelID(id, grade),
        scheduleStructureID: id,
        name: String(grade).padStart(2, '0'),
        sequence: grade,
        stateGrade: String(grade).padStart(2, '0'),
        stateExclude: 0,
      })),
    ),
  };
}

function calendarsOf(read: ReadSample): YearCalendar[] {
  const schools = schoolsOf(read);
  const regular = schools.map((school): YearCalendar => {
    const isOfSchool = (id: string | null): boolean => Number(id) === school.id;
    return {
      id: school.calendar,
      school,
      name: '2021-2022',
      terms: read('EducationOrgCalendar', 'Session')
        .filter((session) => isOfSchool(session.text('SchoolReference.SchoolIdentity.SchoolId')))
        .map((session) => ({
          name: session.need('SessionName').replace('2021-2022 ', ''),
          start: session.need('BeginDate'),
          end: session.need('EndDate'),
        })),
      periods: read('EducationOrganization', 'ClassPeriod')
        .filter((period) => isOfSchool(period.text('SchoolReference.SchoolIdentity.SchoolId')))
        .map((period) => ({
          name: period.need('ClassPeriodName'),
          start: period.need('MeetingTime.StartTime'),
          end: period.all('MeetingTime').at(-1)!.need('EndTime'),
        })),
      grades: gradesOf[school.type]!,
      isSummer: false,
    };
  });
  const high = regular.find(({ school }) => school.type === 'HIGH')!;
  const summer: YearCalendar = {
    ...high,
    id: regular.length + 1,
    name: '2022 Summer School',
    terms: [{ name: 'Summer', start: '2022-06-06', end: '2022-07-01' }],
    periods: high.periods.slice(0, 3),
    isSummer: true,
  };
  return [...regular, summer];
}

function monthsOf(calendar: YearCalendar, attended: ReadonlySet<string>): SampleRow[] {
  const months = new Map<string, string[]>();
  for (const date of weekdaysOf(calendar)) {
    const month = date.slice(0, 7);
    months.set(month, [...(months.get(month) ?? []), date]);
  }
  return [...months].map(([month, dates]) => ({
    calendarID: calendar.id,
    monthNumber: Number(month.slice(5)),
    startDate: dates[0]!,
    endDate: dates.at(-1)!,
    instructionalDays: dates.filter((date) => isHeld(date, attended)).length,
  }));
}

/** Weekdays of all terms. */
function weekdaysOf({ terms }: YearCalendar): string[] {
  return terms.flatMap(({ start, end }) => {
    const dates: string[] = [];
    for (const day = new Date(start); day <= new Date(end); day.setUTCDate(day.getUTCDate() + 1)) {
      if (day.getUTCDay() % 6 !== 0) dates.push(day.toISOString().slice(0, 10));
    }
    return dates;
  });
}

function isHeld(date: string, attended: ReadonlySet<string>): boolean {
  return attended.has(date) || !holidays.has(date);
}
