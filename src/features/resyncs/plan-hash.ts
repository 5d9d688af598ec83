import { createHash } from 'node:crypto';
import type { PlannedObject } from '../../domain/plan';

/** What a plan shows of that which will be sent. */
interface ShownPlan {
  readonly schoolYear: number;
  readonly objects: readonly PlannedObject[];
  readonly omitted: readonly { readonly name: string; readonly why: string }[];
}

/**
 * Two plans with the same hash send the same objects in the same order and leave out the same:
 * a request that carries it is for what was shown, or is refused.
 */
export function planHashOf({ schoolYear, objects, omitted }: ShownPlan): string {
  const shown = [
    schoolYear,
    objects.map(({ name, after, reason }) => [name, [...after].sort(), reason.kind]),
    omitted.map(({ name, why }) => [name, why]),
  ];
  return createHash('sha256').update(JSON.stringify(shown)).digest('base64url').slice(0, 32);
}
