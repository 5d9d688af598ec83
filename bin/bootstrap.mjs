/**
 * `npm run demo|start|test|bench|faults|fuzz|e2e|install` on a clean clone: plain Node, no packages.
 * Installs what is missing, then runs it.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChild } from './run-child.mjs';
import { runTests } from './run-tests.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const wanted = readFileSync(join(root, 'package.json'), 'utf8').match(/"node": ">=(\d+)\.(\d+)/);

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [needMajor, needMinor] = wanted.slice(1).map(Number);
  if (major > needMajor || (major === needMajor && minor >= needMinor)) return;
  console.error(
    `Node ${process.versions.node} is too old: this project needs ${needMajor}.${needMinor} or newer (https://nodejs.org).`,
  );
  process.exit(8);
}

/**
 * Whether node_modules holds what package-lock.json says: npm writes its own list into node_modules
 * when it has finished, so an install that was killed has none. Packages for other systems may be
 * missing.
 */
function installed() {
  const packagesOf = (file) => JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
  try {
    const there = packagesOf('node_modules/.package-lock.json');
    return Object.entries(packagesOf('package-lock.json')).every(
      ([path, { version, optional }]) =>
        path === '' || (optional && !(path in there)) || there[path]?.version === version,
    );
  } catch {
    return false;
  }
}

async function installPackages() {
  if (installed()) return;
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  console.error('Installing packages: npm ci');
  const ticking = setInterval(() => console.error(`  npm ci … ${seconds()} s`), 5_000);
  const code = await run(process.platform === 'win32' ? 'npm.cmd' : 'npm', [
    ...['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
  ]);
  clearInterval(ticking);
  if (code !== 0) process.exit(code);
  console.error(`Packages installed in ${seconds()} s.`);
}

/** Runs a program with our terminal, without input, and gives its exit code. */
const run = (command, args) =>
  runChild(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });

const typescript = (file, args) =>
  run(process.execPath, [join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs'), join(root, file), ...args]);
const resync = (verb, args) => run(process.execPath, [join(root, 'bin', 'resync.mjs'), verb, ...args]);

/** Programs that start what `npm run build` made. */
const ofBuilt = {
  bench: 'bench/run.ts',
  'bench:memory': 'bench/worker-memory.ts',
  'bench:request': 'bench/state-request.ts',
  'bench:lists': 'bench/lists.ts',
  abuse: 'bench/abuse.ts',
  faults: 'faults/run.ts',
};

async function main() {
  const [verb, ...args] = process.argv.slice(2);
  checkNode();
  await installPackages();
  switch (verb) {
    case 'demo':
    case 'start':
      return resync(verb, args);
    case 'bench':
    case 'bench:memory':
    case 'bench:request':
    case 'bench:lists':
    case 'abuse':
    case 'faults': {
      // These run the worker as it is deployed.
      const built = await run(process.platform === 'win32' ? 'npm.cmd' : 'npm', ['run', '--silent', 'build']);
      if (built !== 0) return built;
      return typescript(ofBuilt[verb], args);
    }
    case 'install':
      return 0;
    case 'e2e':
      return typescript('e2e/run.ts', args);
    case 'fuzz':
      return typescript('test/fuzz/run.ts', args);
    case 'test': {
      // Before jest starts: it would show none of the progress of a build that takes minutes.
      const ready = await typescript('src/stack/install.ts', []);
      if (ready !== 0) return ready;
      return runTests(root, args);
    }
    default:
      console.error(
        'Use: node bin/bootstrap.mjs demo|start|test|bench|bench:memory|bench:request|bench:lists|abuse|faults|fuzz|e2e|install [arguments]',
      );
      return 2;
  }
}

process.exitCode = await main();
