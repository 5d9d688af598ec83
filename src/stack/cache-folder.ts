import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Programs made by us are kept here between checkouts: $XDG_CACHE_HOME or ~/.cache,
 * state-data-resync.
 */
export const cacheFolder = (): string =>
  join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'state-data-resync');
