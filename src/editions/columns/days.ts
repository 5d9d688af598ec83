/** Texts of days, moments and times, and days that no calendar has. */

const spelled = /^(\d{1,4})\D(\d{1,2})\D(\d{1,2})(?!\d)/;
const digits = /^(\d{4})(\d\d)(\d\d)(?:\d{6})?(?!\d)/;

/**
 * Is the text a day or a moment at all? MySQL ends a statement for one that isn't (error 1525), and
 * MariaDB takes it for the day 0000-00-00.
 */
export function isDay(text: string): boolean {
  const parts = partsOf(text);
  return parts !== null && parts[1] <= 12 && parts[2] <= 31;
}

/** Is the text a time? Any other is taken for 00:00:00. */
export function isTime(text: string): boolean {
  const [found, minutes = 0, seconds = 0] =
    /^-?\d{1,3}(?::(\d{1,2}))?(?::(\d{1,2}))?(?:\.\d*)?$/.exec(text) ?? [];
  return found !== undefined && Number(minutes) < 60 && Number(seconds) < 60;
}

/**
 * A day like February 30: a table has it where ALLOW_INVALID_DATES was set, and the strict sessions
 * of MySQL take no such literal.
 */
export function isImpossibleDay(text: string): boolean {
  const [year, month, day] = partsOf(text) ?? [0, 0, 0];
  if (month < 1 || month > 12) return false;
  const leap = year > 0 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const last = month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  return day > last;
}

/** The text of a day or moment as the number that the server makes of `column + 0`. */
export function asNumber(text: string): string {
  const [whole = '', fraction] = text.split('.');
  return whole.replaceAll(/\D/g, '') + (fraction === undefined ? '' : `.${fraction}`);
}

function partsOf(text: string): [year: number, month: number, day: number] | null {
  const found = spelled.exec(text) ?? digits.exec(text);
  return found === null ? null : [Number(found[1]), Number(found[2]), Number(found[3])];
}
