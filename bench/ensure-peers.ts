import { execFileSync } from 'node:child_process';

/** Program of each package that the bench compares with. */
const packages = {
  'mariadb-dump': 'mariadb-client',
  'pt-table-sync': 'percona-toolkit',
  mydumper: 'mydumper',
} as const;

/** Installs the peers that are missing. @throws Error that names them where that needs root */
export function ensurePeers(say: (line: string) => void): void {
  const missing = Object.entries(packages)
    .filter(([program]) => !isThere(program))
    .map(([, name]) => name);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0)
    throw new Error(`The peers are not all there. Install the packages ${missing.join(', ')}.`);
  say(`Installing ${missing.join(', ')}.`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const stdio = ['ignore', 'ignore', 'inherit'] as const;
  execFileSync('apt-get', ['update', '-qq'], { stdio: [...stdio], env });
  execFileSync('apt-get', ['install', '-y', '--no-install-recommends', ...missing], {
    stdio: [...stdio],
    env,
  });
}

function isThere(program: string): boolean {
  try {
    execFileSync('which', [program], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
