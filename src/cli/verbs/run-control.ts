import { Command } from 'commander';
import { clientOf, wantsJson, withApiOptions } from '../client/command-context';
import type { Resync } from '../client/answers';
import { headline } from '../client/outcome-table';
import { print, printJson } from '../client/terminal';

/** `resync pause <id>`. */
export function pauseCommand(): Command {
  return controlCommand('pause', 'finish the ranges in progress and start no new ones');
}

/** `resync resume <id>`. */
export function resumeCommand(): Command {
  return controlCommand('resume', 'continue a paused resync');
}

/** `resync cancel <id> [--object <name>]`. */
export function cancelCommand(): Command {
  return controlCommand('cancel', 'stop a resync, or one of its objects; what is committed stays').option(
    '--object <name>',
    'only this object; what depends on it is skipped',
  );
}

function controlCommand(action: 'pause' | 'resume' | 'cancel', description: string): Command {
  return withApiOptions(new Command(action))
    .description(description)
    .argument('<resync>', 'id of the resync')
    .action(async (id: string, { object }: { object?: string }, command: Command) => {
      const base = `/resyncs/${encodeURIComponent(id)}`;
      const path = object === undefined ? base : `${base}/objects/${encodeURIComponent(object)}`;
      const resync = await clientOf(command).post<Resync>(`${path}/${action}`);
      if (wantsJson(command)) printJson(resync);
      else print(headline(resync));
    });
}
