import { type DistrictFrame, grades } from './frame';
import type { GeneratedTable } from './table';
import { address, code, phone, remark, schoolDate } from './values';

interface CalendarKind {
  readonly calendar: number;
  readonly school: number;
  readonly kind: 'main' | 'summer' | 'previous';
  readonly endYear: number;
}

/**
 * Every calendar by number: the year's own, summer school at some, and last year's, which no run of
 * this year reads.
 */
function* calendars(frame: DistrictFrame): Iterable<CalendarKind> {
  const schools = Array.from({ length: frame.schools }, (_, school) => school);
  const endYear = frame.schoolYear;
  for (const school of schools) yield { calendar: frame.calendar(school), school, kind: 'main', endYear };
  for (const school of schools) {
    if (frame.hasSummer(school)) {
      yield { calendar: frame.summerCalendar(school), school, kind: 'summer', endYear };
    }
  }
  for (const school of schools) {
    yield { calendar: frame.previousCalendar(school), school, kind: 'previous', endYear: endYear - 1 };
  }
}

const daysOf = { main: 185, summer: 25, previous: 10 } as const;
const firstDayOf = { main: 0, summer: 300, previous: 0 } as const;

/** The frame of a district: schools, calendars and what a calendar has. */
export const structureTables: readonly GeneratedTable[] = [
  {
    object: 'District',
    *rows(frame, random) {
      yield {
        districtNumber: frame.districtNumber,
        name: 'Prairie Winds Unified School District 🌾',
        address: address(random),
        phone: phone(random),
        settings: JSON.stringify({ periods: 7, grading: { scale: 'A–F', weights: [0.4, 0.6] }, motto: null }),
      };
    },
  },
  {
    object: 'ReportingEntity',
    *rows(frame) {
      for (let n = 1; n <= 3; n++) {
        yield {
          reportingEntityID: n,
          districtNumber: frame.districtNumber,
          name: `Reporting entity ${n}`,
          code: n === 3 ? '' : `RE${n}`,
        };
      }
    },
  },
  {
    object: 'School',
    *rows(frame, random) {
      for (let school = 0; school < frame.schools; school++) {
        yield {
          schoolID: school + 1,
          districtNumber: frame.districtNumber,
          number: String(school + 1).padStart(4, '0'),
          name: `${random.pick(['Sunrise', 'Río Grande', 'Lincoln', 'Cottonwood'])} School ${school + 1}`,
          address: random.orNull(0.1, address(random)),
          latitude: random.int(-900_000, 900_000) / 10_000,
          longitude: -random.int(700_000, 1_600_000) / 10_000,
          openedYear: random.orNull(0.2, random.int(1902, 2020)),
          type: random.pick(['ELEMENTARY', 'MIDDLE', 'HIGH', 'OTHER']),
        };
      }
    },
  },
  {
    object: 'Calendar',
    *rows(frame) {
      for (const { calendar, school, kind, endYear } of calendars(frame)) {
        const first = firstDayOf[kind];
        yield {
          calendarID: calendar,
          schoolID: school + 1,
          endYear,
          name: `${endYear - 1}-${endYear} ${kind === 'summer' ? 'Summer ☀️' : 'School'} ${school + 1}`,
          startDate: schoolDate(endYear, first),
          endDate: schoolDate(endYear, first + (kind === 'summer' ? 40 : 290)),
          stateExclude: 0,
          summerSchool: kind === 'summer' ? 1 : 0,
        };
      }
    },
  },
  {
    object: 'CourseSection',
    *rows(frame, random) {
      for (let school = 0; school < frame.schools; school++) {
        for (let n = 0; n < frame.sectionsPerSchool; n++) {
          yield {
            courseSectionID: frame.section(school, n),
            calendarID: frame.calendar(school),
            courseCode: courseCode(random.int(1, 150)),
            number: `${n + 1}`,
            title: random.pick(['Algebra I', 'Español II ', 'Art 🎨', '', 'World History']),
            teacherPersonID: random.orNull(0.05, frame.staffPerson(random.int(0, frame.staff - 1))),
            capacity: random.int(8, 32),
            credits: random.decimal(0, 2, 3),
          };
        }
      }
    },
  },
  {
    object: 'SchoolMonth',
    *rows(frame, random) {
      for (const { calendar, kind, endYear } of calendars(frame)) {
        for (let month = 1; month <= (kind === 'main' ? 10 : 1); month++) {
          const first = firstDayOf[kind] + (month - 1) * 30;
          yield {
            calendarID: calendar,
            monthNumber: month,
            endYear,
            startDate: schoolDate(endYear, first),
            endDate: schoolDate(endYear, first + 29),
            instructionalDays: random.int(15, 22),
          };
        }
      }
    },
  },
  {
    object: 'ScheduleStructure',
    *rows(frame) {
      for (const { calendar, endYear } of calendars(frame)) {
        yield { scheduleStructureID: calendar, calendarID: calendar, endYear, name: 'Main' };
      }
    },
  },
  {
    object: 'TermSchedule',
    *rows(frame) {
      let id = 1;
      for (const { calendar, kind, endYear } of calendars(frame)) {
        for (let term = 0; term < (kind === 'main' ? 4 : 1); term++) {
          const first = firstDayOf[kind] + term * 70;
          yield {
            termScheduleID: id++,
            scheduleStructureID: calendar,
            endYear,
            name: `Q${term + 1}`,
            sequence: term + 1,
            startDate: schoolDate(endYear, first),
            endDate: schoolDate(endYear, first + 69),
          };
        }
      }
    },
  },
  {
    object: 'PeriodSchedule',
    *rows(frame, random) {
      let id = 1;
      for (const { calendar, kind, endYear } of calendars(frame)) {
        for (let period = 1; period <= (kind === 'main' ? 7 : 2); period++) {
          const hour = String(period + 7).padStart(2, '0');
          yield {
            periodScheduleID: id++,
            scheduleStructureID: calendar,
            endYear,
            name: `Period ${period}`,
            sequence: random.orNull(0.05, period),
            startTime: `${hour}:00:00`,
            endTime: `${hour}:48:30`,
          };
        }
      }
    },
  },
  {
    object: 'Day',
    *rows(frame, random) {
      let id = 1;
      for (const { calendar, kind, endYear } of calendars(frame)) {
        for (let day = 0; day < daysOf[kind]; day++) {
          const isHoliday = random.chance(0.04);
          yield {
            dayID: id++,
            scheduleStructureID: calendar,
            endYear,
            // Five days of each seven.
            date: schoolDate(endYear, firstDayOf[kind] + Math.floor(day / 5) * 7 + (day % 5)),
            schoolDay: 1,
            instruction: isHoliday ? 0 : 1,
            attendance: isHoliday ? 0 : 1,
            duration: random.orNull(0.02, random.int(240, 420)),
            comments: random.chance(0.05) ? remark(random) : null,
          };
        }
      }
    },
  },
  {
    object: 'StructureGradeLevel',
    *rows(frame) {
      for (const { calendar, endYear } of calendars(frame)) {
        for (const [grade, name] of grades.entries()) {
          yield {
            structureGradeLevelID: frame.gradeLevel(calendar, grade),
            scheduleStructureID: calendar,
            endYear,
            name,
            sequence: grade,
            stateGrade: name === 'TR' ? null : name,
            stateExclude: 0,
          };
        }
      }
    },
  },
  {
    object: 'CourseCode',
    *rows(_frame, random) {
      for (let n = 1; n <= 150; n++) {
        yield {
          courseCode: courseCode(n),
          title: `Course ${n} `,
          subject: random.orNull(0.1, code(random, 'SUB', 9)),
          description: random.orNull(0.3, remark(random)),
          credits: random.decimal(0, 3, 3),
        };
      }
    },
  },
];

function courseCode(n: number): string {
  return `C-${String(n).padStart(4, '0')}`;
}
