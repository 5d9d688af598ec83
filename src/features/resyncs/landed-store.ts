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

/** Later runs of selected records that are asked what they have sent. */
const laterRuns = 100;

/** A run that has records of an object blocked, and the runs that have sent some of them since. */
interface WaitingChild {
  readonly former: string;
  readonly object: string;
  readonly since: readonly string[];
}

/** A run of an object that ended. */
interface RunOfObject {
  readonly resyncId: string;
  readonly object: string;
  readonly blocked: number;
  readonly startedAt: string;
}

/**
 * Where runs before `run` have left blocked records of these objects behind: the newest whole run
 * of each, and those of selected records after it. Only of the same side: what one side's run was
 * refused, the other's doesn't show. None of an object that `run` has itself sent as a whole.
 */
export async function readWaitingChildren(
  control: Knex,
  { run, children }: { readonly run: ResyncRequest; readonly children: readonly string[] },
): Promise<WaitingChild[]> {
  const waiting: WaitingChild[] = [];
  for (const whole of await readNewestWhole(control, run, children)) {
    if (whole.resyncId === run.resyncId) continue;
    const runs = [whole, ...(await readLater(control, run, whole))];
    for (const [place, { resyncId: former, object, blocked }] of runs.entries()) {
      const since = runs.slice(place + 1).map(({ resyncId }) => resyncId);
      if (former !== run.resyncId && blocked > 0) waiting.push({ former, object, since });
    }
  }
  return waiting;
}

/** The runs of selected records by the same side that have sent some of it after `former`. */
export async function readSince(
  control: Knex,
  { run, former, object }: { readonly run: ResyncRequest; readonly former: string; readonly object: string },
): Promise<string[]> {
  const [whole] = await readNewestWhole(control, run, [object]);
  if (whole === undefined) return [];
  const runs = [whole, ...(await readLater(control, run, whole))];
  const place = runs.findIndex(({ resyncId }) => resyncId === former);
  return runs.slice(place + 1).map(({ resyncId }) => resyncId);
}

const endedRuns = `SELECT h.resyncID AS resyncId, h.objectName AS object, h.blocked, h.startedAt
    FROM DISBatchHistory h JOIN resync r ON r.resyncID = h.resyncID AND r.initiator = ?
   WHERE h.districtID = ? AND h.objectName = ? AND h.schoolYear = ? AND h.status = 'finished'`;

function readNewestWhole(
  control: Knex,
  { initiator, districtId, schoolYear }: ResyncRequest,
  objects: readonly string[],
): Promise<RunOfObject[]> {
  const newest = `(${endedRuns} AND h.selected IS NULL ORDER BY h.startedAt DESC LIMIT 1)`;
  return selectRows<RunOfObject>(
    control,
    objects.map(() => newest).join(' UNION ALL '),
    objects.flatMap((object) => [initiator, districtId, object, schoolYear]),
  );
}

/** Runs of selected records after this one, oldest first. */
async function readLater(
  control: Knex,
  { initiator, districtId, schoolYear }: ResyncRequest,
  { object, startedAt }: RunOfObject,
): Promise<RunOfObject[]> {
  const rows = await selectRows<RunOfObject>(
    control,
    `${endedRuns} AND h.selected IS NOT NULL AND h.startedAt > ? ORDER BY h.startedAt DESC LIMIT ?`,
    [initiator, districtId, object, schoolYear, startedAt, laterRuns],
  );
  return rows.toReversed();
}
