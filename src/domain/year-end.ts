import { dayAfter, dayIn, endOfDay } from './local-day';
import type { Color } from './outcome';
import { endedStatuses, type Initiator, type ResyncStatus, type Scenario } from './resync';

/**
 * May a school year be ended? Only after a full resync of the year, made before district and
 * state switch to the new one. How that is read: docs/decisions/0007.
 * All times are ISO 8601, from the database's clock, so that text compares as time does.
 */

/** A resync of the school year in question, as far as these rules look. */
export interface YearRun {
  readonly resyncId: string;
  readonly full: boolean;
  readonly scenario: Scenario;
  readonly initiator: Initiator;
  readonly status: ResyncStatus;
  readonly color: Color;
  /** The one that decides, where it is another: without expected exclusions. */
  readonly judgedColor?: Color;
  readonly requestedAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** Records it inserted or updated at the state. */
  readonly written: number;
  /** Enrollments it read; `null`: it has no object of that name. */
  readonly enrollmentsRead: number | null;
  /** A state administrator accepted its outcome, with a reason. */
  readonly accepted: boolean;
}

/**
 * Something that shows that the state no longer holds what the district holds, e.g. a verification
 * that found drift.
 */
export interface KnownChange {
  readonly at: string;
  /** One sentence for people; no objects and no counts of a state's request. */
  readonly why: string;
}

export interface YearFacts {
  readonly schoolYear: number;
  readonly runs: readonly YearRun[];
  /** Changes known from elsewhere than the runs. */
  readonly changes?: readonly KnownChange[];
  readonly acceptedColors: readonly Color[];
}

/** Whether the year may be ended; `run` is the full resync that decides it. */
export type YearEnd =
  | { readonly holds: true; readonly run: YearRun }
  | { readonly holds: false; readonly run: YearRun | null; readonly why: string };

const byEnd = (a: YearRun, b: YearRun): number =>
  (a.endedAt ?? '').localeCompare(b.endedAt ?? '') || a.resyncId.localeCompare(b.resyncId);

/** Its outcome counts as accepted: by its color, or by a person of the state. */
export function isAccepted(run: YearRun, acceptedColors: readonly Color[]): boolean {
  return run.status === 'finished' && (run.accepted || acceptedColors.includes(run.judgedColor ?? run.color));
}

/**
 * The end-of-year condition: the newest full resync of the year that finished has an accepted
 * outcome, and nothing since it says that the state lacks something. An older, better one doesn't
 * help: what the newest found is how things stand.
 */
export function judgeYearEnd({ schoolYear, runs, changes = [], acceptedColors }: YearFacts): YearEnd {
  const run = runs
    .filter(({ full, status }) => full && status === 'finished')
    .sort(byEnd)
    .at(-1);
  if (!run) {
    const why = `No full resync (all objects) of ${schoolYear} has finished: send one, scenario END_OF_YEAR.`;
    return { holds: false, run: null, why };
  }
  if (!isAccepted(run, acceptedColors)) {
    return { holds: false, run, why: whyNotAccepted(run, acceptedColors) };
  }
  const since = whatChangedSince(run, runs, changes);
  if (since === null) return { holds: true, run };
  return { holds: false, run, why: `${since} Send a full resync of ${schoolYear} again.` };
}

/** Whether the state's run was full, and how it came out, is not the district's to know. */
const sinceTheState =
  'The state has requested a resync, and nothing since shows that it holds all: send a full one, or let a state administrator accept the state’s with a reason.';

function whyNotAccepted(run: YearRun, acceptedColors: readonly Color[]): string {
  const objectsToResync =
    'correct its errors and send it again, or let a state administrator accept it with a reason.';
  if (run.initiator === 'state') {
    return sinceTheState;
  }
  return `The newest full resync, ${run.resyncId}, finished ${run.judgedColor ?? run.color}, and ${acceptedColors.join(' or ')} is accepted: ${objectsToResync}`;
}

function whatChangedSince(
  run: YearRun,
  runs: readonly YearRun[],
  changes: readonly KnownChange[],
): string | null {
  for (const later of runs.filter((other) => byEnd(other, run) > 0).sort(byEnd)) {
    // Withdrawn from the queue: it never looked at anything.
    const neverRan = later.startedAt === null && later.written === 0;
    if (neverRan || !endedStatuses.includes(later.status)) continue;
    const what = `A later resync, ${later.resyncId},`;
    if (later.initiator === 'state' && (later.status !== 'finished' || later.written > 0)) {
      return 'The state has requested a resync, so the full one before it no longer counts.';
    }
    if (later.status !== 'finished') return `${what} did not finish (${later.status}).`;
    if (later.written > 0) return `${what} wrote records, so the data changed after the full one.`;
  }
  return changes.find(({ at }) => at > run.endedAt!)?.why ?? null;
}

/**
 * How the start-of-year resync of a scoped year stands. `notDue`: the scoped year was not switched
 * to this year.
 */
export type YearStartStatus = 'notDue' | 'due' | 'overdue' | 'done';

export interface YearStart {
  readonly status: YearStartStatus;
  /** Until when it is to be made, ISO 8601; `null` while it isn't due. */
  readonly dueAt: string | null;
  /** The district's day that ends then, `2027-07-15`. */
  readonly dueOn: string | null;
  /** The resync that did it. */
  readonly run: YearRun | null;
  /** Why a resync made for it doesn't count, in one sentence. */
  readonly why: string | null;
}

/** When a switched year's resync is due, by the clocks of the district. */
interface StartTiming {
  /** When the scoped year was last switched to this year; `null`: it wasn't. */
  readonly switchedAt: string | null;
  /** Days after the day of the switch. */
  readonly dueDays: number;
  readonly timezone: string;
  readonly now: Date;
}

/**
 * The start-of-year resync: full, of scenario START_OF_YEAR, asked for after the switch, finished
 * with an accepted outcome (specification: "after all enrollments have been rolled forward and the
 * scoped year ... has been updated"). One that read no enrollment of the new year came before they
 * were rolled forward, and doesn't count.
 */
export function judgeYearStart(
  { schoolYear, runs, acceptedColors }: YearFacts,
  { switchedAt, dueDays, timezone, now }: StartTiming,
): YearStart {
  if (switchedAt === null) return { status: 'notDue', dueAt: null, dueOn: null, run: null, why: null };
  const dueOn = dayAfter(dayIn(timezone, switchedAt), dueDays);
  const dueAt = new Date(endOfDay(dueOn, timezone)).toISOString();
  const made = runs
    .filter((run) => run.full && run.scenario === 'START_OF_YEAR' && run.status === 'finished')
    .filter(({ requestedAt }) => requestedAt >= switchedAt)
    .sort(byEnd);
  const whys = made.map((run) => whyNoStart(run, schoolYear, acceptedColors));
  const good = whys.lastIndexOf(null);
  if (good >= 0) return { status: 'done', dueAt, dueOn, run: made[good]!, why: null };
  const status = now.getTime() > Date.parse(dueAt) ? 'overdue' : 'due';
  return { status, dueAt, dueOn, run: null, why: whys.at(-1) ?? null };
}

function whyNoStart(run: YearRun, schoolYear: number, acceptedColors: readonly Color[]): string | null {
  if (!isAccepted(run, acceptedColors)) return whyNotAccepted(run, acceptedColors);
  if (run.enrollmentsRead !== 0) return null;
  return `${run.resyncId} read no enrollment of ${schoolYear}: roll the enrollments forward first, then send it again.`;
}
