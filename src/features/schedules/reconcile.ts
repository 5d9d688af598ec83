/** Schedules that Temporal lost, or has as they were: a backup of it was restored. */
import type { Knex } from 'knex';
import { scheduleIdAtTemporal } from '../../temporal/start-workflows';
import { confirmedSchedules, makeAgain } from './store';

/**
 * Has schedules made again that Temporal no longer has: nothing else would tell that they never
 * fire.
 * @param all those that it has, too, in case they are older ones
 * @returns how many it no longer had
 */
export async function makeLostAgain(
  control: Knex,
  {
    idsAtTemporal,
    all,
  }: { readonly idsAtTemporal: () => Promise<ReadonlySet<string>>; readonly all: boolean },
): Promise<number> {
  const confirmed = await confirmedSchedules(control);
  if (confirmed.length === 0) return 0;
  const known = await idsAtTemporal();
  const lost = confirmed.filter((schedule) => !known.has(scheduleIdAtTemporal(schedule)));
  await makeAgain(
    control,
    (all ? confirmed : lost).map(({ scheduleId }) => scheduleId),
  );
  return lost.length;
}
