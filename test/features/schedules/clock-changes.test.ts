import { clockChangesOf, isSecondOfTwo } from '../../../src/features/schedules/clock-changes';

const timezone = 'America/New_York';
const from = new Date('2026-01-01T00:00:00Z');
const at = (...times: string[]) => ({ times: { calendar: { at: times } }, timezone });
const cron = (text: string) => ({ times: { cron: text }, timezone });

test('a nightly time is told where the clocks skip it, and where they show it twice', () => {
  expect(clockChangesOf(at('02:30'), from)).toEqual([
    { date: '2026-03-08', time: '02:30', effect: 'skipped' },
  ]);
  expect(clockChangesOf(cron('30 1 * * *'), from)).toEqual([
    { date: '2026-11-01', time: '01:30', effect: 'twice' },
  ]);
  expect(clockChangesOf(at('03:00', '23:00'), from)).toEqual([]);
});

test('only days on which it fires count, and only zones that change their clocks', () => {
  // Both changes are on Sundays.
  expect(clockChangesOf(cron('30 2 * * mon-fri'), from)).toEqual([]);
  expect(clockChangesOf(cron('30 2 * * 7'), from)).toHaveLength(1);
  expect(
    clockChangesOf({ times: { calendar: { at: ['02:30'], daysOfWeek: ['sat'] } }, timezone }, from),
  ).toEqual([]);
  expect(clockChangesOf(cron('30 2 8 4 *'), from)).toEqual([]);
  expect(clockChangesOf({ ...at('02:30'), timezone: 'America/Phoenix' }, from)).toEqual([]);
});

test('of two firings at the same local time the second is none, unless it fires every hour', () => {
  const first = new Date('2026-11-01T05:30:00Z');
  const second = new Date('2026-11-01T06:30:00Z');
  expect([first, second].map((time) => isSecondOfTwo(at('01:30'), time))).toEqual([false, true]);
  expect(isSecondOfTwo(cron('30 * * * *'), second)).toBe(false);
  expect(isSecondOfTwo(at('01:30'), new Date('2026-11-02T06:30:00Z'))).toBe(false);
});

test('what somebody fires by hand while the clocks show an hour again is no second of two', () => {
  const byHand = [new Date('2026-11-01T06:12:40Z'), new Date('2026-11-01T06:30:07Z')];
  for (const time of byHand) expect(isSecondOfTwo(at('01:30'), time)).toBe(false);
  expect(isSecondOfTwo(cron('30 1 * * mon'), new Date('2026-11-01T06:30:00Z'))).toBe(false);
});
