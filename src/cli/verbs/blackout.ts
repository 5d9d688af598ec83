import { Command } from 'commander';
import type { BlackoutRule } from '../../domain/blackout';
import type { Blackout, HeldWindow, Items } from '../client/answers';
import { clientOf, namesOf, wantsJson, withApiOptions } from '../client/command-context';
import { plainTable, print, printJson } from '../client/terminal';

interface CreateOptions {
  readonly district?: string;
  readonly days?: string[];
  readonly from: string;
  readonly to: string;
  readonly timezone?: string;
  readonly note?: string;
}

/** `resync blackout list | create | delete`: windows in which no resync of a district moves. */
export function blackoutCommand(): Command {
  return new Command('blackout')
    .description('windows in which no resync of a district runs')
    .addCommand(listCommand())
    .addCommand(createCommand('create'))
    .addCommand(deleteCommand('delete'))
    .addCommand(createCommand('add'), { hidden: true })
    .addCommand(deleteCommand('remove'), { hidden: true });
}

function listCommand(): Command {
  return districtCommand('list', 'list the windows, and the next one').action(
    async ({ district: named }: { district?: string }, command: Command) => {
      const client = clientOf(command);
      const district = await client.district(named);
      const answer = await client.get<Items<Blackout> & { next: HeldWindow | null }>(pathOf(district));
      if (wantsJson(command)) return printJson(answer);
      const rows = answer.items.map(({ blackoutId, setBy, rule, note }) => [
        blackoutId,
        setBy,
        describe(rule),
        note ?? '',
      ]);
      print(plainTable(['Window', 'Set by', 'When', 'Note'], rows));
      if (answer.next) print(`Next: ${answer.next.startsAt} to ${answer.next.endsAt}`);
    },
  );
}

function createCommand(name: string): Command {
  return districtCommand(name, 'set a window: weekly with --days, once without')
    .option('--days <days>', 'mon,tue,wed,thu,fri,sat,sun: weekly, on these days', namesOf)
    .requiredOption('--from <time>', 'local time HH:mm; without --days an instant, e.g. 2027-06-30T18:00Z')
    .requiredOption('--to <time>', 'as --from; a local time at or before it is on the next day')
    .option('--timezone <zone>', 'IANA time zone of the local times (default: the district’s)')
    .option('--note <text>', 'why')
    .action(async (options: CreateOptions, command: Command) => {
      const client = clientOf(command);
      const district = await client.district(options.district);
      const added = await client.post<Blackout>(pathOf(district), {
        rule: ruleOf(options),
        ...(options.note === undefined ? {} : { note: options.note }),
      });
      if (wantsJson(command)) printJson(added);
      else print(`${added.blackoutId}: ${describe(added.rule)}`);
    });
}

function deleteCommand(name: string): Command {
  return districtCommand(name, 'delete a window; the runs it held continue')
    .argument('<window>', 'id of the window')
    .action(async (id: string, { district: named }: { district?: string }, command: Command) => {
      const client = clientOf(command);
      const district = await client.district(named);
      const removed = await client.delete<Blackout>(`${pathOf(district)}/${encodeURIComponent(id)}`);
      if (wantsJson(command)) printJson(removed);
      else print(`Removed ${removed.blackoutId}: ${describe(removed.rule)}`);
    });
}

function districtCommand(name: string, description: string): Command {
  return withApiOptions(new Command(name))
    .description(description)
    .option('--district <id>', 'the district (default: the only one)');
}

function pathOf(district: string): string {
  return `/districts/${encodeURIComponent(district)}/blackouts`;
}

/** As the API takes it: without a zone the times are by the district's clocks. */
function ruleOf({ days, from, to, timezone }: CreateOptions): object {
  if (days === undefined) return { kind: 'dated', startsAt: from, endsAt: to };
  return { kind: 'weekly', days, from, to, ...(timezone === undefined ? {} : { timezone }) };
}

function describe(rule: BlackoutRule): string {
  if (rule.kind === 'dated') return `${rule.startsAt} to ${rule.endsAt}`;
  return `${rule.days.join(',')} ${rule.from} to ${rule.to} ${rule.timezone}`;
}
