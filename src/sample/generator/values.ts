/**
 * Values the tables have in common: names, dates of a school year, texts with what real districts
 * type.
 */
import type { SampleValue } from '../write-table';
import type { Random } from './random';

/** One record by column; guid and endYear are added where they are missing. */
export type Row = Record<string, SampleValue>;

const familyNames = [
  'Abara',
  'Begay',
  'Castañeda',
  "O'Brien",
  'Dupont',
  'Einarsdóttir',
  'Fernández',
  'Goldberg',
  'Hämäläinen',
  'Ivanova',
  'Jackson',
  'Kowalski',
  'Lee',
  'Müller',
  'Nguyen',
  'Ortiz',
  'Patel',
  'Quinn',
  'Rossi',
  'Smith-Jones',
  'Tsosie',
  'Ueda',
  'Van der Berg',
  'Whitehorse',
  'Xiong',
  'Yılmaz',
  'Zhang',
  'de la Cruz ',
  '李',
  'Łukasik',
] as const;

const givenNames = [
  'Ada',
  'Benjamin',
  'Chloé',
  'Dakota',
  'Elena',
  'Finn',
  'Grace',
  'Hiro',
  'Inés',
  'Jonas',
  'Kaya',
  'Liam',
  'Maya',
  'Noah',
  'Olivia',
  'Priya',
  'Quentin',
  'Renée',
  'Søren',
  'Tala',
  'Uma',
  'Víctor',
  'Wren',
  'Ximena',
  'Yusuf',
  'Zoë',
] as const;

/**
 * Empty, with an emoji, with a trailing blank, with quotes, tabs and line ends: what an encoding
 * must not change.
 */
const remarks = [
  '',
  'Called home.',
  'Great day 🎉',
  'Left early ',
  'Said "not me", then laughed',
  "Bus didn't come",
  'été à l’école',
  'two\nlines',
  'tab\there',
  'back\\slash',
  '家庭訪問',
  '👩‍🏫 met the family',
  'n/a',
] as const;

export const familyName = (random: Random): string => random.pick(familyNames);
export const givenName = (random: Random): string => random.pick(givenNames);
export const remark = (random: Random): string => random.pick(remarks);

/** A code as the states have them, e.g. `code(random, 'KY', 12)` = KY07. */
export function code(random: Random, prefix: string, kinds: number): string {
  return `${prefix}${String(random.int(1, kinds)).padStart(2, '0')}`;
}

export function phone(random: Random): string {
  return `(${random.int(201, 989)}) 555-01${String(random.int(0, 99)).padStart(2, '0')}`;
}

export function address(random: Random): string {
  const street = random.pick(['Main St', 'Oak Ave', 'Calle Ocho', 'River Rd', 'Straße der Künste']);
  return `${random.int(1, 9999)} ${street}${random.chance(0.1) ? ' #' + random.int(1, 40) : ''}`;
}

const dayMs = 86_400_000;

/** The date `days` after August 10 before the school year's end year. */
export function schoolDate(schoolYear: number, days: number): string {
  return new Date(Date.UTC(schoolYear - 1, 7, 10) + days * dayMs).toISOString().slice(0, 10);
}

export function dateIn(random: Random, firstYear: number, lastYear: number): string {
  const month = String(random.int(1, 12)).padStart(2, '0');
  return `${random.int(firstYear, lastYear)}-${month}-${String(random.int(1, 28)).padStart(2, '0')}`;
}

/** A time of the school year to the millisecond. */
export function schoolTime(random: Random, schoolYear: number): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const clock = `${two(random.int(7, 16))}:${two(random.int(0, 59))}:${two(random.int(0, 59))}`;
  return `${schoolDate(schoolYear, random.int(0, 280))} ${clock}.${String(random.int(0, 999)).padStart(3, '0')}`;
}

/** startDate and endDate within the school year; half of them are still open. */
export function span(random: Random, schoolYear: number): { startDate: string; endDate: string | null } {
  const start = random.int(0, 120);
  return {
    startDate: schoolDate(schoolYear, start),
    endDate: random.orNull(0.5, schoolDate(schoolYear, start + random.int(1, 150))),
  };
}

/** A GUID that two tables, two seeds and two records never share: it carries all three. */
export function guidOf(seed: number, table: number, record: number): string {
  const hex = (n: number, length: number): string => n.toString(16).padStart(length, '0').slice(-length);
  return `${hex(seed >>> 0, 8)}-${hex(table, 4)}-4000-8000-${hex(record, 12)}`;
}
