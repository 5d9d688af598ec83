import type { Whereabouts } from '../domain/resync';

/** How one kind of work that the control database calls open is compared with Temporal. */
export interface OpenWork<Work> {
  readonly open: readonly Work[];
  /**
   * Asks Temporal. When it throws (unreachable), nothing further is changed and the error passes
   * on.
   */
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

/**
 * Compares open work with Temporal, so that nothing shows as under way forever: what never began is
 * started, what was ended there without a word is closed.
 */
export async function reconcileOpen<Work>({
  open,
  whereabouts,
  hasBegun = () => false,
  start,
  close,
}: OpenWork<Work>): Promise<void> {
  for (const work of open) {
    const at = await whereabouts(work);
    if (at === 'running' || at === 'waiting') continue;
    if (at === 'unknown' && !hasBegun(work)) await start(work);
    else await close(work);
  }
}
