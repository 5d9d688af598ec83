import { Command } from 'commander';
import { startLocalStack } from '../../stack/local-stack';
import type { ServerKinds } from '../../stack/server-kind';
import { runningServers } from '../../stack/stack';
import { developerStack, progress, reportingStackErrors, serverOption } from './stack-verb';

interface UpOptions {
  readonly dir: string;
  readonly server?: ServerKinds;
  readonly bufferPoolMb: number;
  readonly json?: true;
}

/**
 * `resync up`: database servers for both editions, Temporal, databases migrated, configuration
 * written. Typed twice, it does nothing new.
 */
export function upCommand(): Command {
  return new Command('up')
    .description('start the local stack (two database servers, Temporal) and write its configuration')
    .option('--dir <dir>', 'folder of its data and logs', developerStack)
    .addOption(serverOption())
    .option(
      '--buffer-pool-mb <mb>',
      'InnoDB buffer pool of each database server',
      (text) => Number(text),
      256,
    )
    .option('--json', 'as JSON')
    .action(({ dir, server, bufferPoolMb, json }: UpOptions) =>
      reportingStackErrors(async () => {
        const { stack, configFile, config } = await startLocalStack({
          ...{ dir, bufferPoolMb, progress },
          ...(server === undefined ? {} : { servers: server }),
        });
        const shown = {
          configFile,
          district: stack.info.district,
          state: stack.info.state,
          temporal: stack.info.temporal,
          pids: runningServers(dir),
        };
        if (json) {
          process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
          return;
        }
        const lines = [
          `district  ${stack.info.district.host}:${stack.info.district.port}`,
          `state     ${stack.info.state.host}:${stack.info.state.port}   (with the control database)`,
          `temporal  ${stack.info.temporal.address}   ${stack.info.temporal.webUrl ?? ''}`,
          `config    ${configFile}   (districts: ${config.districts.map(({ id }) => id).join(', ')})`,
        ];
        process.stdout.write(`${lines.join('\n')}\n`);
      }),
    );
}
