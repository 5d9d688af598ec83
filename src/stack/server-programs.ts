import type { Progress } from './commands';
import { ensureMariadb } from './mariadb-programs';
import type { ServerKind, ServerPrograms } from './server-kind';
import { ensureUnpacked } from './unpacked-server';

/**
 * Finds the programs, and installs or unpacks them when they are missing.
 * @throws StackError that says what to do when neither is possible
 */
export function ensurePrograms(
  kind: ServerKind,
  options: { logs: string; progress: Progress },
): Promise<ServerPrograms> {
  return kind === 'mariadb' ? ensureMariadb(options) : ensureUnpacked(kind, options);
}
