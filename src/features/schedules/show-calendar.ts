import type { ApiContext } from '../../http/context';
import { unusable } from '../../http/problem';
import { canSeeDetails, requireDistrict } from '../../http/require';
import type { AnswerTo, Asked } from '../../http/route';
import type { districtParams } from '../../http/schemas';
import { listBlackouts, rulesFor } from '../blackouts/store';
import { windowAt, windowsBetween } from '../blackouts/windows';
import { type calendar, type calendarQuery, mostDays } from './calendar-schemas';
import { listSchedules } from './store';
import { standingOf, timesBetween } from './temporal-schedules';
import { stateScheduleName } from './views';

const dayMs = 86_400_000;
const defaultDays = 7;

/** When schedules fire and blackout windows hold, in a period. */
export async function calendarOf(
  { config, control, temporal }: ApiContext,
  { params, query, principal }: Asked<{ params: typeof districtParams; query: typeof calendarQuery }>,
): Promise<AnswerTo<typeof calendar>> {
  const { id } = requireDistrict(config, principal, params.district);
  const from = query.from ?? new Date();
  const to = query.to ?? new Date(from.getTime() + defaultDays * dayMs);
  const length = to.getTime() - from.getTime();
  if (length <= 0 || length > mostDays * dayMs)
    throw unusable(`"to" has to be after "from", by at most ${mostDays} days.`, { parameter: 'to' });
  const firings = await Promise.all(
    (await listSchedules(control, id)).map(async (schedule) => {
      const times = await temporal.call(async (client) => {
        const standing = await standingOf(client, schedule);
        return standing === null || standing.paused ? [] : timesBetween(client, schedule, { from, to });
      });
      const rules = await rulesFor(control, { districtId: id, initiator: schedule.initiator });
      return (times ?? []).map((at) => ({
        scheduleId: schedule.scheduleId,
        name: canSeeDetails(principal, schedule) ? schedule.name : stateScheduleName,
        kind: schedule.kind,
        initiator: schedule.initiator,
        at: at.toISOString(),
        heldUntil: windowAt(rules, at.getTime())?.endsAt ?? null,
      }));
    }),
  );
  const windows = (await listBlackouts(control, id)).flatMap(({ blackoutId, setBy, note, rule }) =>
    windowsBetween([rule], from.getTime(), to.getTime()).map((window) => ({
      ...{ blackoutId, setBy, note },
      ...window,
    })),
  );
  return {
    from: from.toISOString(),
    to: to.toISOString(),
    firings: firings.flat().sort((a, b) => a.at.localeCompare(b.at)),
    windows: windows.sort((a, b) => a.startsAt.localeCompare(b.startsAt)),
  };
}
