/** How far a run is, from what is known of its objects. */
import type { ObjectStatus } from './outcome';

/** What the share of an object is judged by. */
export interface ObjectProgressFacts {
  readonly status: ObjectStatus;
  /** Records of its last finished run; `null`: it never ran. */
  readonly expected: number | null;
  readonly processed: number;
  readonly ranges: number;
  readonly rangesDone: number;
}

/** Has the object come to any end? */
export function hasEnded({ status }: { readonly status: ObjectStatus }): boolean {
  return status !== 'waiting' && status !== 'running';
}

/** How much of an object is done, 0 to 1. */
export function shareOfObject(facts: ObjectProgressFacts): number {
  if (hasEnded(facts)) return 1;
  if (facts.status === 'waiting') return 0;
  if (facts.expected !== null && facts.expected > 0) return Math.min(0.99, facts.processed / facts.expected);
  return facts.ranges === 0 ? 0 : Math.min(0.99, facts.rangesDone / facts.ranges);
}

/** Every object costs something besides its records. */
function weightOf({ expected, ranges, processed }: ObjectProgressFacts): number {
  return 200 + Math.max(expected ?? ranges * 1000, processed);
}

/**
 * How much of a run is done, 0 to 1, each object by the records it is expected to have; 0 before it
 * is planned.
 */
export function shareOfRun(objects: readonly ObjectProgressFacts[]): number {
  const total = objects.reduce((sum, object) => sum + weightOf(object), 0);
  const done = objects.reduce((sum, object) => sum + shareOfObject(object) * weightOf(object), 0);
  return total === 0 ? 0 : done / total;
}

/** The share as a person reads it: whole percent, and 100 only at the end. */
export function percentOf(share: number): number {
  return Math.min(99, Math.floor(share * 100));
}
