import { setTimeout as sleep } from 'node:timers/promises';
import { FairShare, type Share } from '../../src/http/fair-share';

const share: Share = { perSecond: 50, burst: 4, atOnce: 2, waiting: 128 };
const staying = new AbortController().signal;
const one = { cost: 1, gone: staying };

/** Asks so often at once, and works for some time each. @returns when each was let in, ms */
async function flood(fair: FairShare, key: string, count: number, workMs: number): Promise<number[]> {
  const from = performance.now();
  return Promise.all(
    Array.from({ length: count }, async () => {
      const end = await fair.turn(key, share, one);
      const at = performance.now() - from;
      await sleep(workMs);
      end();
      end();
      return at;
    }),
  );
}

test('a caller has some requests in work at a time, then as many a second as it may, and keeps no other waiting', async () => {
  const fair = new FairShare();
  const asked = flood(fair, 'a', 24, 1);
  await sleep(20);
  const [other] = await flood(fair, 'b', 1, 1);
  expect(other).toBeLessThan(50);
  const times = (await asked).toSorted((a, b) => a - b);
  // 4 at once by two, and 20 more at 50 a second.
  expect(times[3]).toBeLessThan(100);
  expect(times.at(-1)).toBeGreaterThan(350);
  const busy = new FairShare();
  const slow = (await flood(busy, 'a', 4, 60)).toSorted((a, b) => a - b);
  expect(slow[1]).toBeLessThan(40);
  expect(slow[2]).toBeGreaterThan(50);
});

test('what costs more than is left goes at once and is paid for afterwards', async () => {
  const fair = new FairShare();
  (await fair.turn('a', share, { cost: 14, gone: staying }))();
  const from = performance.now();
  (await fair.turn('a', share, one))();
  expect(performance.now() - from).toBeGreaterThan(180);
});

test('who asks far too much is refused, late, and who goes away is forgotten', async () => {
  const fair = new FairShare();
  const ends = [await fair.turn('a', share, one), await fair.turn('a', share, one)];
  const leaving = new AbortController();
  const waiting = Array.from({ length: 128 }, () =>
    fair.turn('a', share, { cost: 1, gone: leaving.signal }).then(
      () => 'in',
      (error: Error) => error.name,
    ),
  );
  const from = performance.now();
  await expect(fair.turn('a', share, one)).rejects.toMatchObject({ status: 429 });
  expect(performance.now() - from).toBeGreaterThan(900);
  leaving.abort();
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(['AbortError']));
  for (const end of ends) end();
  (await fair.turn('a', share, one))();
});
