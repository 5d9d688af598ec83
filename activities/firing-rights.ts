import { Context } from '@temporalio/activity';
import { ScheduleNotFoundError } from '@temporalio/client';
import type { Knex } from 'knex';
import { NotFoundError } from '../src/control/control-error';
import { readPrincipal } from '../src/features/access/principal-store';
import { type AnySchedule, notePaused } from '../src/features/schedules/store';
import { scheduleIdAtTemporal } from '../src/temporal/start-workflows';

/**
 * Why the maker of a schedule may not start what it starts, at this moment; `null`: it may. Of a
 * principal of another issuer nothing is known here: that one's rights are the issuer's.
 */
export async function whyMakerMayNot(
  control: Knex,
  { createdById, createdBy, initiator, kind, districtId }: AnySchedule,
): Promise<string | null> {
  try {
    const { disabledAt, rights, districts, level } = await readPrincipal(control, createdById);
    if (disabledAt !== null) return `${createdBy}, who made it, is disabled.`;
    const needed = [
      ...(kind === 'stateRequest' ? [] : ['resyncBatch' as const]),
      ...(kind === 'verification' ? ['verificationSummary' as const] : []),
      ...(kind !== 'verification' && initiator === 'state' ? ['stateRequest' as const] : []),
    ];
    const missing = needed.find((right) => !rights.includes(right));
    if (missing !== undefined) return `${createdBy}, who made it, no longer has the right ${missing}.`;
    // Which districts a recurring request still reaches is looked at with them.
    if (districtId === null) return null;
    const reaches = districts === null ? level === 'state' : districts.includes(districtId);
    return reaches ? null : `${createdBy}, who made it, no longer belongs to the district.`;
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}

/** It fires no more until somebody resumes it. */
export async function pauseSchedule(control: Knex, schedule: AnySchedule, note: string): Promise<void> {
  await notePaused(control, schedule.scheduleId, note);
  await orGone(Context.current().client.schedule.getHandle(scheduleIdAtTemporal(schedule)).pause(note));
}

/**
 * Of a schedule that the control database doesn't have: it was deleted between Temporal's firing
 * and now, or before Temporal was restored. Nobody could delete it by the API any more.
 */
export async function forgetSchedule(scheduleId: string): Promise<void> {
  const { client, info } = Context.current();
  const place = /^scheduled:([^:]+):/.exec(info.workflowExecution?.workflowId ?? '')?.[1];
  if (place === undefined) return;
  const districtId = place === 'state' ? null : place;
  await orGone(client.schedule.getHandle(scheduleIdAtTemporal({ districtId, scheduleId })).delete());
}

/** It was deleted meanwhile: that is what was to come of it, or doesn't matter any more. */
async function orGone(done: Promise<unknown>): Promise<void> {
  try {
    await done;
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
  }
}
