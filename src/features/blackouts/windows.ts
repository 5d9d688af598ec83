/**
 * The arithmetic of blackout windows: pure, from rules and an instant to the next stretch in which
 * runs are held.
 */
import type { BlackoutRule, HeldWindow } from '../../domain/blackout';
import { weekdays } from '../../domain/blackout';
import { instantsOf, wallTimeOf } from './local-time';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/**
 * Weekly windows are laid out this far; a chain of windows longer than this is cut here, and asked
 * for again then.
 */
export const horizonDays = 16;

interface Stretch {
  readonly start: number;
  readonly end: number;
}

/**
 * The window an instant lies in, or the next one after it. Windows that overlap or touch are one.
 * Where clocks are set back, a window lasts from the first showing of `from` to the last of `to`:
 * rather held too long than a run in school hours. Its end is not in it.
 * @param at epoch milliseconds
 * @returns `null` when none is to come
 */
export function nextWindow(rules: readonly BlackoutRule[], at: number): HeldWindow | null {
  const [first] = join(rules.flatMap((rule) => stretchesOf(rule, at)).filter(({ end }) => end > at));
  if (!first) return null;
  return { startsAt: new Date(first.start).toISOString(), endsAt: new Date(first.end).toISOString() };
}

/**
 * The windows that reach into a period, joined as above.
 * @param from, to epoch milliseconds, at most some days apart
 */
export function windowsBetween(rules: readonly BlackoutRule[], from: number, to: number): HeldWindow[] {
  const found: HeldWindow[] = [];
  let next = nextWindow(rules, from);
  while (next !== null && Date.parse(next.startsAt) < to) {
    found.push(next);
    next = nextWindow(rules, Date.parse(next.endsAt));
  }
  return found;
}

/** The window that holds at this instant. `null`: none does. @param at epoch milliseconds */
export function windowAt(rules: readonly BlackoutRule[], at: number): HeldWindow | null {
  const next = nextWindow(rules, at);
  return next && Date.parse(next.startsAt) <= at ? next : null;
}

/**
 * Do the weekly rules leave no free minute from now to the horizon? Then nothing would ever run.
 */
export function neverFree(rules: readonly BlackoutRule[], at: number): boolean {
  const weekly = rules.filter(({ kind }) => kind === 'weekly');
  const held = windowAt(weekly, at);
  return held !== null && Date.parse(held.endsAt) >= at + (horizonDays - 2) * dayMs;
}

function stretchesOf(rule: BlackoutRule, at: number): Stretch[] {
  if (rule.kind === 'dated') return [{ start: Date.parse(rule.startsAt), end: Date.parse(rule.endsAt) }];
  const { timezone, days } = rule;
  const [from, to] = [minutesOf(rule.from), minutesOf(rule.to)];
  const length = to > from ? to - from : to + 24 * 60 - from;
  const today = Math.floor(wallTimeOf(timezone, at) / dayMs) * dayMs;
  const stretches: Stretch[] = [];
  // From two days before: a window that began yesterday may last, and clocks may have moved.
  for (let day = today - 2 * dayMs; day <= today + horizonDays * dayMs; day += dayMs) {
    if (!days.includes(weekdayOf(day))) continue;
    const begins = day + from * minuteMs;
    const start = instantsOf(timezone, begins).first;
    const end = instantsOf(timezone, begins + length * minuteMs).last;
    if (start < end) stretches.push({ start, end });
  }
  return stretches;
}

/** @param day a local midnight, as if it were UTC; 1 January 1970 was a Thursday */
function weekdayOf(day: number): (typeof weekdays)[number] {
  return weekdays[(((day / dayMs + 3) % 7) + 7) % 7]!;
}

function minutesOf(time: string): number {
  const [hours, minutes] = time.split(':').map(Number);
  return hours! * 60 + minutes!;
}

function join(stretches: readonly Stretch[]): Stretch[] {
  const joined: Stretch[] = [];
  for (const stretch of [...stretches].sort((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last && stretch.start <= last.end) {
      joined[joined.length - 1] = { start: last.start, end: Math.max(last.end, stretch.end) };
    } else joined.push(stretch);
  }
  return joined;
}
