import type { Principal } from '../domain/principal';
import { Problem } from './problem';

/**
 * Long reads, few of one principal at a time: many would take the connections that everybody's
 * reads need.
 * @returns does one, or throws Problem 429 when its principal has as many under way
 */
export function fewAtATime(most: number): <T>(principal: Principal, read: () => Promise<T>) => Promise<T> {
  const underWay = new Map<string, number>();
  return async ({ principalId }, read) => {
    const before = underWay.get(principalId) ?? 0;
    if (before >= most)
      throw new Problem(429, `At most ${most} of these are read at a time: wait for their answers.`, [], {
        'Retry-After': '5',
      });
    underWay.set(principalId, before + 1);
    try {
      return await read();
    } finally {
      const left = underWay.get(principalId)! - 1;
      if (left > 0) underWay.set(principalId, left);
      else underWay.delete(principalId);
    }
  };
}
