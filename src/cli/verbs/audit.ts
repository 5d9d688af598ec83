import { Command, Option } from 'commander';
import type { AuditChain, AuditEvent, Page } from '../client/answers';
import { clientOf, countOf, wantsJson, withApiOptions } from '../client/command-context';
import { exitCodes } from '../client/exit-codes';
import { number, plainTable, print, printJson } from '../client/terminal';

/** `resync audit list`, or `resync audit` alone. */
export function auditCommand(): Command {
  return new Command('audit')
    .description('who changed what, when and from where')
    .addCommand(listCommand(), { isDefault: true })
    .addCommand(exportCommand())
    .addCommand(verifyCommand());
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

interface ExportOptions {
  readonly format: string;
  readonly principal?: string;
  readonly from?: string;
  readonly to?: string;
}

function exportCommand(): Command {
  return withApiOptions(new Command('export'))
    .description('print all events as CSV or NDJSON, newest first')
    .addOption(new Option('--format <format>', 'of the lines').choices(['csv', 'ndjson']).default('csv'))
    .option('--principal <id>', 'only what this principal did')
    .option('--from <date>', 'on this day or later (2026-11-26), or from this time on')
    .option('--to <date>', 'on this day or earlier, or before this time')
    .action(async ({ format, principal, from, to }: ExportOptions, command: Command) => {
      const query = { format, principal, from, to };
      print((await clientOf(command).getText('/audit', query)).trimEnd());
    });
}

function verifyCommand(): Command {
  return withApiOptions(new Command('verify'))
    .description('check that no event was changed, added or taken out, by the chain of their hashes')
    .option('--expect <hash>', 'a head that was kept elsewhere: it has to be part of the chain')
    .action(async ({ expect }: { expect?: string }, command: Command) => {
      const chain = await clientOf(command).get<AuditChain>('/audit/chain', { expect });
      const holds = chain.brokenAt === null && chain.hasExpected !== false;
      if (!holds) process.exitCode = exitCodes.red;
      if (wantsJson(command)) return printJson(chain);
      print(`${number(chain.events)} events, head ${chain.head}`);
      if (chain.brokenAt !== null) print(`Event ${chain.brokenAt} does not follow the one before it.`);
      if (chain.hasExpected === false)
        print(
          chain.anchor === null
            ? 'The expected hash is not part of the chain.'
            : `The expected hash is not part of the chain, or of an event before ${chain.anchor.anchoredAt}, when ${chain.anchor.events} old events had been removed.`,
        );
      if (holds) print('Every event follows the one before it.');
    });
}
