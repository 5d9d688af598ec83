import type { Knex } from 'knex';
import type { NoticeGroup } from '../../domain/notices';
import { closeDigests } from './digests';
import { forgottenNotices, listNotices } from './list-due';

/**
 * Sends out what no run's own end does: state requests, mandatory resyncs, lost runs, a day's
 * alerts together; and what was listed by a process that died before it gave it to Temporal. Safe
 * to repeat, and for several APIs at once.
 * @param startNotices gives a group to Temporal
 * @param olderThanSeconds younger alerts may still be on their way from the run they tell of
 */
export async function passNotices(
  control: Knex,
  {
    olderThanSeconds,
    startNotices,
    now,
  }: {
    readonly olderThanSeconds: number;
    readonly startNotices: (group: NoticeGroup) => Promise<void>;
    /** By which digests are due; default: the clock's. */
    readonly now?: Date;
  },
): Promise<void> {
  const fresh = await listNotices(control, { olderThanSeconds });
  const digests = await closeDigests(control, now);
  for (const group of [...fresh, ...(await forgottenNotices(control)), ...digests]) await startNotices(group);
}
