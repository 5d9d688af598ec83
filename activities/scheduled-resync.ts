import { Context } from '@temporalio/activity';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { giveToAgent } from '../src/agents';
import { ConflictError, NotFoundError } from '../src/control/control-error';
import { postAlert } from '../src/control/post-alert';
import {
  forgetRefusedResync,
  insertResync,
  loadResync,
  setResyncStatus,
  type StoredResync,
} from '../src/control/resyncs';
import { noteFiring, openResyncOf, readSchedule } from '../src/control/schedules';
import { readOfferedYears } from '../src/control/school-years';
import { PlanError, planResync, planScopeOf } from '../src/domain/plan';
import type { ResyncRequest } from '../src/domain/resync';
import { scenarioProblem } from '../src/domain/scenario-rules';
import { type FiringOutcome, type ResyncSchedule, scheduledResyncId } from '../src/domain/schedule';
import type { ActivityDependencies } from './dependencies';
import { withFailures } from './failures';

export interface ScheduledFiring {
  readonly scheduleId: string;
  /** ISO 8601: the time of the schedule. */
  readonly scheduledFor: string;
}

/** What came of a firing; its reason stands in the control database. */
export interface FiringEnd {
  readonly outcome: FiringOutcome;
  readonly resyncId: string | null;
}

/** Why a firing gives no resync, in a sentence for people. */
class Refusal extends Error {}

/** What a schedule's firing does. */
export function scheduleActivities(dependencies: ActivityDependencies) {
  const { control } = dependencies;

  /** Its resync: the one this firing made before, or a new one in the agent's hands. @throws Refusal */
  const start = async (schedule: ResyncSchedule, scheduledFor: string): Promise<FiringEnd> => {
    const { scheduleId } = schedule;
    const resyncId = scheduledResyncId(scheduleId, scheduledFor);
    let stored = await find(dependencies, resyncId);
    const open =
      stored === null && schedule.timing.overlap === 'skip' && (await openResyncOf(control, scheduleId));
    if (typeof open === 'string') {
      const message = `Resync ${open} of this schedule had not ended.`;
      await noteFiring(control, { scheduleId, scheduledFor, outcome: 'skipped', message });
      return { outcome: 'skipped', resyncId: null };
    }
    stored ??= await store(dependencies, schedule, resyncId);
    await noteFiring(control, { scheduleId, scheduledFor, outcome: 'started', resyncId });
    if (stored.status === 'accepted') await give(dependencies, stored.request);
    return { outcome: 'started', resyncId };
  };

  return {
    /**
     * A firing becomes a resync: stored, then given to the agent. Safe to repeat: its id comes from the time it was
     * scheduled for. What is refused (full queue, a plan that no longer fits) becomes an alert, not silence.
     */
    startScheduledResync: ({ scheduleId, scheduledFor }: ScheduledFiring): Promise<FiringEnd> =>
      withFailures(async () => {
        const schedule = await readSchedule(control, scheduleId);
        // Deleted between Temporal's firing and now.
        if (!schedule) return { outcome: 'skipped', resyncId: null };
        try {
          return await start(schedule, scheduledFor);
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          const { message } = error;
          await noteFiring(control, { scheduleId, scheduledFor, outcome: 'refused', message });
          await postAlert(control, {
            alertKey: `schedule-refused:${scheduleId}:${scheduledFor}`,
            category: 'Vertical Interoperability',
            name: 'Scheduled Resync Refused',
            text: `The resync of schedule "${schedule.name}" in ${schedule.districtId} for ${scheduledFor} was not started. ${message}`,
            // What a state's schedule holds is not the district's to know.
            districtId: schedule.initiator === 'state' ? null : schedule.districtId,
            right: 'resyncBatch',
          });
          return { outcome: 'refused', resyncId: null };
        }
      }),
  };
}

async function find({ control }: ActivityDependencies, resyncId: string): Promise<StoredResync | null> {
  try {
    return await loadResync(control, resyncId);
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}

/** @throws Refusal when the district or the objects are no longer what the schedule was made for */
async function store(
  { config, catalog, control }: ActivityDependencies,
  { scheduleId, name, districtId, initiator, request: asked }: ResyncSchedule,
  resyncId: string,
): Promise<StoredResync> {
  const district = config.districts.find(({ id }) => id === districtId);
  if (!district) throw new Refusal(`District "${districtId}" is no longer configured.`);
  // The scoped year of this time: a schedule lives over the rollover.
  const year = (await readOfferedYears(control, district)).find(({ kind }) => kind === 'current');
  if (!year) throw new Refusal('The district has no current school year.');
  const unfit = scenarioProblem(asked.scenario, asked.objects, year);
  if (unfit) throw new Refusal(unfit.why);
  try {
    planResync(catalog, asked, planScopeOf(district, year));
  } catch (error) {
    if (error instanceof PlanError) throw new Refusal(error.message);
    throw error;
  }
  const request: ResyncRequest = {
    ...asked,
    resyncId,
    districtId,
    schoolYear: year.schoolYear,
    initiator,
    requestedBy: `schedule ${name} (${scheduleId})`,
  };
  return insertResync(control, { request, idempotencyKey: resyncId });
}

/** @throws Refusal when the queue is full; then nothing of it is kept, and filling it in later may work */
async function give({ config, control }: ActivityDependencies, request: ResyncRequest): Promise<void> {
  const { resyncId } = request;
  let position: number;
  try {
    ({ position } = await giveToAgent(Context.current().client, config.temporal.taskQueue, request));
  } catch (error) {
    const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
    if (cause instanceof ApplicationFailure && cause.type === 'QueueFull') {
      await forgetRefusedResync(control, resyncId);
      throw new Refusal(cause.message);
    }
    // It is stored: a repeated attempt, or the reconciler, gives it to its agent.
    throw ApplicationFailure.retryable('The district’s agent did not answer.', 'AgentUnreachable');
  }
  if (position === 0) return;
  try {
    await setResyncStatus(control, { resyncId, status: 'queued' });
  } catch (error) {
    // It runs already.
    if (!(error instanceof ConflictError)) throw error;
  }
}
