/** MariaDB's own programs: found on this machine, or installed by its package manager. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, runLogged, type Progress } from './commands';
import { asUser } from './data-directory';
import type { ServerPrograms } from './server-kind';
import { StackError } from './stack-error';

/** How each package manager installs a MariaDB server without asking anything. */
const installers: readonly {
  readonly program: string;
  readonly commands: readonly string[];
  readonly needsRoot: boolean;
}[] = [
  {
    program: 'apt-get',
    commands: ['apt-get update', 'apt-get install -y --no-install-recommends mariadb-server'],
    needsRoot: true,
  },
  { program: 'dnf', commands: ['dnf install -y mariadb-server'], needsRoot: true },
  { program: 'apk', commands: ['apk add --no-cache mariadb mariadb-client'], needsRoot: true },
  // Homebrew refuses to run as root.
  { program: 'brew', commands: ['brew install mariadb'], needsRoot: false },
];

/** The programs on PATH (or in sbin); null when they are not installed. */
export function findMariadb(): ServerPrograms | null {
  const server = findProgram(['mariadbd', 'mysqld'], ['/usr/libexec']);
  const installDb = findProgram(['mariadb-install-db', 'mysql_install_db']);
  if (server === null || installDb === null) return null;
  return {
    vendor: 'mariadb',
    server: { command: server, args: ['--no-defaults'] },
    initialize: ({ data, temporary }, options) => ({
      command: installDb,
      args: [
        ...['--no-defaults', `--datadir=${data}`, `--tmpdir=${temporary}`],
        ...['--auth-root-authentication-method=normal', '--skip-test-db'],
        ...options,
        ...asUser(),
      ],
    }),
  };
}

/**
 * Finds MariaDB, or installs it when this machine has a package manager we may use.
 * @throws StackError with the commands to type when neither is possible
 */
export async function ensureMariadb({
  logs,
  progress,
}: {
  logs: string;
  progress: Progress;
}): Promise<ServerPrograms> {
  const found = findMariadb();
  if (found !== null) return found;
  const root = process.getuid?.() === 0;
  const installer = installers.find(({ program }) => findProgram([program]) !== null);
  if (installer === undefined) {
    throw new StackError(
      'MariaDB is not installed and no known package manager was found. Install MariaDB 10.6 or newer so that "mariadbd" and "mariadb-install-db" are on PATH, or set DISTRICT_DATABASE_URL, STATE_DATABASE_URL and CONTROL_DATABASE_URL.',
    );
  }
  if (installer.needsRoot && !root) {
    const typed = installer.commands.map((command) => `sudo ${command}`).join(' && ');
    throw new StackError(`MariaDB is not installed. Install it and start again:\n  ${typed}`);
  }
  mkdirSync(logs, { recursive: true });
  const logFile = join(logs, 'install-mariadb.log');
  for (const command of installer.commands) {
    progress(`Installing MariaDB: ${command}`);
    const [program = '', ...args] = command.split(' ');
    await runLogged(program, args, {
      logFile,
      label: `  ${command}`,
      progress,
      // policy-rc.d is absent on some machines: the packaged service may start, on its own
      // directory and port 3306.
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  }
  const installed = findMariadb();
  if (installed === null) throw new StackError(`MariaDB could not be installed; ${logFile} says why.`);
  return installed;
}
