/**
 * A workflow may wait for days, and each look costs events of its history, of which Temporal takes
 * 51,200 and warns at 10,240. The more there are, the longer it waits between two looks.
 */

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Events of one look: a timer, a workflow task, an activity, a workflow task. */
export const eventsOfLook = 11;
/** With as many nothing may wait any longer: ending costs some events for each object, too. */
export const mostEventsToWait = 8_000;

/** Longest wait before an object that is in use is looked at again, after so many events. */
export function longestBusyWaitMs(events: number): number {
  if (events < 2_000) return minuteMs;
  if (events < 4_000) return 10 * minuteMs;
  return events < 6_000 ? hourMs : 12 * hourMs;
}

/** Wait before the blackout windows of a run are asked for again, after so many events. */
export function blackoutAskMs(events: number): number {
  if (events < 3_000) return hourMs;
  if (events < 6_000) return 6 * hourMs;
  return events < 8_000 ? 24 * hourMs : 30 * 24 * hourMs;
}
