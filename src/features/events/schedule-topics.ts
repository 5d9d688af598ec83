import type { DistrictConfig } from '../../config';
import type { Principal } from '../../domain/principal';
import type { ApiContext } from '../../http/context';
import { canSeeDetails } from '../../http/require';
import type { SharedReads } from '../../control/shared-reads';
import { listBlackouts } from '../blackouts/store';
import { recurringRequestsOf } from '../recurring-requests/views';
import { seesWhole } from '../recurring-requests/require';
import { schedulesOf } from '../schedules/show';
import { lastFirings, listRequestSchedules, listSchedules, readPaused } from '../schedules/store';
import type { AnySchedule } from '../schedules/store';

/**
 * Temporal is asked so often about schedules that are looked at. Whatever is done here stands in
 * the books, which are read far more often; a pause in Temporal Web, or a firing that nobody noted,
 * shows later.
 */
const askTemporalMs = 20_000;

/** Reads what is another whenever the schedules of a district are, as the reader sees them. */
export function readScheduleEvents(
  context: ApiContext & { readonly shared: SharedReads },
  principal: Principal,
  district: DistrictConfig,
): () => Promise<unknown> {
  const { control, shared } = context;
  return async () => {
    const stored = await listSchedules(control, district.id);
    const known = stored.filter((one) => canSeeDetails(principal, one));
    return [
      stored.map(({ scheduleId }) => scheduleId),
      await Promise.all(known.map((one) => booksOf(context, one))),
      await listBlackouts(control, district.id),
      await askedSeldom(shared, `schedules of ${district.id} ${principal.level}`, () =>
        schedulesOf(context, principal, district),
      ),
    ];
  };
}

/** The same of the recurring requests of which the reader sees all districts. */
export async function readRecurringEvents(
  context: ApiContext & { readonly shared: SharedReads },
  principal: Principal,
): Promise<unknown> {
  const { control, shared } = context;
  const stored = (await listRequestSchedules(control)).filter((one) => seesWhole(principal, one));
  const reach = principal.districts?.join() ?? 'all';
  return [
    await Promise.all(stored.map((one) => booksOf(context, one))),
    await askedSeldom(shared, `recurring requests of ${reach}`, () =>
      recurringRequestsOf(context, principal),
    ),
  ];
}

/** While Temporal is away the books tell alone. */
function askedSeldom(shared: SharedReads, name: string, read: () => Promise<unknown>): Promise<unknown> {
  return shared.of(name, askTemporalMs, read).catch(() => null);
}

async function booksOf({ control }: Pick<ApiContext, 'control'>, schedule: AnySchedule): Promise<unknown> {
  const { scheduleId } = schedule;
  return [schedule, await readPaused(control, scheduleId), await lastFirings(control, scheduleId)];
}
