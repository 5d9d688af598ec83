import { Command } from 'commander';
import type { Page, Resync, ResyncHead, RunLog } from '../client/answers';
import { clientOf, countOf, schoolYearOption, wantsJson, withApiOptions } from '../client/command-context';
import { failOnOption, followToEnd, printEnd } from './send';
import type { FailOn } from '../client/exit-codes';
import { paint, plainTable, print, printJson } from '../client/terminal';

interface RunsOptions {
  readonly district?: string;
  readonly status?: string;
  readonly schoolYear?: number;
  readonly limit: number;
}

/** `resync runs`: the resyncs of a district, the newest first. */
export function runsCommand(name = 'runs'): Command {
  return withApiOptions(new Command(name))
    .description('list the resyncs of a district, newest first')
    .option('--district <id>', 'the district (default: the only one)')
    .option('--status <status>', 'only those in this status')
    .addOption(schoolYearOption('all'))
    .option('--limit <count>', 'at most this many, up to 500', countOf, 20)
    .action(async (options: RunsOptions, command: Command) => {
      const client = clientOf(command);
      const district = await client.district(options.district);
      const { status, schoolYear, limit } = options;
      const page = await client.get<Page<ResyncHead>>(`/districts/${encodeURIComponent(district)}/resyncs`, {
        limit,
        status,
        schoolYear,
      });
      if (wantsJson(command)) return printJson(page.items);
      const rows = page.items.map((head) => [
        head.resyncId,
        paint(head.color, head.status),
        head.objects === 'all' ? 'all' : `${head.objects?.length ?? '?'} objects`,
        head.scenario,
        head.requestedAt,
        head.requestedBy,
      ]);
      print(plainTable(['Resync', 'Status', 'Sends', 'Scenario', 'Requested', 'By'], rows));
    });
}

/** `resync show <id>`: one resync with its objects. */
export function showCommand(): Command {
  return withApiOptions(new Command('show'))
    .description('show a resync with the outcome of its objects')
    .argument('<resync>', 'id of the resync')
    .action(async (id: string, _options: object, command: Command) => {
      printEnd(await clientOf(command).get<Resync>(`/resyncs/${encodeURIComponent(id)}`), command);
    });
}

/** `resync log <id>`: what happened to it, and who did it. */
export function logCommand(): Command {
  return withApiOptions(new Command('log'))
    .description('show what happened to a resync: who asked, paused or cancelled it, what held it')
    .argument('<resync>', 'id of the resync')
    .action(async (id: string, _options: object, command: Command) => {
      const { items } = await clientOf(command).get<RunLog>(`/resyncs/${encodeURIComponent(id)}/log`);
      if (wantsJson(command)) return printJson(items);
      const rows = items.map(({ at, kind, object, by, heldUntil, retry, message }) => [
        ...[at, kind, object ?? '', by ?? 'the service', heldUntil ?? retry ?? message ?? ''],
      ]);
      print(plainTable(['At', 'What', 'Object', 'By', ''], rows));
    });
}

/** `resync watch <id>`: follows it to its end, with progress; `resync wait <id>`: without. */
export function watchCommand(): Command {
  return withApiOptions(new Command('watch'))
    .description('follow a resync to its end; the exit code is its color')
    .argument('<resync>', 'id of the resync')
    .addOption(failOnOption())
    .action((id: string, { failOn }: { failOn: FailOn }, command: Command) =>
      followToEnd(clientOf(command), id, { command, failOn }),
    );
}

/** `resync wait <id>`. */
export function waitCommand(): Command {
  return withApiOptions(new Command('wait'))
    .description('wait quietly for the end of a resync; the exit code is its color')
    .argument('<resync>', 'id of the resync')
    .addOption(failOnOption())
    .action((id: string, { failOn }: { failOn: FailOn }, command: Command) =>
      followToEnd(clientOf(command), id, { command, failOn, quiet: true }),
    );
}
