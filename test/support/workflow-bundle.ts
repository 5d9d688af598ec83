import { bundleWorkflowCode } from '@temporalio/worker';
import { madeOnce } from './made-once';

const quiet = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/** The workflows as the worker runs them, bundled once for all test files of a run. */
export async function workflowBundle(): Promise<{ codePath: string }> {
  const codePath = await madeOnce('workflows.js', ['workflows', 'src/domain'], async () => {
    const { code } = await bundleWorkflowCode({
      workflowsPath: require.resolve('../../workflows'),
      logger: quiet,
    });
    return code;
  });
  return { codePath };
}
