/** Instants and days as clocks of a time zone show them, and back. */

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', {
      ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
      ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
    });
    formats.set(timeZone, format);
  }
  return format;
}

/** `2026-11-28 06:12:01` in a zone. */
export function wallTime(at: string | number | Date, timeZone: string): string {
  const parts = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(new Date(at))
      .map(({ type, value }) => [type, value]),
  );
  return `${parts['year']}-${parts['month']}-${parts['day']} ${parts['hour']}:${parts['minute']}:${parts['second']}`;
}

/**
 * The instant at which clocks of the zone show a day and time; where they skip it, the one at which
 * they jump over it, and where they show it twice, the first.
 * @param wall `2026-11-28` or `2026-11-28 06:12`
 * @returns epoch milliseconds
 */
export function instantOf(wall: string, timeZone: string): number {
  const asUtc = Date.parse(`${wall.slice(0, 10)}T${wall.slice(11, 16) || '00:00'}:00Z`);
  const shownAt = (at: number): number => Date.parse(`${wallTime(at, timeZone).replace(' ', 'T')}Z`);
  // What it is behind or ahead of UTC, a day before and a day after.
  const tries = [-1, 1].map((days) => {
    const near = asUtc + days * dayMs;
    return asUtc - (shownAt(near) - near);
  });
  const fitting = tries.filter((at) => shownAt(at) === asUtc);
  return fitting.length > 0 ? Math.min(...fitting) : Math.max(...tries);
}

const dayMs = 86_400_000;

/** The day so many days later, by the calendar. @param day `2026-11-28` */
export function dayAfter(day: string, days = 1): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);
}

/** Days from one to another, by the calendar: neither is shorter where clocks are set. */
export function daysBetween(first: string, last: string): number {
  return Math.round((Date.parse(last) - Date.parse(first)) / dayMs);
}

/** The day that clocks of the zone show: its "today". @returns `2026-11-28` */
export function dayIn(timeZone: string, at: string | number | Date): string {
  return wallTime(at, timeZone).slice(0, 10);
}

/** The last millisecond of a day in the zone. @returns epoch milliseconds */
export function endOfDay(day: string, timeZone: string): number {
  return instantOf(dayAfter(day), timeZone) - 1;
}

/** Years of the days and instants that a person gives: others are slips of the pen. */
export const givenYears = { first: 1990, last: 2100 } as const;

/** Whether a text is a day, YYYY-MM-DD, of one of these years; one half typed is not. */
export function isGivenDay(text: string): boolean {
  const year = Number(text.slice(0, 4));
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && year >= givenYears.first && year <= givenYears.last;
}
