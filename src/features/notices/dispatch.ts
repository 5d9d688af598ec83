import type { Knex } from 'knex';
import type { NoticeGroup } from '../../domain/notices';
import { forgottenNotices, listNotices } from './list-due';

/**
 * Sends out what no run's own end does: state requests, mandatory resyncs, lost runs; and what was
 * listed by a process that died before it gave it to Temporal. Safe to repeat, and for several APIs
 * at once.
 * @param startNotices gives a group to Temporal
 * @param olderThanSeconds younger alerts may still be on their way from the run they tell of
 */
export async function passNotices(
  control: Knex,
  {
    olderThanSeconds,
    startNotices,
  }: {
    readonly olderThanSeconds: number;
    readonly startNotices: (group: NoticeGroup) => Promise<void>;
  },
): Promise<void> {
  const fresh = await listNotices(control, { olderThanSeconds });
  for (const group of [...fresh, ...(await forgottenNotices(control))]) await startNotices(group);
}
