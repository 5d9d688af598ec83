import { selectRows } from '../../../control/database';
import { openStatuses, type ResyncStatus } from '../../../domain/resync';
import { type FindTargets, targetOf } from './target';

interface OpenRow {
  readonly districtID: string;
  readonly schoolYear: number;
  readonly resyncID: string;
  readonly status: ResyncStatus;
}

/** Every resync that waits or runs, of whichever school year: a district may have several. */
export const findToCancel: FindTargets = async ({ control }, asked) => {
  const rows = await selectRows<OpenRow>(
    control,
    `SELECT districtID, schoolYear, resyncID, status FROM resync
      WHERE status IN (:open) ORDER BY requestedAt, resyncID`,
    { open: openStatuses },
  );
  const open = new Map<string, OpenRow[]>();
  for (const row of rows) open.set(row.districtID, [...(open.get(row.districtID) ?? []), row]);
  return asked.flatMap((one) => {
    const runs = open.get(one.district.id) ?? [];
    if (runs.length === 0) return [targetOf(one, { whyNot: 'Nothing runs and nothing waits.' })];
    return runs.map(({ resyncID: resyncId, schoolYear, status }) =>
      targetOf(one, { resyncId, schoolYear, note: status }),
    );
  });
};
