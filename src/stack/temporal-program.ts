/** The `temporal` program: found, downloaded or built, and kept in the user's cache folder. */
import { copyFileSync, chmodSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from './cache-folder';
import { findProgram, isExecutable, runLogged, type Progress } from './commands';
import { StackError } from './stack-error';

/** Newest tag whose go.mod has no replace directives, which `go install` refuses. */
const goModule = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';
/**
 * Where the SDK downloads the program from; without a network it fails at once, behind a slow proxy
 * it must not hang.
 */
const downloadWithinMs = 90_000;

/**
 * TEMPORAL_CLI, PATH, our cache, Go's own bin folder; null when it is nowhere. @throws StackError
 * when TEMPORAL_CLI is wrong
 */
export function findTemporal(env: NodeJS.ProcessEnv = process.env): string | null {
  const named = env['TEMPORAL_CLI'];
  if (named) {
    if (!isExecutable(named)) throw new StackError(`TEMPORAL_CLI is ${named}, which can't be executed.`);
    return named;
  }
  return findProgram(['temporal'], [cacheFolder(), join(homedir(), 'go', 'bin')]);
}

/**
 * Finds the program; else lets the SDK download it; else builds it with Go (about 3 minutes).
 * @throws StackError that says what to install when all three fail
 */
export async function ensureTemporal({
  logs,
  progress,
}: {
  logs: string;
  progress: Progress;
}): Promise<string> {
  const found = findTemporal();
  if (found !== null) return found;
  mkdirSync(cacheFolder(), { recursive: true });
  mkdirSync(logs, { recursive: true });
  const logFile = join(logs, 'install-temporal.log');
  const program = join(cacheFolder(), 'temporal');
  progress('Temporal is not on this machine: trying the SDK’s own download.');
  if (await download(program, { logFile, progress })) return program;
  const go = findProgram(['go'], ['/usr/local/go/bin']);
  if (go === null) {
    throw new StackError(
      'The "temporal" program was not found and can be neither downloaded nor built. Install it (https://docs.temporal.io/cli) or Go 1.23 or newer, or set TEMPORAL_CLI to the program or TEMPORAL_ADDRESS to a running server.',
    );
  }
  progress('Not available here. Building Temporal with Go, once for this machine (about 3 minutes).');
  const built = await runLogged(go, ['install', goModule], {
    logFile,
    label: '  building Temporal',
    progress,
    env: { ...process.env, GOBIN: cacheFolder() },
  });
  if (!built || !isExecutable(program)) {
    throw new StackError(
      `Temporal could not be built; ${logFile} says why. TEMPORAL_CLI may name the program.`,
    );
  }
  return program;
}

/** In a process of its own: the SDK's native code can't be interrupted, a process can. */
async function download(
  program: string,
  { logFile, progress }: { logFile: string; progress: Progress },
): Promise<boolean> {
  const folder = join(cacheFolder(), 'download');
  mkdirSync(folder, { recursive: true });
  const script = `
    const { TestWorkflowEnvironment } = require('@temporalio/testing');
    TestWorkflowEnvironment.createLocal({ server: { executable: { type: 'cached-download', downloadDir: ${JSON.stringify(folder)} } } })
      .then((environment) => environment.teardown())
      .then(() => process.exit(0), () => process.exit(1));`;
  const done = await runLogged(process.execPath, ['-e', script], {
    logFile,
    label: '  downloading Temporal',
    progress,
    timeoutMs: downloadWithinMs,
    cwd: join(__dirname, '..', '..'),
  });
  const file = readdirSync(folder).find(
    (name) => name.startsWith('temporal') && isExecutable(join(folder, name)),
  );
  if (!done || file === undefined) return false;
  const half = `${program}.${process.pid}`;
  copyFileSync(join(folder, file), half);
  chmodSync(half, 0o755);
  renameSync(half, program);
  return true;
}
