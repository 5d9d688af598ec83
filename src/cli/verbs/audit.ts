import { Command } from 'commander';
import type { AuditEvent } from '../../features/access/audit-store';
import { clientOf, countOf, print, printJson, wantsJson, withApiOptions } from '../client/command-context';
import { plainTable } from '../client/outcome-table';

/** `resync audit`: who changed what, when and from where, the newest first. */
export function auditCommand(): Command {
  return withApiOptions(new Command('audit'))
    .description('show who changed what, when and from where, the newest first')
    .option('--principal <id>', 'only what this principal did')
    .option('--from <date>', 'on this day or later (2026-11-26), or from this time on')
    .option('--to <date>', 'on this day or earlier, or before this time')
    .option('--limit <count>', 'at most this many, up to 500', countOf, 50)
    .action(
      async (
        options: { principal?: string; from?: string; to?: string; limit: number },
        command: Command,
      ) => {
        const query = new URLSearchParams({ limit: String(options.limit) });
        for (const name of ['principal', 'from', 'to'] as const) {
          const value = options[name];
          if (value !== undefined) query.set(name, value);
        }
        const page = await clientOf(command).get<{ items: AuditEvent[] }>(`/audit?${query.toString()}`);
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
