import { Command } from 'commander';
import { stopStack } from '../../stack/stack';
import { developerStack, progress, reportingStackErrors } from './stack-verb';

/**
 * `resync down`: stops the servers of this folder's stack, also after a start that was killed; the
 * data stays.
 */
export function downCommand(): Command {
  return new Command('down')
    .description('stop the local stack; its data stays')
    .option('--dir <dir>', 'folder of its data and logs', developerStack)
    .action(({ dir }: { dir: string }) =>
      reportingStackErrors(async () => {
        const stopped = await stopStack(dir, progress);
        progress(stopped === 0 ? 'Nothing was running.' : `Stopped ${stopped} servers.`);
      }),
    );
}
