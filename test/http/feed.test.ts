import { setTimeout as sleep } from 'node:timers/promises';
import { Feed } from '../../src/http/feed';

test('nothing is read any more once the last who listened has left, whenever that was', async () => {
  let reads = 0;
  let empty = 0;
  const source = {
    read: async () => {
      reads += 1;
      await sleep(3);
      return reads;
    },
    ...{ pollMs: 5, ended: () => false, changes: () => [] },
    ...{ first: () => ({ event: 'now' }), last: () => ({ event: 'end' }) },
  };
  const listener = { lastVersion: null, push: () => undefined, end: () => undefined };
  for (let ms = 0; ms < 20; ms += 1) {
    const feed = new Feed<number>(source, () => (empty += 1));
    const [leave, leaveLater] = [feed.join(listener), feed.join({ ...listener })];
    await sleep(ms);
    leave();
    leave();
    leaveLater();
  }
  // What was being read is read to its end.
  await sleep(50);
  const before = reads;
  await sleep(100);
  expect([reads, empty]).toEqual([before, 20]);
  expect(before).toBeGreaterThan(20);
});
