import { Random } from '../../src/sample/generator/random';
import { columnNames, type TableSpec, tables } from './tables';

export type Value = string | number | null;
export type Row = Readonly<Record<string, Value>>;
/** The records of every table by their key's text. */
export type Contents = ReadonlyMap<string, ReadonlyMap<string, Row>>;

export function keyOf({ key }: TableSpec, row: Row): string {
  return JSON.stringify(key.map((column) => String(row[column])));
}

export function asContents(rows: ReadonlyMap<string, readonly Row[]>): Contents {
  return new Map(
    tables.map((table) => [
      table.name,
      new Map((rows.get(table.name) ?? []).map((row) => [keyOf(table, row), row])),
    ]),
  );
}

const counts = {
  campus: 24,
  calendar: 60,
  household: 900,
  guardian: 1_300,
  student: 2_400,
  course: 12,
  section: 700,
  enrollment: 3_000,
  attendance: 6_500,
  note: 240,
} as const;

/** No record has such a key. */
const nowhere = 900_000;
/** Below the smallest packet that a fault sets. */
const longText = 200_000;

/**
 * Some 15,000 records, the same for the same seed: most arrive; a few the state refuses, a few are
 * excluded, and a few lack a parent, in each of the ways that a record can.
 */
export function makeRecords(seed: string): Contents {
  const random = new Random(`district/${seed}`);
  const rows = new Map<string, Row[]>(tables.map(({ name }) => [name, []]));
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
  const add = (table: string, row: Row): void => void rows.get(table)!.push(row);
  const calendarCode = (n: number): string => `CAL-${String(n).padStart(3, '0')}`;

  for (const n of numbers(counts.campus)) {
    // Parents behind their children too.
    const partOf = random.chance(0.5) ? random.int(1, counts.campus) : null;
    add('campus', { id: n, title: `Campus ${n}`, partOf: partOf === n ? null : partOf });
  }
  for (const n of numbers(counts.calendar))
    add('calendar', {
      code: calendarCode(n),
      campusID: random.int(1, counts.campus),
      title: random.orNull(0.2, `Year ${n}`),
      excluded: n % 20 === 7 ? 1 : 0,
    });
  for (const n of numbers(counts.household))
    add('household', {
      id: n,
      street: random.orNull(0.1, `${random.int(1, 99)} Élm Street`),
      headID: n <= counts.guardian ? random.orNull(0.3, n) : null,
    });
  for (const n of numbers(counts.guardian))
    add('guardian', {
      id: n,
      // The first lives where they are the head; four have no home.
      householdID: n % 300 === 11 ? nowhere + n : n <= counts.household ? n : random.int(1, counts.household),
      name: `Guardian ${n}`,
      phone: random.orNull(0.3, `555-${random.int(1000, 9999)}`),
    });
  for (const n of numbers(counts.student))
    add('student', {
      id: n,
      number: `N${random.int(10, 99)}${String(n).padStart(6, '0')}`,
      name: n % 240 === 12 ? `Student ${n} with a name that is too long` : `Student ${n}`,
      born: random.orNull(0.1, `20${random.int(10, 19)}-0${random.int(1, 9)}-1${random.int(0, 9)}`),
      average: random.orNull(0.2, random.decimal(0, 4, 3)),
      householdID: random.orNull(0.4, random.int(1, counts.household)),
    });
  for (const campus of numbers(counts.campus))
    for (const n of numbers(counts.course))
      add('course', { campusID: campus, courseNo: n * 10, title: `Course ${n}` });
  for (const n of numbers(3)) add('course', { campusID: nowhere, courseNo: n, title: `Lost course ${n}` });
  for (const n of numbers(counts.section)) {
    const linked = random.chance(0.4) ? random.int(1, counts.section) : null;
    add('section', {
      id: n,
      campusID: random.int(1, counts.campus),
      courseNo: random.int(1, counts.course) * 10,
      linkedID: n % 200 === 50 ? nowhere + n : linked,
      room: random.orNull(0.1, `R${random.int(1, 400)}`),
    });
  }
  for (const n of numbers(counts.enrollment))
    add('enrollment', {
      id: n * 2,
      studentID: n % 500 === 100 ? nowhere + n : random.int(1, counts.student),
      calendarCode: n % 600 === 33 ? 'CAL-NONE' : calendarCode(random.int(1, counts.calendar)),
      grade: random.orNull(0.05, String(random.int(1, 12))),
    });
  for (const n of numbers(counts.attendance))
    add('attendance', {
      id: n * 3,
      enrollmentID: random.int(1, counts.enrollment) * 2,
      day: `2027-0${random.int(1, 6)}-${random.int(10, 28)} 0${random.int(7, 9)}:00:00.${random.int(100, 999)}`,
      minutes: n % 650 === 5 ? 400 : random.int(0, 250),
    });
  for (const n of numbers(counts.note))
    add('note', {
      id: n,
      studentID: random.int(1, counts.student),
      content: n % 40 === 9 ? `Café ${n} `.repeat(longText / 8) : random.orNull(0.1, `Note ${n} 🙂`),
    });
  return asContents(rows);
}

/** Values in the columns' order. */
export function valuesOf(table: TableSpec, row: Row): Value[] {
  return columnNames(table).map((column) => row[column] ?? null);
}
