/**
 * Removals: which records gone at the district may be removed at the state, and in which order.
 * Pure.
 */
import type { ObjectStatus, RangeCounts } from './outcome';

/**
 * What was decided about an object's gone records. `below`: few enough to be removed without
 * asking. `awaiting`: more than the threshold, held for an approval. `refused`: not removed whoever
 * asks, for a reason that stands beside it.
 */
export const removalDecisions = ['below', 'awaiting', 'approved', 'rejected', 'expired', 'refused'] as const;
export type RemovalDecision = (typeof removalDecisions)[number];

/** What became of one record. */
export const removalStatuses = ['found', 'removed', 'kept'] as const;
export type RemovalStatus = (typeof removalStatuses)[number];

/** Are so many gone records more than the threshold? Exact: no division. */
export function isAboveThreshold({
  found,
  records,
  thresholdPercent,
}: {
  readonly found: number;
  /** The object's records at the state, of the district and year, the gone ones among them. */
  readonly records: number;
  readonly thresholdPercent: number;
}): boolean {
  return found * 100 > thresholdPercent * records;
}

/** Records that a table held before its emptiness is doubted. */
const manyRecords = 100;

/**
 * Is a table that is empty now rather lost than emptied? A truncated table, or a restored database
 * without its records, must not end green with everything extra.
 * @param lastRead records that the object's last whole run read; `null`: there was none
 */
export function isDoubtfullyEmpty(lastRead: number | null): boolean {
  return lastRead !== null && lastRead >= manyRecords;
}

/**
 * Why nothing of an object is removed, or `null` when it may be. Only what was read completely and
 * without failures tells what is gone: a record that failed may stand at the state under another
 * key, and "invalid" is not "deleted". Excluded records are at the district and don't count.
 * @param heldByExtra of the failed and blocked records those that only a record to be removed is in
 *   the way of
 */
export function whyNotRemoved(
  object: string,
  { status, counts }: { readonly status: ObjectStatus; readonly counts: RangeCounts },
  heldByExtra = 0,
): string | null {
  if (status !== 'finished') return `${object} was not read completely (${status}).`;
  const troubled = counts.failed + counts.blocked - heldByExtra;
  if (troubled === 0) return null;
  return `${object} has ${counts.failed} failed and ${counts.blocked} blocked records: only an object without them is read reliably enough to remove anything.`;
}

/** Objects whose records are removed together: the members of a cycle refer to each other. */
export interface RemovalGroup {
  readonly objects: readonly string[];
}

/**
 * The planned objects in the order of removal: no group before those that were sent after it and
 * may refer to its records. The members of a cycle are one group.
 * @param planned in the order of the plan, parents first; `after` names planned objects
 */
export function removalOrder(
  planned: readonly {
    readonly name: string;
    readonly cycle: string | null;
    readonly after: readonly string[];
  }[],
): RemovalGroup[] {
  const keyOf = ({ name, cycle }: (typeof planned)[number]): string =>
    cycle === null ? `object ${name}` : `cycle ${cycle}`;
  const membersOf = new Map<string, string[]>();
  for (const object of planned)
    membersOf.set(keyOf(object), [...(membersOf.get(keyOf(object)) ?? []), object.name]);
  const placed = new Map<string, RemovalGroup>();
  const opened = new Set<string>();
  const place = (key: string): void => {
    if (opened.has(key)) return;
    opened.add(key);
    const objects = membersOf.get(key)!;
    for (const child of planned) if (child.after.some((name) => objects.includes(name))) place(keyOf(child));
    placed.set(key, { objects });
  };
  for (const object of planned) place(keyOf(object));
  return [...placed.values()];
}

/** What became of one object's removals. */
export interface RemovalOutcome {
  readonly object: string;
  readonly decision: RemovalDecision;
  readonly found: number;
  readonly removed: number;
  readonly kept: number;
  readonly reason: string | null;
}

/**
 * The removals of a run in words: what was removed, then what wasn't and why. `null`: nothing was
 * gone.
 */
export function describeRemovals(objects: readonly RemovalOutcome[]): string | null {
  if (objects.length === 0) return null;
  const removed = objects.reduce((sum, object) => sum + object.removed, 0);
  const kept = objects.reduce((sum, object) => sum + object.kept, 0);
  const whys = objects.flatMap((object) => whyLeft(object) ?? []);
  return [`${removed} records removed at the state, ${kept} kept.`, ...whys].join(' ');
}

function whyLeft({ object, decision, found, reason }: RemovalOutcome): string | null {
  switch (decision) {
    case 'awaiting':
    case 'expired':
      return `${object}: not approved in time, none of ${found} removed.`;
    case 'rejected':
      return `${object}: rejected, none of ${found} removed.`;
    case 'refused':
      return `${object}: none removed. ${reason ?? ''}`.trim();
    case 'below':
    case 'approved':
      return reason === null ? null : `${object}: ${reason}`;
  }
}
