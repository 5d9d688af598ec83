import type { NavEntry } from './entry';

/** What the state does, over all of its districts. */
export const stateEntries: readonly NavEntry[] = [];
