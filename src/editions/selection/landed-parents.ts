import { parseRecordKey } from '../../domain/record-error';
import { quoteText } from '../connection/sql';
import type { CompareJob } from '../mapping/job';
import type { ObjectMapping } from '../mapping/types';
import { absentOf } from '../transfer/parents';

/** Parents asked for in one statement. */
const parentsAtOnce = 500;

/** Whose parent a blocked record lacked. */
interface MissedParent {
  readonly object: string;
  /** Text of its key. */
  readonly key: string;
}

/**
 * Which of the parents that records were blocked for are at the state now, by the state's own
 * comparison. A parent that a reference of today no longer leads to is none of them.
 * @returns their places in `parents`
 */
export async function landedAmong(
  { editions, scope }: Pick<CompareJob, 'editions' | 'scope'>,
  { references }: Pick<ObjectMapping, 'references'>,
  parents: readonly MissedParent[],
): Promise<Set<number>> {
  const landed = new Set<number>();
  for (const reference of references) {
    const places = parents.flatMap(({ object }, place) => (object === reference.object ? [place] : []));
    const keys = places.map((place) => parseRecordKey(parents[place]!.key));
    const fitting = places.filter((_, n) => keys[n]!.length === reference.parentColumns.length);
    if (fitting.length === 0) continue;
    const table = {
      table: reference.parentTable,
      tenant: reference.parentTenant,
      columns: reference.parentColumns,
    };
    const asked = fitting.map((place) => parseRecordKey(parents[place]!.key));
    const absent = new Set(await absentOf(editions.state, { scope }, table, asked));
    for (const [n, place] of fitting.entries()) if (!absent.has(n)) landed.add(place);
  }
  return landed;
}

/** A run that has blocked records of an object, and the runs that have sent some of them since. */
export interface BlockedIn {
  readonly resyncId: string;
  readonly since: readonly string[];
}

/**
 * Whether any record of the object that a run has blocked for one of these parents could be sent
 * now, and has not been since.
 */
export async function anyUnblocked(
  job: Pick<CompareJob, 'editions' | 'scope' | 'mapping'> & { readonly signal: AbortSignal },
  { parents, ...blockedIn }: BlockedIn & { readonly parents: readonly string[] },
): Promise<boolean> {
  for (const object of parents) if (await anyLanded(job, { ...blockedIn, object })) return true;
  return false;
}

/** The condition that none of these runs has sent the record of an error `e`. */
export function notSentIn(control: string, runs: readonly string[]): string {
  if (runs.length === 0) return 'TRUE';
  return `NOT EXISTS (SELECT 1 FROM ${control}.resyncSelection s
    WHERE s.resyncID IN (${runs.map(quoteText).join(', ')}) AND s.objectName = e.objectName AND s.recordKey = e.recordKey)`;
}

async function anyLanded(
  job: Pick<CompareJob, 'editions' | 'scope' | 'mapping'> & { readonly signal: AbortSignal },
  { resyncId, since, object }: BlockedIn & { readonly object: string },
): Promise<boolean> {
  const { editions, mapping, signal } = job;
  for (let after = ''; ;) {
    signal.throwIfAborted();
    const rows = await editions.state.rows(
      `SELECT DISTINCT parentKey FROM ${editions.control}.recordError e
        WHERE resyncID = ${quoteText(resyncId)} AND objectName = ${quoteText(mapping.object.name)}
          AND outcome = 'blocked' AND parentObject = ${quoteText(object)} AND parentKey > ${quoteText(after)}
          AND ${notSentIn(editions.control, since)}
        ORDER BY parentKey LIMIT ${parentsAtOnce}`,
    );
    if (rows.length === 0) return false;
    const missed = rows.map(([key]) => ({ object, key: String(key) }));
    if ((await landedAmong(job, mapping, missed)).size > 0) return true;
    after = missed.at(-1)!.key;
  }
}
