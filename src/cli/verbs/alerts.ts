import { Command } from 'commander';
import type { Alert, Page } from '../client/answers';
import { clientOf, countOf, wantsJson, withApiOptions } from '../client/command-context';
import { CommandFailure, exitCodes } from '../client/exit-codes';
import { daysOfDistricts } from '../client/district-days';
import { plainTable, print, printJson, tell } from '../client/terminal';

/** `resync alert list | read | delete`: the Process Alerts of whoever the token is. */
export function alertCommand(name = 'alert'): Command {
  return new Command(name)
    .description('list, read and delete your Process Alerts')
    .addCommand(listCommand(), { isDefault: true })
    .addCommand(readCommand())
    .addCommand(deleteCommand());
}

interface ListOptions {
  readonly from?: string;
  readonly to?: string;
  readonly unread?: true;
  readonly district?: string;
  readonly process?: string;
  readonly find?: string;
  readonly limit: number;
}

function listCommand(): Command {
  return withApiOptions(new Command('list'))
    .description('list them, newest first')
    .option('--from <date>', 'posted on this day or later, by the district’s clocks')
    .option('--to <date>', 'posted on this day or earlier')
    .option('--unread', 'only those not read yet')
    .option('--district <id>', 'only of this district')
    .option('--process <name>', 'only of this process, e.g. "Vertical Interoperability"')
    .option('--find <text>', 'only with this text in the name or the message')
    .option('--limit <count>', 'at most this many, up to 500', countOf, 50)
    .action(async ({ from, to, unread, district, process, find, limit }: ListOptions, command: Command) => {
      const query = { limit, from, to, unread, district, category: process, q: find };
      const client = clientOf(command);
      const { items } = await client.get<Page<Alert>>('/alerts', query);
      if (wantsJson(command)) return printJson(items);
      const dayOf = await daysOfDistricts(client);
      const rows = items.map((alert) => [
        `${alert.alertId}`,
        alert.closedAt === null ? (alert.read ? '' : 'new') : 'settled',
        alert.category,
        alert.name,
        alert.districtId ?? '',
        dayOf(alert.districtId, alert.postedAt),
        alert.dueAt === null ? '' : dayOf(alert.districtId, alert.dueAt),
      ]);
      print(plainTable(['Alert', '', 'Process', 'Name', 'District', 'Posted', 'Due'], rows));
    });
}

function readCommand(): Command {
  return withApiOptions(new Command('read'))
    .description('show an alert and mark it as read, for you')
    .argument('<alert>', 'its number', countOf)
    .action(async (id: number, _options: object, command: Command) => {
      const alert = await clientOf(command).post<Alert>(`/alerts/${id}/read`);
      if (wantsJson(command)) return printJson(alert);
      print(`${alert.category}: ${alert.name}\n${alert.text}`);
    });
}

function deleteCommand(): Command {
  return withApiOptions(new Command('delete'))
    .description('delete alerts, for you; others still see them')
    .argument('<alerts...>', 'their numbers', (text: string, before: number[] = []) => [
      ...before,
      countOf(text),
    ])
    .action(async (ids: number[], _options: object, command: Command) => {
      const { deleted } = await clientOf(command).post<{ deleted: number[] }>('/alerts/delete', { ids });
      if (wantsJson(command)) printJson({ deleted });
      else tell(`Deleted: ${deleted.join(', ') || 'none'}.`);
      const missing = ids.filter((id) => !deleted.includes(id));
      if (missing.length > 0)
        throw new CommandFailure(`There is no alert ${missing.join(', ')}.`, exitCodes.refused);
    });
}
