import fc from 'fast-check';
import { percentOf, shareOfRun } from '../../src/domain/progress';
import { endedStatuses } from '../../src/domain/resync';
import {
  describeCounts,
  districtStatusOf,
  endedDistrictStatuses,
  forecastEnd,
  nextPollMs,
  placesFree,
  retryWaitMs,
} from '../../src/domain/state-request';

test('a district that comes no further lends its place, until four times as many are in flight', () => {
  const free = (inFlight: number, stalled: number) => placesFree({ places: 20, inFlight, stalled });
  expect([free(0, 0), free(20, 0), free(20, 5), free(20, 20)]).toEqual([20, 0, 5, 20]);
  expect([free(60, 60), free(75, 75), free(80, 80), free(90, 80)]).toEqual([20, 5, 0, 0]);
});

const bounds = { leastMs: 1_000, mostMs: 30_000 };

test('a thousand districts need some two hundred looks, whether one takes a second or an hour', () => {
  const looksFor = (districtMs: number): number => {
    const places = 20;
    let [left, now, pollMs, looks] = [1_000, 0, 0, 0];
    let running: number[] = [];
    while (left + running.length > 0) {
      const ended = running.filter((end) => end <= now).length;
      running = running.filter((end) => end > now);
      const begin = Math.min(left, places - running.length);
      // Ends are spread evenly: districts are not alike.
      for (let i = 0; i < begin; i += 1) running.push(now + districtMs * (0.5 + ((left - i) % 100) / 100));
      left -= begin;
      pollMs = nextPollMs(pollMs, { freed: ended, places }, { leastMs: 1_000, mostMs: 3_600_000 });
      now += pollMs;
      looks += 1;
    }
    return looks;
  };
  for (const districtMs of [500, 5_000, 60_000, 600_000]) expect(looksFor(districtMs)).toBeLessThan(300);
});

test('looks and retries keep their bounds', () => {
  fc.assert(
    fc.property(fc.nat(100_000), fc.nat(50), fc.integer({ min: 1, max: 50 }), (lastMs, freed, places) => {
      const next = nextPollMs(lastMs, { freed, places }, bounds);
      expect(next).toBeGreaterThanOrEqual(bounds.leastMs);
      expect(next).toBeLessThanOrEqual(bounds.mostMs);
    }),
  );
  const waits = Array.from({ length: 40 }, (_, index) => retryWaitMs(index + 1));
  expect(waits.slice(0, 3)).toEqual([5_000, 10_000, 20_000]);
  expect(waits).toEqual(waits.toSorted((a, b) => a - b));
  expect(waits.at(-1)).toBe(900_000);
});

test('the forecast goes by the pace so far, and is unknown while too little is done or what is left can’t be reached', () => {
  const startedAt = new Date('2026-11-26T08:00:00Z');
  const now = new Date('2026-11-26T08:10:00Z');
  const forecast = (done: number, retrying = 0) =>
    forecastEnd({ startedAt, now, districts: 100, done, retrying })?.toISOString() ?? null;
  expect(forecast(25)).toBe('2026-11-26T08:40:00.000Z');
  expect(forecast(0)).toBeNull();
  expect(forecast(1)).toBeNull();
  expect(forecast(95, 5)).toBeNull();
});

test('a district has ended exactly when its resync has', () => {
  for (const status of ['accepted', 'queued', 'running', 'paused', 'preempted', ...endedStatuses] as const)
    expect(endedDistrictStatuses.includes(districtStatusOf(status))).toBe(endedStatuses.includes(status));
  expect(districtStatusOf('cancelled')).toBe('notRun');
});

test('a run is at 100 % only at its end', () => {
  const object = { status: 'running', expected: 10, processed: 10, ranges: 1, rangesDone: 1 } as const;
  expect(percentOf(shareOfRun([object, { ...object, status: 'finished' }]))).toBe(99);
  expect(percentOf(shareOfRun([]))).toBe(0);
  expect(
    percentOf(
      shareOfRun([
        { ...object, status: 'finished' },
        { ...object, processed: 0 },
      ]),
    ),
  ).toBe(50);
});

test('counts are told in words', () => {
  const counts = { waiting: 3, queued: 1, running: 2, done: 5, failed: 0, notRun: 1 };
  expect(describeCounts(counts)).toBe('5 of 12 districts done, 1 not done, 3 under way, 3 waiting.');
});
