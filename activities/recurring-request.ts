import { Context } from '@temporalio/activity';
import type { DistrictConfig } from '../src/config';
import { NotFoundError } from '../src/control/control-error';
import { PlanError } from '../src/domain/plan';
import { describeRequest } from '../src/domain/state-request';
import { readPrincipal } from '../src/features/access/principal-store';
import { noteFiring, type StoredRequestSchedule } from '../src/features/schedules/store';
import { countDistricts } from '../src/features/state-requests/district-store';
import { planDistricts } from '../src/features/state-requests/plan-districts';
import { insertStateRequest, loadStateRequest } from '../src/features/state-requests/store';
import { startStateRequest } from '../src/temporal/start-workflows';
import type { ActivityDependencies } from './dependencies';
import { Refusal } from './firing-year';

const hourMs = 3_600_000;

/** A firing of a recurring request: which, for when, and the id of the request that it makes. */
interface RequestFiring {
  readonly schedule: StoredRequestSchedule;
  readonly scheduledFor: string;
  readonly stateRequestId: string;
}

/**
 * Has the districts asked that there are now. Safe to repeat: what was stored is asked, whatever
 * became of its districts since. @throws Refusal when none of them can carry it out
 */
export async function startRecurringRequest(
  dependencies: ActivityDependencies,
  { schedule, scheduledFor, stateRequestId }: RequestFiring,
): Promise<void> {
  const { control, config } = dependencies;
  const { scheduleId } = schedule;
  const gone = goneOf(dependencies, schedule);
  if (!(await isStored(dependencies, stateRequestId))) {
    const districts = await districtsNow(dependencies, schedule, gone);
    await store(dependencies, schedule, { stateRequestId, districts });
  }
  const message = gone.length === 0 ? null : `Not asked, since no longer configured: ${gone.join(', ')}.`;
  await noteFiring(control, { scheduleId, scheduledFor, outcome: 'started', stateRequestId, message });
  const counts = Object.values(await countDistricts(control, stateRequestId));
  await startStateRequest(Context.current().client, config.temporal.taskQueue, {
    stateRequestId,
    summary: describeRequest(
      schedule.request,
      counts.reduce((sum, count) => sum + count, 0),
    ),
  });
}

/** Whether the firing has stored its request before. */
export async function isStored(
  { control }: Pick<ActivityDependencies, 'control'>,
  stateRequestId: string,
): Promise<boolean> {
  try {
    return (await loadStateRequest(control, stateRequestId)).stateRequestId === stateRequestId;
  } catch (error) {
    if (error instanceof NotFoundError) return false;
    throw error;
  }
}

/** Districts that are named, and that there are no more. */
function goneOf({ config }: ActivityDependencies, { request }: StoredRequestSchedule): readonly string[] {
  const { districts: named } = request;
  return named === 'all' ? [] : named.filter((id) => !config.districts.some((one) => one.id === id));
}

/** Those named, or all, as far as its maker sees them at this time. @throws Refusal */
async function districtsNow(
  dependencies: ActivityDependencies,
  schedule: StoredRequestSchedule,
  gone: readonly string[],
): Promise<readonly DistrictConfig[]> {
  const { districts: named } = schedule.request;
  const reach = await reachOf(dependencies, schedule);
  const wanted = (id: string): boolean =>
    (named === 'all' || named.includes(id)) && (reach === null || reach.includes(id));
  const districts = dependencies.config.districts.filter(({ id }) => wanted(id));
  const unseen =
    named === 'all' || reach === null
      ? undefined
      : named.find((id) => !reach.includes(id) && !gone.includes(id));
  if (unseen !== undefined)
    throw new Refusal(`${schedule.createdBy}, who made it, no longer sees district "${unseen}".`);
  if (districts.length === 0) throw new Refusal('None of its districts is configured any more.');
  return districts;
}

/** Districts that its maker sees; `null`: all. */
async function reachOf(
  { control }: ActivityDependencies,
  { createdById, request }: StoredRequestSchedule,
): Promise<readonly string[] | null> {
  try {
    return (await readPrincipal(control, createdById)).districts;
  } catch (error) {
    // Of another issuer: as it was when it made this.
    if (error instanceof NotFoundError) return request.reach;
    throw error;
  }
}

async function store(
  { control, catalog, config }: ActivityDependencies,
  { request, name, scheduleId }: StoredRequestSchedule,
  { stateRequestId, districts }: { stateRequestId: string; districts: readonly DistrictConfig[] },
): Promise<void> {
  const { objects, checkDependencies, scenario, mode, reason, waves, recordsPerSecond } = request;
  const hours = request.windowHours ?? config.stateRequests.windowHours;
  const from = new Date();
  await insertStateRequest(control, {
    request: {
      ...{ stateRequestId, objects, checkDependencies, scenario, mode, reason },
      ...{ waves, recordsPerSecond },
      schoolYear: null,
      requestedBy: `schedule ${name} (${scheduleId})`,
    },
    window: { from, until: new Date(from.getTime() + hours * hourMs) },
    districts: await planned({ control, catalog }, districts, { objects, checkDependencies, waves }),
    asked: request,
    idempotencyKey: stateRequestId,
  });
}

async function planned(...args: Parameters<typeof planDistricts>): ReturnType<typeof planDistricts> {
  try {
    return await planDistricts(...args);
  } catch (error) {
    if (error instanceof PlanError) throw new Refusal(error.message);
    throw error;
  }
}
