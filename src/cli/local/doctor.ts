import { Command } from 'commander';
import { loadConfig, type Config } from '../../config';
import { checkProject, type Finding } from '../../stack/doctor';
import { localConfigFile } from '../../stack/local-config';
import { developerStack, reportingStackErrors, unreachable } from './stack-verb';
import { existsSync } from 'node:fs';

/** `resync doctor`: one line a check with what to do; exit code 8 when one fails. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('check programs, both editions, the control database and Temporal')
    .option(
      '--config <file>',
      'configuration (default: RESYNC_CONFIG, the local stack’s, resync.config.yaml)',
    )
    .option('--dir <dir>', 'folder of the local stack', developerStack)
    .option('--json', 'as JSON')
    .action(({ config: file, dir, json }: { config?: string; dir: string; json?: true }) =>
      reportingStackErrors(async () => {
        const findings = await checkProject(readConfig(file, dir), { folder: dir });
        if (json) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
        else process.stdout.write(`${findings.map(lineOf).join('\n')}\n`);
        if (findings.some(({ level }) => level === 'fail')) process.exitCode = unreachable;
      }),
    );
}

function readConfig(file: string | undefined, dir: string): Config {
  const local = localConfigFile(dir);
  if (file !== undefined) return loadConfig({ file });
  return loadConfig(process.env['RESYNC_CONFIG'] === undefined && existsSync(local) ? { file: local } : {});
}

function lineOf({ level, check, found, todo }: Finding): string {
  return `${level.padEnd(4)}  ${check}: ${found}${todo === null ? '' : `\n      → ${todo}`}`;
}
