import { Command } from 'commander';
import type { AuditEvent, Page } from '../client/answers';
import { clientOf, countOf, wantsJson, withApiOptions } from '../client/command-context';
import { plainTable, print, printJson } from '../client/terminal';

/** `resync audit list`, or `resync audit` alone. */
export function auditCommand(): Command {
  return new Command('audit')
    .description('who changed what, when and from where')
    .addCommand(listCommand(), { isDefault: true });
}

function listCommand(): Command {
  return withApiOptions(new Command('list'))
    .description('show who changed what, when and from where, newest first')
    .option('--principal <id>', 'only what this principal did')
    .option('--from <date>', 'on this day or later (2026-11-26), or from this time on')
    .option('--to <date>', 'on this day or earlier, or before this time')
    .option('--limit <count>', 'at most this many, up to 500', countOf, 50)
    .action(
      async (
        options: { principal?: string; from?: string; to?: string; limit: number },
        command: Command,
      ) => {
        const { principal, from, to, limit } = options;
        const query = { limit, principal, from, to };
        const page = await clientOf(command).get<Page<AuditEvent>>('/audit', query);
        if (wantsJson(command)) return printJson(page.items);
        const rows = page.items.map((event) => [
          event.happenedAt,
          `${event.principalName} (${event.principalId})`,
          event.address,
          String(event.status),
          `${event.action.split(' /')[0]} ${event.target}`,
        ]);
        print(plainTable(['When', 'Who', 'From', 'Status', 'What'], rows));
      },
    );
}
