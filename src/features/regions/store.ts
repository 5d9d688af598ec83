import type { Knex } from 'knex';
import type { Color } from '../../domain/outcome';

/** Notes which run of the region a run waits for, and how that ended. Safe to repeat. */
export async function noteRegionRun(
  control: Knex,
  {
    resyncId,
    regionRun,
  }: { readonly resyncId: string; readonly regionRun: { resyncId: string; color: Color } },
): Promise<void> {
  await control('resync')
    .where({ resyncID: resyncId })
    .update({ regionResyncID: regionRun.resyncId, regionColor: regionRun.color });
}
