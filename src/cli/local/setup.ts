import { Command } from 'commander';
import { loadConfig } from '../../config';
import { prepareDatabases } from '../../stack/prepare-databases';
import { setUpTemporal } from '../../stack/set-up';
import { makeViewsOfRegions } from '../../region-views';
import { findConfig } from './find-config';
import { reportingStackErrors } from './stack-verb';

/**
 * `resync setup`: what a service of any configuration needs once, and after each new version. Typed
 * twice, it changes nothing.
 */
export function setupCommand(): Command {
  return new Command('setup')
    .description(
      'make the control database’s tables and Temporal’s search attributes, where they are missing, and the views of districts in a region',
    )
    .option(
      '--config <file>',
      'configuration (default: RESYNC_CONFIG, resync.config.yaml, the local stack’s)',
    )
    .action(({ config: file }: { config?: string }) =>
      reportingStackErrors(async () => {
        const config = file === undefined ? findConfig() : loadConfig({ file });
        await prepareDatabases({ control: config.controlDatabaseUrl });
        process.stdout.write('control database: its tables are those of this version\n');
        await makeViewsOfRegions(config, (line) => void process.stdout.write(`${line}\n`));
        const added = await setUpTemporal(config.temporal);
        const { address, namespace } = config.temporal;
        process.stdout.write(
          `Temporal at ${address}, namespace ${namespace}: ${added.length === 0 ? 'has every search attribute' : `added ${added.join(', ')}`}\n`,
        );
      }),
    );
}
