import { Command } from 'commander';
import { loadConfig, type Config } from '../../config';
import { openControl } from '../../control/database';
import { DistrictRegistry } from '../../features/registrations/registry';
import { checkProject, type Finding } from '../../stack/doctor';
import { findConfig } from './find-config';
import { developerStack, reportingStackErrors, unreachable } from './stack-verb';

/** `resync doctor`: one line a check with what to do; exit code 8 when one fails. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('check programs, both editions, the control database and Temporal')
    .option(
      '--config <file>',
      'configuration (default: RESYNC_CONFIG, resync.config.yaml, the local stack’s)',
    )
    .option('--dir <dir>', 'folder of the local stack', developerStack)
    .option('--json', 'as JSON')
    .action(({ config: file, dir, json }: { config?: string; dir: string; json?: true }) =>
      reportingStackErrors(async () => {
        const findings = await withRegistered(
          file === undefined ? findConfig(process.env, dir) : loadConfig({ file }),
          (config) => checkProject(config, { folder: dir }),
        );
        if (json) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
        else process.stdout.write(`${findings.map(lineOf).join('\n')}\n`);
        if (findings.some(({ level }) => level === 'fail')) process.exitCode = unreachable;
      }),
    );
}

/** With the districts that were registered, where the control database can be read. */
async function withRegistered<T>(config: Config, work: (config: Config) => Promise<T>): Promise<T> {
  const control = openControl(config.controlDatabaseUrl, { connections: 1 });
  const districts = new DistrictRegistry(config, control);
  try {
    // What keeps it from being read is told by the checks themselves.
    await districts.refresh().catch(() => undefined);
    return await work(districts.config);
  } finally {
    await control.destroy();
  }
}

function lineOf({ level, check, found, todo }: Finding): string {
  return `${level.padEnd(4)}  ${check}: ${found}${todo === null ? '' : `\n      → ${todo}`}`;
}
