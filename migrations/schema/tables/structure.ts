import { code, flag, span, text } from './column';
import type { TableDescription } from './description';

/** The frame everything hangs in: district, schools, calendars, sections and days. */
export const structureTables: Readonly<Record<string, TableDescription>> = {
  District: {
    key: ['districtNumber INT'],
    columns: ['name VARCHAR(120) NOT NULL', `address ${text}`, 'phone VARCHAR(30)', 'settings JSON'],
  },
  ReportingEntity: {
    key: ['reportingEntityID INT'],
    columns: ['name VARCHAR(120) NOT NULL', `code ${code}`],
  },
  School: {
    key: ['schoolID INT'],
    columns: [
      'number VARCHAR(10) NOT NULL',
      'name VARCHAR(120) NOT NULL',
      `address ${text}`,
      'latitude DOUBLE',
      'longitude DOUBLE',
      'openedYear YEAR',
      "type ENUM('ELEMENTARY','MIDDLE','HIGH','OTHER') NOT NULL",
    ],
  },
  Calendar: {
    key: ['calendarID INT'],
    columns: ['name VARCHAR(80) NOT NULL', ...span, `stateExclude ${flag}`, `summerSchool ${flag}`],
  },
  CourseSection: {
    key: ['courseSectionID INT'],
    columns: [
      `courseCode ${code} NOT NULL`,
      'number VARCHAR(60) NOT NULL',
      'title VARCHAR(120)',
      'teacherPersonID INT',
      'capacity SMALLINT UNSIGNED',
      'credits DECIMAL(5,3)',
    ],
  },
  SchoolMonth: {
    key: ['monthNumber TINYINT UNSIGNED'],
    columns: [...span, 'instructionalDays TINYINT UNSIGNED NOT NULL'],
  },
  ScheduleStructure: { key: ['scheduleStructureID INT'], columns: ['name VARCHAR(80) NOT NULL'] },
  TermSchedule: {
    key: ['termScheduleID INT'],
    columns: ['name VARCHAR(80) NOT NULL', 'sequence TINYINT UNSIGNED NOT NULL', ...span],
  },
  PeriodSchedule: {
    key: ['periodScheduleID INT'],
    columns: ['name VARCHAR(80) NOT NULL', 'sequence TINYINT UNSIGNED', 'startTime TIME', 'endTime TIME'],
  },
  Day: {
    key: ['dayID BIGINT'],
    columns: [
      'date DATE NOT NULL',
      `schoolDay ${flag}`,
      `instruction ${flag}`,
      `attendance ${flag}`,
      'duration SMALLINT UNSIGNED',
      `comments ${text}`,
    ],
  },
  StructureGradeLevel: {
    key: ['structureGradeLevelID INT'],
    columns: ['name VARCHAR(8) NOT NULL', 'sequence TINYINT', `stateGrade ${code}`, `stateExclude ${flag}`],
  },
  CourseCode: {
    key: [`courseCode ${code}`],
    columns: ['title VARCHAR(120) NOT NULL', `subject ${code}`, 'description TEXT', 'credits DECIMAL(5,3)'],
  },
};
