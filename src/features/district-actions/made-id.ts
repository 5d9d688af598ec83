import { createHash } from 'node:crypto';

/**
 * The id of what an action starts in one of its districts: the same whenever it is asked for, so
 * that starting it may be repeated.
 */
export function madeIdOf(districtActionId: string, position: number): string {
  const hash = createHash('sha256').update(`${districtActionId}:${position}`).digest('hex');
  return `${districtActionId.slice(0, 8)}-${hash.slice(0, 16)}`;
}
