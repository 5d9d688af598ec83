import fc from 'fast-check';
import { DateTime } from 'luxon';
import { dayAfter, dayIn, daysBetween, endOfDay, instantOf, wallTime } from '../../src/domain/local-day';

/** Offsets by half and quarter hours, clocks set at midnight, a day that never was. */
const zones = [
  ...['UTC', 'America/Chicago', 'America/New_York', 'America/St_Johns', 'Asia/Kathmandu', 'Asia/Beirut'],
  ...['Africa/Cairo', 'America/Havana', 'America/Santiago', 'Australia/Lord_Howe', 'Pacific/Apia'],
  ...['Pacific/Kiritimati', 'Pacific/Pago_Pago', 'America/Sao_Paulo'],
];
const instant = fc.integer({ min: Date.parse('1990-01-02'), max: Date.parse('2060-12-30') });
const zone = fc.constantFrom(...zones);

test('the day of an instant is the one that luxon tells, in any zone and year', () => {
  fc.assert(
    fc.property(zone, instant, (timezone, at) => {
      const local = DateTime.fromMillis(at, { zone: timezone });
      expect(dayIn(timezone, at)).toBe(local.toISODate());
      expect(wallTime(at, timezone)).toBe(local.toFormat('yyyy-MM-dd HH:mm:ss'));
    }),
    { numRuns: 500 },
  );
});

test('every instant lies in its own day and in no other, on the nights when clocks are set too', () => {
  fc.assert(
    fc.property(zone, instant, (timezone, at) => {
      const day = dayIn(timezone, at);
      expect(instantOf(day, timezone)).toBeLessThanOrEqual(at);
      expect(endOfDay(day, timezone)).toBeGreaterThanOrEqual(at);
      expect(dayIn(timezone, instantOf(day, timezone))).toBe(day);
      expect(dayIn(timezone, endOfDay(day, timezone))).toBe(day);
      expect(dayIn(timezone, endOfDay(day, timezone) + 1) > day).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('days are counted by the calendar, whatever the clocks do between', () => {
  fc.assert(
    fc.property(instant, fc.integer({ min: -400, max: 400 }), (at, days) => {
      const day = dayIn('America/New_York', at);
      expect(daysBetween(day, dayAfter(day, days))).toBe(days);
    }),
  );
});

test.each([
  ['America/New_York', '2026-03-08', 23],
  ['America/New_York', '2026-11-01', 25],
  ['America/Phoenix', '2026-03-08', 24],
  ['Australia/Lord_Howe', '2026-10-04', 23.5],
])('in %s %s has %d hours', (timezone, day, hours) => {
  expect(endOfDay(day, timezone) + 1 - instantOf(day, timezone)).toBe(hours * 3_600_000);
});
