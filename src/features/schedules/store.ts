import { clip } from '../../control/columns';
import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import { inBatches } from '../../domain/batches';
import { endedStatuses } from '../../domain/resync';
import type { FiringOutcome, RequestSchedule, ResyncSchedule } from '../../domain/schedule';
import { endedRequestStatuses } from '../../domain/state-request';
import { ConflictError, ControlError } from '../../control/control-error';
import { inTransaction, selectRows, toIso } from '../../control/database';
import { oneAtATime } from '../../control/under-limit';
import { leastAgeSeconds, maxOpen } from '../../temporal/reconcile';

/** Most schedules of one owner (the district, the state) in one district. */
export const maxSchedules = 20;
/** Firings shown of a schedule. */
const shownFirings = 10;

interface Made {
  readonly createdBy: string;
  /** Whose rights a firing needs. */
  readonly createdById: string;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** A schedule as it stands in the control database; that it fires is Temporal's business. */
export type StoredSchedule = ResyncSchedule & Made;
/** As StoredSchedule, of a recurring request. */
export type StoredRequestSchedule = RequestSchedule & Made;
/** Whatever Temporal fires. */
export type AnySchedule = StoredSchedule | StoredRequestSchedule;
type New<Schedule> = Omit<Schedule, 'scheduleId' | 'createdAt'>;

/** What came of one firing. */
export interface Firing {
  /** ISO 8601: the time of the schedule, not of the chance delay. */
  readonly scheduledFor: string;
  readonly outcome: FiringOutcome;
  readonly resyncId: string | null;
  readonly verificationId: string | null;
  readonly stateRequestId: string | null;
  /** Why it was skipped or refused. */
  readonly message: string | null;
}

interface ScheduleRow {
  readonly scheduleID: string;
  readonly districtID: string | null;
  readonly name: string;
  readonly initiator: AnySchedule['initiator'];
  readonly kind: AnySchedule['kind'];
  readonly timing: string;
  readonly request: string;
  readonly note: string | null;
  readonly createdBy: string;
  readonly createdByID: string;
  readonly createdAt: string;
  readonly atTemporal: number | boolean;
}

/**
 * Stores a schedule. Its name is its owner's: the state's names don't collide with, nor are told
 * by, a district's.
 * @throws ConflictError when the owner has one of this name in the district, or as many as it may
 */
export function insertSchedule(control: Knex, schedule: New<StoredSchedule>): Promise<StoredSchedule>;
export function insertSchedule(
  control: Knex,
  schedule: New<StoredRequestSchedule>,
): Promise<StoredRequestSchedule>;
export async function insertSchedule(
  control: Knex,
  schedule: New<StoredSchedule> | New<StoredRequestSchedule>,
): Promise<AnySchedule> {
  const scheduleId = randomBytes(5).toString('hex');
  const { districtId, initiator, name } = schedule;
  try {
    return await inTransaction(control, async (transaction) => {
      await oneAtATime(transaction, `schedules of ${districtId ?? 'the state'}`);
      const present = (await schedulesOf(transaction, districtId)).filter(
        (other) => other.initiator === initiator,
      );
      if (present.some((other) => other.name === name)) throw nameTaken(name);
      if (present.length >= maxSchedules)
        throw new ConflictError(`There are ${maxSchedules} schedules already; delete one first.`);
      await transaction('resyncSchedule').insert({
        scheduleID: scheduleId,
        districtID: districtId,
        name,
        initiator,
        kind: schedule.kind,
        timing: JSON.stringify(schedule.timing),
        request: JSON.stringify(schedule.request),
        note: schedule.note,
        createdBy: clip(schedule.createdBy, 128),
        createdByID: schedule.createdById,
      });
      const stored = await readSchedule(transaction, scheduleId);
      if (!stored) throw new ConflictError('The schedule was deleted meanwhile.');
      return stored;
    });
  } catch (error) {
    if (error instanceof ControlError && error.kind === 'duplicate') throw nameTaken(name);
    throw error;
  }
}

function nameTaken(name: string): ConflictError {
  return new ConflictError(`There is a schedule "${name}" already; delete it, or choose another name.`);
}

/** What a change makes of a schedule; from now on it fires with the rights of who changed it. */
export type ScheduleChange<Stored extends AnySchedule> = Pick<
  Stored,
  'name' | 'timing' | 'request' | 'note' | 'createdBy' | 'createdById'
>;

/**
 * Changes a schedule; that Temporal still fires the former one is noted with it.
 * @param before as the caller has read it
 * @throws ConflictError when its owner has another of this name in the district, or it is another
 * by now, or gone
 */
export async function updateSchedule<Stored extends AnySchedule>(
  control: Knex,
  before: Stored,
  change: ScheduleChange<Stored>,
): Promise<Stored> {
  const { scheduleId, districtId, initiator } = before;
  return inTransaction(control, async (transaction) => {
    await oneAtATime(transaction, `schedules of ${districtId ?? 'the state'}`);
    const now = await readSchedule(transaction, scheduleId);
    if (now === null) throw new ConflictError('The schedule was deleted meanwhile.');
    if (JSON.stringify(now) !== JSON.stringify(before))
      throw new ConflictError('Somebody else has just changed the schedule: look at it again.');
    const present = await schedulesOf(transaction, districtId);
    const isOther = (other: AnySchedule) =>
      other.initiator === initiator && other.scheduleId !== scheduleId && other.name === change.name;
    if (present.some(isOther)) throw nameTaken(change.name);
    await transaction('resyncSchedule')
      .where({ scheduleID: scheduleId })
      .update({
        name: change.name,
        timing: JSON.stringify(change.timing),
        request: JSON.stringify(change.request),
        note: change.note,
        createdBy: clip(change.createdBy, 128),
        createdByID: change.createdById,
        atTemporal: false,
      });
    // Of the same kind: nothing changes that.
    return (await readSchedule(transaction, scheduleId)) as Stored;
  });
}

/** All schedules of a district, the district's by name, then the state's. */
export async function listSchedules(control: Knex, districtId: string): Promise<StoredSchedule[]> {
  return (await schedulesOf(control, districtId)).filter((one) => one.kind !== 'stateRequest');
}

/** All recurring requests of the state, by name. */
export async function listRequestSchedules(control: Knex): Promise<StoredRequestSchedule[]> {
  return (await schedulesOf(control, null)).filter((one) => one.kind === 'stateRequest');
}

/** @param districtId `null`: recurring requests, which are of no district */
async function schedulesOf(control: Knex, districtId: string | null): Promise<AnySchedule[]> {
  const rows = await selectRows<ScheduleRow>(
    control,
    'SELECT * FROM resyncSchedule WHERE districtID <=> ? ORDER BY initiator, name, scheduleID LIMIT ?',
    [districtId, 2 * maxSchedules],
  );
  return rows.map(toSchedule);
}

/** `null`: there is none of this id (any more). */
export async function readSchedule(control: Knex, scheduleId: string): Promise<AnySchedule | null> {
  const row = await control<ScheduleRow>('resyncSchedule').where({ scheduleID: scheduleId }).first();
  return row ? toSchedule(row) : null;
}

/**
 * Temporal has it as it was given. Where it has been changed since, Temporal has an older one, and
 * gets it again: of two who change it, the second to store may be the first to tell Temporal.
 */
export async function noteAtTemporal(
  control: Knex,
  { scheduleId, timing }: Pick<AnySchedule, 'scheduleId' | 'timing'>,
): Promise<void> {
  await control('resyncSchedule')
    .where({ scheduleID: scheduleId })
    .update({ atTemporal: control.raw('timing = ?', [JSON.stringify(timing)]) });
}

/** Why a schedule is paused; `null`: nobody has paused it here. */
export async function notePaused(control: Knex, scheduleId: string, why: string | null): Promise<void> {
  await control('resyncSchedule')
    .where({ scheduleID: scheduleId })
    .update({ pausedWhy: clip(why) });
}

/** @see notePaused */
export async function readPaused(control: Knex, scheduleId: string): Promise<string | null> {
  const row = await control<{ scheduleID: string; pausedWhy: string | null }>('resyncSchedule')
    .where({ scheduleID: scheduleId })
    .first();
  return row?.pausedWhy ?? null;
}

/** Schedules that Temporal is known to have. */
export async function confirmedSchedules(
  control: Knex,
): Promise<readonly { readonly scheduleId: string; readonly districtId: string | null }[]> {
  return selectRows(
    control,
    `SELECT scheduleID AS scheduleId, districtID AS districtId FROM resyncSchedule
      WHERE atTemporal AND createdAt < UTC_TIMESTAMP(3) - INTERVAL ? SECOND`,
    [leastAgeSeconds],
  );
}

/** Temporal has to get them (again) as they are. */
export async function makeAgain(control: Knex, scheduleIds: readonly string[]): Promise<void> {
  for (const ids of inBatches(scheduleIds, maxOpen))
    await control('resyncSchedule').whereIn('scheduleID', ids).update({ atTemporal: false });
}

/** Schedules of which nobody knows whether Temporal has them, the oldest first. */
export async function unconfirmedSchedules(control: Knex): Promise<AnySchedule[]> {
  const rows = await control<ScheduleRow>('resyncSchedule')
    .where({ atTemporal: false })
    .whereRaw('createdAt < UTC_TIMESTAMP(3) - INTERVAL ? SECOND', [leastAgeSeconds])
    .orderBy('createdAt')
    .limit(maxOpen);
  return rows.map(toSchedule);
}

/** Forgets a schedule and its firings; what it started stays. */
export async function removeSchedule(control: Knex, scheduleId: string): Promise<void> {
  await inTransaction(control, async (transaction) => {
    await transaction('scheduleFiring').where({ scheduleID: scheduleId }).del();
    await transaction('resyncSchedule').where({ scheduleID: scheduleId }).del();
  });
}

/** Stores the outcome of a firing; repeated, the newest outcome. */
export async function noteFiring(
  control: Knex,
  {
    scheduleId,
    scheduledFor,
    outcome,
    resyncId = null,
    verificationId = null,
    stateRequestId = null,
    message = null,
  }: {
    readonly scheduleId: string;
    readonly scheduledFor: string;
    readonly outcome: FiringOutcome;
  } & Partial<Pick<Firing, 'resyncId' | 'verificationId' | 'stateRequestId' | 'message'>>,
): Promise<void> {
  await control('scheduleFiring')
    .insert({
      scheduleID: scheduleId,
      scheduledFor: new Date(scheduledFor),
      outcome,
      resyncID: resyncId,
      verificationID: verificationId,
      stateRequestID: stateRequestId,
      message: clip(message),
    })
    .onConflict(['scheduleID', 'scheduledFor'])
    .merge(['outcome', 'resyncID', 'verificationID', 'stateRequestID', 'message']);
}

/** The newest firings of a schedule, the newest first. */
export async function lastFirings(control: Knex, scheduleId: string): Promise<Firing[]> {
  const rows = await selectRows<{
    scheduledFor: string;
    outcome: FiringOutcome;
    resyncID: string | null;
    verificationID: string | null;
    stateRequestID: string | null;
    message: string | null;
  }>(
    control,
    `SELECT scheduledFor, outcome, resyncID, verificationID, stateRequestID, message FROM scheduleFiring
      WHERE scheduleID = ? ORDER BY scheduledFor DESC LIMIT ?`,
    [scheduleId, shownFirings],
  );
  return rows.map(({ scheduledFor, resyncID, verificationID, stateRequestID, ...rest }) => ({
    ...rest,
    scheduledFor: toIso(scheduledFor),
    resyncId: resyncID,
    verificationId: verificationID,
    stateRequestId: stateRequestID,
  }));
}

/**
 * What an earlier firing of the schedule started and that hasn't ended, by name: e.g. "resync
 * 20261127-…". `null`: nothing.
 */
export async function openRunOf(
  control: Knex,
  { scheduleId, kind }: Pick<AnySchedule, 'scheduleId' | 'kind'>,
): Promise<string | null> {
  const id = `${kind}ID`;
  const ended = kind === 'stateRequest' ? endedRequestStatuses : endedStatuses;
  const [row] = await selectRows<{ id: string }>(
    control,
    `SELECT r.${id} AS id FROM scheduleFiring f JOIN ${kind} r ON r.${id} = f.${id}
      WHERE f.scheduleID = ? AND r.status NOT IN (?) LIMIT 1`,
    [scheduleId, ended],
  );
  return row ? `${kind === 'stateRequest' ? 'request' : kind} ${row.id}` : null;
}

function toSchedule(row: ScheduleRow): AnySchedule {
  // A row has the kind that it was stored with, and what goes with it.
  return {
    scheduleId: row.scheduleID,
    districtId: row.districtID,
    name: row.name,
    initiator: row.initiator,
    kind: row.kind,
    timing: JSON.parse(row.timing) as AnySchedule['timing'],
    request: JSON.parse(row.request) as AnySchedule['request'],
    note: row.note,
    createdBy: row.createdBy,
    createdById: row.createdByID,
    createdAt: toIso(row.createdAt),
  } as AnySchedule;
}
