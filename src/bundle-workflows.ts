/**
 * `node dist/src/bundle-workflows.js`, the last step of `npm run build`: the workflows' bundle beside the compiled sources,
 * where a worker looks for it first. Made by each worker at its start it would take seconds and some 90 MB of the worker's
 * memory, which the bundler doesn't give back (docs/bench.md).
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';

bundleWorkflowCode({ workflowsPath: require.resolve('../workflows') }).then(
  ({ code }) => writeFileSync(join(__dirname, '..', 'workflow-bundle.js'), code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
