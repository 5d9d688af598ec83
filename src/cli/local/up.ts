import { Command } from 'commander';
import { startLocalStack } from '../../stack/local-stack';
import { runningServers } from '../../stack/stack';
import { developerStack, progress, reportingStackErrors } from './stack-verb';

/**
 * `resync up`: MariaDB for both editions, Temporal, databases migrated, configuration written.
 * Typed twice, it does nothing new.
 */
export function upCommand(): Command {
  return new Command('up')
    .description('start the local stack (two MariaDB servers, Temporal) and write its configuration')
    .option('--dir <dir>', 'folder of its data and logs', developerStack)
    .option('--buffer-pool-mb <mb>', 'InnoDB buffer pool of each MariaDB', (text) => Number(text), 256)
    .option('--json', 'as JSON')
    .action(({ dir, bufferPoolMb, json }: { dir: string; bufferPoolMb: number; json?: true }) =>
      reportingStackErrors(async () => {
        const { stack, configFile, config } = await startLocalStack({ dir, bufferPoolMb, progress });
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
