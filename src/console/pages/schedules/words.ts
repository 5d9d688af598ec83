import { type BlackoutRule, type Weekday, weekdays } from '../../../domain/blackout';
import type { ScheduleTimes } from '../../../domain/schedule';

export const weekdayNames: Record<Weekday, string> = {
  mon: 'Monday',
  tue: 'Tuesday',
  wed: 'Wednesday',
  thu: 'Thursday',
  fri: 'Friday',
  sat: 'Saturday',
  sun: 'Sunday',
};

/** Days of the week in few words: "every day", "Monday to Friday", "Monday, Sunday". */
export function daysText(days: readonly Weekday[]): string {
  const inOrder = weekdays.filter((day) => days.includes(day));
  if (inOrder.length === weekdays.length) return 'every day';
  const [first, last] = [inOrder[0], inOrder.at(-1)];
  const isRow =
    inOrder.length > 2 && weekdays.indexOf(last!) - weekdays.indexOf(first!) === inOrder.length - 1;
  if (isRow) return `${weekdayNames[first!]} to ${weekdayNames[last!]}`;
  return inOrder.map((day) => weekdayNames[day]).join(', ');
}

/** When a schedule fires, as a person says it. */
export function timesText(times: ScheduleTimes): string {
  if ('cron' in times) return `cron ${times.cron}`;
  const { at, daysOfWeek = weekdays, daysOfMonth, months } = times.calendar;
  return [
    `${daysText(daysOfWeek)} at ${at.join(', ')}`,
    daysOfMonth ? `on the days ${daysOfMonth.join(', ')} of the month` : '',
    months ? `in the months ${months.join(', ')}` : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** When a weekly window holds; a dated one names its instants. */
export function weeklyText(rule: BlackoutRule & { kind: 'weekly' }): string {
  const over = rule.to <= rule.from ? ' of the next day' : '';
  return `${daysText(rule.days)}, ${rule.from} to ${rule.to}${over}`;
}
