/**
 * Bundles the workflows in a process of its own, into the file named or to standard output. `npm
 * run build` puts the bundle beside the compiled sources, where a worker looks for it first; from
 * sources the worker runs this at its start. In the worker itself the bundler would keep some 90 MB
 * that it doesn't give back (docs/bench.md).
 */
import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundleWorkflowCode, DefaultLogger, type WorkerOptions } from '@temporalio/worker';

const mostBytes = 64 * 1024 * 1024;

/**
 * The workflows for a worker: the bundle of the build, or one made now. @throws the bundler's error
 */
export async function bundledWorkflows(): Promise<Pick<WorkerOptions, 'workflowBundle'>> {
  const codePath = join(__dirname, '..', '..', 'workflow-bundle.js');
  if (existsSync(codePath)) return { workflowBundle: { codePath } };
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, __filename], {
    maxBuffer: mostBytes,
  });
  return { workflowBundle: { code: stdout } };
}

async function main(file: string | undefined): Promise<void> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: require.resolve('../../workflows'),
    logger: new DefaultLogger('WARN'),
  });
  if (file === undefined) process.stdout.write(code);
  else writeFileSync(file, code);
}

if (require.main === module) {
  main(process.argv[2]).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
