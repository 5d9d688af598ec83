import { join } from 'node:path';
import { Command } from 'commander';
import { startService } from '../../service';
import { startLocalStack } from '../../stack/local-stack';
import { runningServers, stopStack } from '../../stack/stack';
import { buildConsoleIfChanged, signInLink } from './console-link';
import { writeLocalAccess } from './local-access';
import { stopOnSignal } from './serve';
import { developerStack, progress, reportingStackErrors } from './stack-verb';

/**
 * `resync start` (`npm start`): stack, worker and API until Ctrl-C. A stack that ran before goes on
 * running.
 */
export function startCommand(): Command {
  return new Command('start')
    .description('run the local stack, a worker and the API')
    .option('--dir <dir>', 'folder of its data and logs', developerStack)
    .action(({ dir }: { dir: string }) =>
      reportingStackErrors(async () => {
        const ranBefore = Object.values(runningServers(dir)).every((pid) => pid !== null);
        const { config, configFile, stack } = await startLocalStack({ dir, progress });
        buildConsoleIfChanged();
        const service = await startService(config, { logFile: join(dir, 'logs', 'service.log') });
        // Before it says how it is stopped: whoever reads that may do so at once.
        stopOnSignal(service, async () => {
          if (!ranBefore) await stopStack(dir, progress);
        });
        const { controlDatabaseUrl } = config;
        const token = await writeLocalAccess({ dir, url: service.url, controlDatabaseUrl });
        const lines = [
          `Console       ${service.url}`,
          `Sign in       ${await signInLink(service.url, { token, controlDatabaseUrl })}`,
          '              (works once, within five minutes; "resync start" makes a new one)',
          `API           ${service.url}/api/v1`,
          `API docs      ${service.url}/api/docs`,
          `Temporal Web  ${stack.info.temporal.webUrl ?? '(of your own server)'}`,
          `Config        ${configFile}`,
          `Logs          ${join(dir, 'logs')}`,
          'Ctrl-C stops it.',
        ];
        process.stdout.write(`${lines.join('\n')}\n`);
      }),
    );
}
