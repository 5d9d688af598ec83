/**
 * The numbers of a generated district: which keys exist, computed, so that no generator has to
 * remember a parent.
 */

export interface GeneratorOptions {
  readonly students: number;
  readonly seed: number;
  /** The year in which the school year ends. */
  readonly schoolYear: number;
}

export interface Student {
  /** personID, and enrollmentID of the year's own enrollment. */
  readonly id: number;
  /** 0 is the first school. */
  readonly school: number;
  /** Index in `grades`. */
  readonly grade: number;
}

export const grades = [
  'KG',
  '01',
  '02',
  '03',
  '04',
  '05',
  '06',
  '07',
  '08',
  '09',
  '10',
  '11',
  '12',
  'TR',
] as const;
/** Transition: the grade level that a district may well keep from the state. */
export const transition = grades.length - 1;

const studentsPerSchool = 500;
const summerOffset = 100_000;
const previousOffset = 200_000;

export class DistrictFrame {
  readonly students: number;
  readonly seed: number;
  readonly schoolYear: number;
  readonly districtNumber = 1;
  readonly schools: number;
  readonly staff: number;
  readonly contacts: number;
  readonly sectionsPerSchool = 40;
  readonly tests = 24;

  constructor({ students, seed, schoolYear }: GeneratorOptions) {
    this.students = students;
    this.seed = seed;
    this.schoolYear = schoolYear;
    this.schools = Math.max(1, Math.round(students / studentsPerSchool));
    this.staff = Math.ceil(students / 12) + 1;
    this.contacts = Math.ceil(students * 1.2);
  }

  student(id: number): Student {
    const school = id % this.schools;
    const ordinal = Math.floor(id / this.schools);
    return { id, school, grade: ordinal % 40 === 2 ? transition : ordinal % 13 };
  }

  /** A school year's calendar has one schedule structure, with the calendar's number. */
  calendar(school: number): number {
    return school + 1;
  }

  hasSummer(school: number): boolean {
    return school % 4 === 0;
  }

  summerCalendar(school: number): number {
    return summerOffset + school + 1;
  }

  previousCalendar(school: number): number {
    return previousOffset + school + 1;
  }

  gradeLevel(calendar: number, grade: number): number {
    return calendar * 20 + grade;
  }

  isInSummer({ id, school }: Student): boolean {
    return this.hasSummer(school) && id % 9 === 0;
  }

  summerEnrollment({ id }: Student): number {
    return this.students + id;
  }

  /** Few: they are there to be left alone. */
  wasHereLastYear({ id }: Student): boolean {
    return id % 10 === 1;
  }

  previousEnrollment({ id }: Student): number {
    return this.students * 2 + id;
  }

  staffPerson(n: number): number {
    return this.students + 1 + (n % this.staff);
  }

  contactPerson(n: number): number {
    return this.students + this.staff + 1 + (n % this.contacts);
  }

  section(school: number, n: number): number {
    return school * this.sectionsPerSchool + (n % this.sectionsPerSchool) + 1;
  }
}
