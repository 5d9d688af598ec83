#!/usr/bin/env node
/**
 * `npm run try:package`: packs what would be published, installs it in an empty folder as anybody
 * would, and has its `npx resync` work there, demo included. Exit code 1 when something is missing in
 * the package, or does not work as it is compiled.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = mkdtempSync(join(tmpdir(), 'resync-package-'));

/** @returns what it printed; its complaints are shown */
function run(cwd, command, ...args) {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

try {
  const [{ filename, entryCount, unpackedSize }] = JSON.parse(
    run(root, 'npm', 'pack', '--silent', '--json', '--pack-destination', folder),
  );
  process.stdout.write(`${filename}: ${entryCount} files, ${Math.round(unpackedSize / 1024)} kB unpacked\n`);
  run(folder, 'npm', 'init', '-y');
  run(folder, 'npm', 'install', '--no-audit', '--no-fund', '--omit=dev', join(folder, filename));
  for (const [expected, ...args] of [
    ['Usage: resync', 'help'],
    ['Enrollment', 'catalog', 'list'],
    // Servers, migrations, worker, API, two resyncs: all of it as it is compiled.
    ['0 written (nothing was left to send)', 'demo'],
  ]) {
    const printed = run(folder, 'npx', '--no-install', 'resync', ...args);
    if (!printed.includes(expected))
      throw new Error(`"npx resync ${args.join(' ')}" printed no "${expected}".`);
    process.stdout.write(`npx resync ${args.join(' ')}: ok\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
