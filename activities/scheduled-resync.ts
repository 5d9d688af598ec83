import { catalogHashOf } from '../src/catalog/hash';
import { alertCategories } from '../src/domain/alert-categories';
import { Context } from '@temporalio/activity';
import type { Knex } from 'knex';
import { startVerification } from '../src/temporal/start-workflows';
import { NotFoundError } from '../src/control/control-error';
import { postAlert } from '../src/features/alerts/post';
import { insertResync, loadResync, type StoredResync } from '../src/features/resyncs/store';
import { isSecondOfTwo } from '../src/features/schedules/clock-changes';
import {
  type AnySchedule,
  noteFiring,
  openRunOf,
  readSchedule,
  type StoredSchedule,
} from '../src/features/schedules/store';
import { insertVerification } from '../src/features/verifications/store';
import { readVerificationRow, toVerificationRequest } from '../src/features/verifications/row';
import type { ResyncRequest } from '../src/domain/resync';
import { type FiringOutcome, scheduledId } from '../src/domain/schedule';
import type { VerificationRequest } from '../src/domain/verification';
import type { ActivityDependencies } from './dependencies';
import { shortActivity } from './activity';
import { forgetSchedule, pauseSchedule, whyMakerMayNot } from './firing-rights';
import { Refusal, yearOfFiring } from './firing-year';
import { handOver } from './hand-over';
import { isStored as isRequestStored, startRecurringRequest } from './recurring-request';

export interface ScheduledFiring {
  readonly scheduleId: string;
  /** ISO 8601: the time of the schedule. */
  readonly scheduledFor: string;
}

/** What came of a firing; its reason stands in the control database. */
export interface FiringEnd {
  readonly outcome: FiringOutcome;
  readonly resyncId: string | null;
  /** Of a schedule of verifications. */
  readonly verificationId?: string;
  /** Of a recurring request. */
  readonly stateRequestId?: string;
}

/** What a schedule's firing does. */
export function scheduleActivities(dependencies: ActivityDependencies) {
  const { control } = dependencies;

  /**
   * What the firing started: what it made before, or a new one that is given to the agent. @throws
   * Refusal
   */
  const start = async (schedule: AnySchedule, scheduledFor: string): Promise<FiringEnd> => {
    const { scheduleId, kind } = schedule;
    const id = scheduledId(scheduleId, scheduledFor);
    const known =
      kind === 'stateRequest' ? await isRequestStored(dependencies, id) : await isStored(control, kind, id);
    // What it has made goes on, whoever its maker is by now.
    if (!known) await requireMaker(control, schedule);
    if (!known && isSecondOfTwo(schedule.timing, new Date(scheduledFor))) {
      const message = 'The clocks were put back, and it had fired at this local time before.';
      await noteFiring(control, { scheduleId, scheduledFor, outcome: 'skipped', message });
      return { outcome: 'skipped', resyncId: null };
    }
    const open = !known && schedule.timing.overlap === 'skip' ? await openRunOf(control, schedule) : null;
    if (open !== null) {
      const message = `The ${open} of this schedule had not ended.`;
      await noteFiring(control, { scheduleId, scheduledFor, outcome: 'skipped', message });
      return { outcome: 'skipped', resyncId: null };
    }
    if (schedule.kind === 'stateRequest') {
      await startRecurringRequest(dependencies, { schedule, scheduledFor, stateRequestId: id });
      return { outcome: 'started', resyncId: null, stateRequestId: id };
    }
    if (schedule.kind === 'verification') {
      const request = known
        ? toVerificationRequest(await readVerificationRow(control, id))
        : await storeVerification(dependencies, schedule, id);
      await noteFiring(control, { scheduleId, scheduledFor, outcome: 'started', verificationId: id });
      await startVerification(Context.current().client, dependencies.config.temporal.taskQueue, request);
      return { outcome: 'started', resyncId: null, verificationId: id };
    }
    const stored = known ? await loadResync(control, id) : await store(dependencies, schedule, id);
    await noteFiring(control, { scheduleId, scheduledFor, outcome: 'started', resyncId: id });
    if (stored.status === 'accepted') await handOver(dependencies, stored.request);
    return { outcome: 'started', resyncId: id };
  };

  return {
    /**
     * A firing becomes a resync, stored, then given to the agent, or a verification. Safe to
     * repeat: its id comes from the time it was scheduled for. What is refused (full queue, a plan
     * that no longer fits) becomes an alert, not silence.
     */
    startScheduledResync: shortActivity(
      async ({ scheduleId, scheduledFor }: ScheduledFiring): Promise<FiringEnd> => {
        const schedule = await readSchedule(control, scheduleId);
        if (!schedule) {
          await forgetSchedule(scheduleId);
          return { outcome: 'skipped', resyncId: null };
        }
        try {
          return await start(schedule, scheduledFor);
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          const { message } = error;
          await noteFiring(control, { scheduleId, scheduledFor, outcome: 'refused', message });
          await postAlert(control, {
            alertKey: `schedule-refused:${scheduleId}:${scheduledFor}`,
            category: alertCategories.resync,
            ...refusedWords[schedule.kind],
            text: `${whatOf(schedule)} for ${scheduledFor} was not started. ${message}`,
            // What a state's schedule holds is not the district's to know.
            districtId: schedule.initiator === 'state' ? null : schedule.districtId,
          });
          return { outcome: 'refused', resyncId: null };
        }
      },
    ),
  };
}

