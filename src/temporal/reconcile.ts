import type { Whereabouts } from '../domain/resync';
import { Refused } from './call-errors';

/** How one kind of work that the control database calls open is compared with Temporal. */
export interface OpenWork<Work> {
  readonly open: readonly Work[];
  /** Asks Temporal. */
  readonly whereabouts: (work: Work) => Promise<Whereabouts>;
  /** By what is stored. Then Temporal has lost what it doesn't know. Default: nothing has begun. */
  readonly hasBegun?: (work: Work) => boolean;
  /** Temporal has never heard of it. Has to be idempotent. */
  readonly start: (work: Work) => unknown;
  /**
   * It was ended in Temporal from outside, or its data is gone. It may as well have ended by itself
   * between the two looks: what has ended has to stay as it is.
   */
  readonly close: (work: Work) => Promise<unknown>;
}

/** Work younger than this may still be on its way to Temporal. */
export const leastAgeSeconds = 60;
/** Most looked at in one pass, oldest first. */
export const maxOpen = 200;

/** Failures one after the other that are nobody's own: Temporal doesn't answer. */
const failuresInARow = 3;

/**
 * Compares open work with Temporal, so that nothing shows as under way forever: what never began is
 * started, what was ended there without a word is closed. Each by itself: one that fails keeps no
 * other back.
 * @returns how many failed, for the next pass
 * @throws the first failure, when nothing else came of it or several came one after the other
 */
export async function reconcileOpen<Work>({
  open,
  whereabouts,
  hasBegun = () => false,
  start,
  close,
}: OpenWork<Work>): Promise<number> {
  return eachByItself(open, async (work) => {
    const at = await whereabouts(work);
    if (at === 'running' || at === 'waiting') return;
    if (at === 'unknown' && !hasBegun(work)) await start(work);
    else await close(work);
  });
}

/** Does work for each item, whatever becomes of the others. @see reconcileOpen */
export async function eachByItself<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<unknown>,
): Promise<number> {
  let failed = 0;
  let inARow = 0;
  let first: unknown;
  for (const item of items) {
    try {
      await work(item);
      inARow = 0;
    } catch (error) {
      first ??= error;
      failed += 1;
      // A refusal is an answer.
      inARow = error instanceof Refused ? 0 : inARow + 1;
      if (inARow >= failuresInARow) throw first;
    }
  }
  if (failed > 0 && failed === items.length) throw first;
  return failed;
}
