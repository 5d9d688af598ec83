/** What the state asks of many districts at once, and the arithmetic of handing it out. */
import type { ResyncMode, ResyncStatus, Scenario } from './resync';
import type { Waves } from './waves';

/** What was asked; the districts stand beside it, one row each. */
export interface StateRequest {
  readonly stateRequestId: string;
  readonly objects: 'all' | readonly string[];
  readonly checkDependencies: boolean;
  /** `null`: each district its current one. */
  readonly schoolYear: number | null;
  readonly scenario: Scenario;
  readonly mode: ResyncMode;
  readonly reason: string;
  readonly requestedBy: string;
  /** Absent, or `null`: all districts together, as many at a time as configured. */
  readonly waves?: Waves | null;
  /** Records that all its districts together may write; absent, or `null`: as many as they can. */
  readonly recordsPerSecond?: number | null;
}

/**
 * Where the whole request stands. `finished`: every district has ended, however. `failed`: it can't
 * be carried on.
 */
export type StateRequestStatus = 'accepted' | 'running' | 'finished' | 'cancelled' | 'failed';

/** What a signed closing report says it is. */
export const requestReportFormat = 'resync-request-report-1';

export const openRequestStatuses: readonly StateRequestStatus[] = ['accepted', 'running'];
export const endedRequestStatuses: readonly StateRequestStatus[] = ['finished', 'cancelled', 'failed'];

/**
 * Where one district stands. `waiting`: not handed to its agent yet; `queued`: its agent has it;
 * `done`: its resync finished, whatever its color; `failed`: its resync gave up; `notRun`: it was
 * not carried out, and the message says why (unreachable until the window ended, withdrawn,
 * cancelled).
 */
export const districtStatuses = ['waiting', 'queued', 'running', 'done', 'failed', 'notRun'] as const;
export type RequestDistrictStatus = (typeof districtStatuses)[number];

/** Those that still hold one of the places in flight. */
export const inFlightStatuses: readonly RequestDistrictStatus[] = ['queued', 'running'];
export const endedDistrictStatuses: readonly RequestDistrictStatus[] = ['done', 'failed', 'notRun'];

/** Where a district stands, by the status of its resync. */
export function districtStatusOf(status: ResyncStatus): RequestDistrictStatus {
  switch (status) {
    case 'accepted':
    case 'queued':
      return 'queued';
    case 'running':
    case 'paused':
    case 'preempted':
    case 'awaitingApproval':
      return 'running';
    case 'finished':
      return 'done';
    case 'failed':
    case 'lost':
      return 'failed';
    case 'cancelled':
      return 'notRun';
  }
}

/** Longest wait between two attempts to reach a district. */
const mostRetryMs = 15 * 60_000;

/**
 * Wait before a district that could not be given its resync is tried again: 5 s, 10 s, 20 s ... up
 * to a quarter of an hour.
 * @param attempts how many have failed by now, from 1
 */
export function retryWaitMs(attempts: number): number {
  return Math.min(5_000 * 2 ** Math.min(attempts - 1, 12), mostRetryMs);
}

/** A district whose resync has written nothing for so long lends its place: it comes no further. */
export const stalledSeconds = 120;
/** What is done in a district beside resyncs tells nothing of its progress: it may take longer. */
export const stalledActionSeconds = 600;
/** At most so many times as many are in flight when all of them lend their places. */
const mostLent = 4;

/** How many more may be begun, where districts that come no further keep nobody back. */
export function placesFree({
  places,
  inFlight,
  stalled,
}: {
  readonly places: number;
  readonly inFlight: number;
  readonly stalled: number;
}): number {
  return Math.max(0, Math.min(places - (inFlight - stalled), mostLent * places - inFlight));
}

/** Bounds of the wait between two looks at the districts in flight. */
export interface LookBounds {
  readonly leastMs: number;
  readonly mostMs: number;
}

/**
 * Wait before the next look. It settles where each look finds between a quarter and half of the
 * places free, so that the number of looks (11 events of history each) goes by the number of
 * districts and not by how long they take.
 * @param lastMs the wait before this look
 * @param freed places that came free since the last look
 */
export function nextPollMs(
  lastMs: number,
  { freed, places }: { freed: number; places: number },
  { leastMs, mostMs }: LookBounds,
): number {
  const wanted = freed * 2 >= places ? lastMs / 2 : freed * 4 < places ? lastMs * 1.5 : lastMs;
  return Math.round(Math.max(leastMs, Math.min(wanted, mostMs)));
}

/** Below this share of the districts a forecast would be a guess. */
const leastShare = 0.02;

/**
 * When a request will have ended at the pace it had so far; `null` while that is unknown: too
 * little is done, or what is left can't be reached.
 * @param done districts that have ended, and the shares of those that run
 * @param retrying districts left that could not be dispatched so far
 */
export function forecastEnd({
  startedAt,
  now,
  districts,
  done,
  retrying,
}: {
  readonly startedAt: Date;
  readonly now: Date;
  readonly districts: number;
  readonly done: number;
  readonly retrying: number;
}): Date | null {
  const reachable = districts - retrying;
  const elapsedMs = now.getTime() - startedAt.getTime();
  if (reachable === 0 || elapsedMs <= 0 || done / reachable < leastShare || done >= reachable) return null;
  return new Date(now.getTime() + (elapsedMs / done) * (reachable - done));
}

/** The line operators see in Temporal Web's list. */
export function describeRequest(
  { objects, scenario }: Pick<StateRequest, 'objects' | 'scenario'>,
  districts: number,
): string {
  const what = objects === 'all' ? 'full resyncs' : `resyncs of ${objects.length} object(s)`;
  return `The state asks ${districts} district(s) for ${what}, ${scenario}`;
}

/** Where the districts stand, in words: "12 of 1000 districts done, 20 under way, 968 waiting." */
export function describeCounts(counts: Readonly<Record<RequestDistrictStatus, number>>): string {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const parts = [
    `${counts.done} of ${total} districts done`,
    ...(counts.failed > 0 ? [`${counts.failed} failed`] : []),
    ...(counts.notRun > 0 ? [`${counts.notRun} not done`] : []),
    ...(counts.queued + counts.running > 0 ? [`${counts.queued + counts.running} under way`] : []),
    ...(counts.waiting > 0 ? [`${counts.waiting} waiting`] : []),
  ];
  return `${parts.join(', ')}.`;
}
