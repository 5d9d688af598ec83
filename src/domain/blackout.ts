import type { Initiator } from './resync';

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

/**
 * When nothing may move. `weekly`: from one local time to another on the days named; `to` at or
 * before `from` is on the next day, so that 22:00 to 06:00 crosses midnight and 00:00 to 00:00 is a
 * whole day. `dated`: once, between two instants.
 */
export type BlackoutRule =
  | {
      readonly kind: 'weekly';
      /** Days on which the window begins. */
      readonly days: readonly Weekday[];
      /** Local time HH:mm. */
      readonly from: string;
      readonly to: string;
      /** IANA name, e.g. America/Chicago. */
      readonly timezone: string;
    }
  | {
      readonly kind: 'dated';
      /** ISO 8601, UTC. */
      readonly startsAt: string;
      readonly endsAt: string;
    };

/** A stretch of time in which a run is held; ISO 8601, UTC, the end not included. */
export interface HeldWindow {
  readonly startsAt: string;
  readonly endsAt: string;
}

/**
 * Does a window hold a run? The state's windows hold every run, a district's own only its own runs:
 * otherwise a district could postpone a state's resync forever (specification: "Districts cannot
 * deny or prevent a resync initiated by the state").
 */
export function holdsRun({ setBy }: { readonly setBy: Initiator }, initiator: Initiator): boolean {
  return setBy === 'state' || initiator === 'district';
}
