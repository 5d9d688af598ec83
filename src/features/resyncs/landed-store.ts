import type { Knex } from 'knex';
import { selectRows } from '../../control/database';
import type { ResyncRequest } from '../../domain/resync';

/** Objects of which a run has newly brought records to the state. */
export async function readLanded(control: Knex, resyncId: string): Promise<string[]> {
  const rows = await control('DISBatchHistory')
    .where({ resyncID: resyncId })
    .where('inserted', '>', 0)
    .select<{ objectName: string }[]>('objectName');
  return rows.map(({ objectName }) => objectName);
}

/** A run that has blocked records of these objects, and is the newest whole one of each. */
interface WaitingChildren {
  readonly former: string;
  readonly objects: readonly string[];
}

/**
 * Where the newest whole run of each object has left blocked records behind, before `run` and by
 * the same side: what one side's run was refused, the other's doesn't show. None of an object that
 * `run` has itself sent as a whole.
 */
export async function readWaitingChildren(
  control: Knex,
  {
    run: { resyncId, districtId, schoolYear, initiator },
    children,
  }: { readonly run: ResyncRequest; readonly children: readonly string[] },
): Promise<WaitingChildren[]> {
  const newest = children.map(
    () => `(SELECT h.resyncID, h.objectName, h.blocked FROM DISBatchHistory h
        JOIN resync r ON r.resyncID = h.resyncID AND r.initiator = ?
      WHERE h.districtID = ? AND h.objectName = ? AND h.schoolYear = ? AND h.status = 'finished' AND h.selected IS NULL
      ORDER BY h.startedAt DESC LIMIT 1)`,
  );
  const rows = await selectRows<{ resyncID: string; objectName: string; blocked: number }>(
    control,
    newest.join(' UNION ALL '),
    children.flatMap((object) => [initiator, districtId, object, schoolYear]),
  );
  const waiting = new Map<string, string[]>();
  for (const { resyncID: former, objectName, blocked } of rows)
    if (former !== resyncId && blocked > 0) waiting.set(former, [...(waiting.get(former) ?? []), objectName]);
  return [...waiting].map(([former, objects]) => ({ former, objects }));
}
