import fc from 'fast-check';
import { DateTime } from 'luxon';
import { horizonDays, neverFree, nextWindow, windowAt } from '../../../src/features/blackouts/windows';
import { type BlackoutRule, holdsRun, weekdays } from '../../../src/domain/blackout';

const zones = ['America/New_York', 'America/Santiago', 'Australia/Lord_Howe', 'Asia/Kolkata', 'UTC'] as const;
const hour = 3_600_000;
/** Around both changes of the clocks of every zone above, north and south. */
const instants = fc.oneof(
  fc.date({ min: new Date('2026-03-01T00:00Z'), max: new Date('2026-04-12T00:00Z'), noInvalidDate: true }),
  fc.date({ min: new Date('2026-08-30T00:00Z'), max: new Date('2026-11-08T00:00Z'), noInvalidDate: true }),
);
const minutes = fc.integer({ min: 0, max: 24 * 60 - 1 });
const timeOf = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
const weekly = fc
  .record({
    days: fc.uniqueArray(fc.constantFrom(...weekdays), { minLength: 1 }),
    from: minutes,
    to: minutes,
    timezone: fc.constantFrom(...zones),
  })
  .map(({ from, to, ...rest }): BlackoutRule & { kind: 'weekly' } => ({
    kind: 'weekly',
    from: timeOf(from),
    to: timeOf(to),
    ...rest,
  }));

/** The rule as a person reads it off the clock on the wall. */
function shownOnTheWall(
  { days, from, to, timezone }: BlackoutRule & { kind: 'weekly' },
  at: number,
): boolean {
  const local = DateTime.fromMillis(at, { zone: timezone });
  const [time, today] = [local.toFormat('HH:mm'), weekdays[local.weekday - 1]!];
  const yesterday = weekdays[(local.weekday + 5) % 7]!;
  if (to > from) return days.includes(today) && time >= from && time < to;
  return (days.includes(today) && time >= from) || (days.includes(yesterday) && time < to);
}
const clocksMoveNear = (zone: string, at: number) =>
  DateTime.fromMillis(at - 3 * hour, { zone }).offset !== DateTime.fromMillis(at + 3 * hour, { zone }).offset;

test('a run is held whenever the clock on the wall is in the window, and otherwise only while clocks are set back', () => {
  fc.assert(
    fc.property(weekly, instants, (rule, when) => {
      const at = when.getTime();
      const held = windowAt([rule], at) !== null;
      if (shownOnTheWall(rule, at)) expect(held).toBe(true);
      else if (held) expect(clocksMoveNear(rule.timezone, at)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test('the window begins and ends where it says: free just before it, held until its end, free at it', () => {
  fc.assert(
    fc.property(fc.array(weekly, { minLength: 1, maxLength: 3 }), instants, (rules, when) => {
      const at = when.getTime();
      const next = nextWindow(rules, at)!;
      const [start, end] = [Date.parse(next.startsAt), Date.parse(next.endsAt)];
      expect(end).toBeGreaterThan(at);
      // A chain without a gap is cut at the horizon, which moves with the clock.
      fc.pre(end < at + (horizonDays - 2) * 24 * hour);
      expect(windowAt(rules, Math.max(at, start))).toEqual(next);
      expect(windowAt(rules, end - 1)?.endsAt).toBe(next.endsAt);
      if (start > at) expect(windowAt(rules, start - 1)).toBeNull();
      expect(windowAt(rules, end)).toBeNull();
    }),
    { numRuns: 150 },
  );
});

test('windows that overlap or touch are one', () => {
  const dated = (startsAt: string, endsAt: string): BlackoutRule => ({ kind: 'dated', startsAt, endsAt });
  const at = Date.parse('2026-07-01T00:00Z');
  const rules = [
    dated('2026-07-01T12:00:00Z', '2026-07-01T14:00:00Z'),
    dated('2026-07-01T08:00:00Z', '2026-07-01T10:00:00Z'),
    dated('2026-07-01T10:00:00Z', '2026-07-01T12:30:00Z'),
    dated('2026-07-01T14:00:00.001Z', '2026-07-01T15:00:00Z'),
  ];
  expect(nextWindow(rules, at)).toEqual({
    startsAt: '2026-07-01T08:00:00.000Z',
    endsAt: '2026-07-01T14:00:00.000Z',
  });
  expect(nextWindow([], at)).toBeNull();
  expect(nextWindow([rules[0]!], Date.parse('2026-07-01T14:00Z'))).toBeNull();
});

test.each([
  [
    'clocks jump over its start',
    '02:30',
    '04:00',
    '2026-03-08T00:00-05:00',
    '2026-03-08T07:00',
    '2026-03-08T08:00',
  ],
  [
    'clocks jump over its end',
    '01:00',
    '02:30',
    '2026-03-08T00:00-05:00',
    '2026-03-08T06:00',
    '2026-03-08T07:00',
  ],
  [
    'both its times come twice',
    '01:15',
    '01:45',
    '2026-11-01T00:00-04:00',
    '2026-11-01T05:15',
    '2026-11-01T06:45',
  ],
  [
    'it crosses midnight and the change',
    '22:00',
    '06:00',
    '2026-10-31T21:00-04:00',
    '2026-11-01T02:00',
    '2026-11-01T11:00',
  ],
])('daylight saving in New York: %s', (_, from, to, at, startsAt, endsAt) => {
  const rule: BlackoutRule = { kind: 'weekly', days: ['sat', 'sun'], from, to, timezone: 'America/New_York' };
  expect(nextWindow([rule], Date.parse(at))).toEqual({
    startsAt: `${startsAt}:00.000Z`,
    endsAt: `${endsAt}:00.000Z`,
  });
});

test('windows that leave no free minute are found out; whole school days are not that', () => {
  const daily = (from: string, to: string): BlackoutRule => ({
    kind: 'weekly',
    days: [...weekdays],
    from,
    to,
    timezone: 'UTC',
  });
  const at = Date.parse('2026-07-01T05:00Z');
  expect(neverFree([daily('00:00', '12:00'), daily('12:00', '00:00')], at)).toBe(true);
  expect(neverFree([daily('00:00', '23:59')], at)).toBe(false);
});

test('only the state’s windows hold the state’s runs', () => {
  expect(holdsRun({ setBy: 'district' }, 'state')).toBe(false);
  expect(holdsRun({ setBy: 'state' }, 'state')).toBe(true);
  expect(holdsRun({ setBy: 'district' }, 'district')).toBe(true);
  expect(holdsRun({ setBy: 'state' }, 'district')).toBe(true);
});