/** @throws Refusal, the schedule being paused then, when its maker may not start what it starts */
async function requireMaker(control: Knex, schedule: AnySchedule): Promise<void> {
  const why = await whyMakerMayNot(control, schedule);
  if (why === null) return;
  await pauseSchedule(control, schedule, why);
  throw new Refusal(`${why} The schedule is paused: delete it, and have somebody with the right make it.`);
}

/** How it is told that a firing was refused, and to whom. */
const refusedWords = {
  resync: { name: 'Scheduled Resync Refused', right: 'resyncBatch' },
  verification: { name: 'Scheduled Verification Refused', right: 'verificationSummary' },
  stateRequest: { name: 'Recurring Request Refused', right: 'stateRequest' },
} as const;

function whatOf({ kind, name, districtId }: AnySchedule): string {
  return kind === 'stateRequest'
    ? `The recurring request "${name}"`
    : `The ${kind} of schedule "${name}" in ${districtId}`;
}

/** Whether the firing had stored it before. */
async function isStored(control: Knex, kind: StoredSchedule['kind'], id: string): Promise<boolean> {
  try {
    await (kind === 'resync' ? loadResync(control, id) : readVerificationRow(control, id));
    return true;
  } catch (error) {
    if (error instanceof NotFoundError) return false;
    throw error;
  }
}

/** @throws Refusal when the district or the objects are no longer what the schedule was made for */
async function store(
  dependencies: ActivityDependencies,
  schedule: StoredSchedule,
  resyncId: string,
): Promise<StoredResync> {
  const { initiator, request: asked, districtId } = schedule;
  const { mode = 'compare', scenario = 'OTHER' } = asked;
  const { schoolYear } = await yearOfFiring(dependencies, schedule);
  const request: ResyncRequest = {
    ...asked,
    mode,
    scenario,
    resyncId,
    districtId,
    schoolYear,
    initiator,
    requestedBy: nameOf(schedule),
  };
  const catalogHash = catalogHashOf(dependencies.catalog);
  return insertResync(dependencies.control, { request, idempotencyKey: resyncId, catalogHash });
}

/** @throws Refusal as `store` */
async function storeVerification(
  dependencies: ActivityDependencies,
  schedule: StoredSchedule,
  verificationId: string,
): Promise<VerificationRequest> {
  const { districtId, initiator, request: asked } = schedule;
  const { schoolYear } = await yearOfFiring(dependencies, schedule);
  const { objects, checkDependencies } = asked;
  const verification: VerificationRequest = {
    verificationId,
    districtId,
    schoolYear,
    objects,
    checkDependencies,
    initiator,
    requestedBy: nameOf(schedule),
    kind: 'verification',
    resyncId: null,
  };
  const { request } = await insertVerification(dependencies.control, verification, {
    catalogHash: catalogHashOf(dependencies.catalog),
  });
  return request;
}

function nameOf({ name, scheduleId }: StoredSchedule): string {
  return `schedule ${name} (${scheduleId})`;
}
