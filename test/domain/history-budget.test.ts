import {
  blackoutAskMs,
  eventsOfLook,
  longestBusyWaitMs,
  mostEventsToWait,
} from '../../src/domain/history-budget';

const dayMs = 86_400_000;
/** Where Temporal begins to warn. */
const warned = 10_240;

/** Events of a workflow in which so many wait, each looking again after a while. */
function eventsAfter(days: number, waiting: number, waitMs: (events: number) => number): number {
  let events = 0;
  for (let at = 0; at < days * dayMs && events < mostEventsToWait; at += waitMs(events))
    events += waiting * eventsOfLook;
  return events;
}

test('a verification in which every object waits for days stays below ten thousand events, and then gives up', () => {
  const objects = 62;
  const events = eventsAfter(3_650, objects, longestBusyWaitMs);
  // What each object costs beside: its comparison, its end.
  expect(events + objects * 2 * eventsOfLook).toBeLessThan(warned);
  // Not before a day and a half: a resync that is held over a night is waited for.
  expect(eventsAfter(1.5, objects, longestBusyWaitMs)).toBeLessThan(mostEventsToWait);
});

test('a run that is paused for ten years stays below ten thousand events', () => {
  let events = 2_000;
  for (let at = 0; at < 3_650 * dayMs; at += blackoutAskMs(events)) events += eventsOfLook;
  expect(events).toBeLessThan(10_000);
});
