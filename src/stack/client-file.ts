import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseServerInfo } from './stack-info';

/**
 * Writes `<dir>/<name>.cnf`, readable by its owner only, for MariaDB's own programs: `mariadb
 * --defaults-extra-file=.stack/district.cnf`. No password stands in a process list then.
 * @returns the file's path
 */
export function writeClientFile(
  dir: string,
  name: 'district' | 'state',
  { host, port, user, password }: DatabaseServerInfo,
): string {
  const file = join(dir, `${name}.cnf`);
  // Quoted: a # would begin a comment.
  const value = (text: string): string => `"${text.replaceAll(/[\\"]/g, '\\$&')}"`;
  const lines = [
    '[client]',
    `host=${host}`,
    `port=${port}`,
    `user=${value(user)}`,
    `password=${value(password)}`,
  ];
  writeFileSync(file, `${lines.join('\n')}\nprotocol=tcp\n`, { mode: 0o600 });
  return file;
}
