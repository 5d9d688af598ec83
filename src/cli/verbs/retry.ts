import { Command } from 'commander';
import { clientOf, namesOf, wantsJson, withApiOptions } from '../client/command-context';
import type { FailOn } from '../client/exit-codes';
import { confirm, yesOption } from '../client/confirm';
import { failOnOption, followToEnd } from './send';
import type { RetryAccepted } from '../client/answers';
import { print, printJson, tell } from '../client/terminal';

interface RetryOptions {
  readonly outcome?: string[];
  readonly object?: string[];
  readonly code?: string[];
  readonly wait: boolean;
  readonly yes?: true;
  readonly failOn: FailOn;
  readonly idempotencyKey?: string;
}

/**
 * `resync retry <id>`: sends the records with a stored error again and, unless --no-wait, follows
 * that to its end.
 */
export function retryCommand(): Command {
  return withApiOptions(new Command('retry'))
    .description('send only the records with a stored error again, parents first')
    .argument('<resync>', 'id of the resync that had the errors')
    .option('--outcome <names>', 'only errors of these outcomes: excluded, blocked, failed', namesOf)
    .option('--object <names>', 'only errors of these objects', namesOf)
    .option('--code <codes>', 'only errors with these codes', namesOf)
    .option('--no-wait', 'return as soon as it is accepted')
    .option(...yesOption)
    .option('--idempotency-key <key>', 'the same key gives the first retry back')
    .addOption(failOnOption())
    .action(async (id: string, options: RetryOptions, command: Command) => {
      const client = clientOf(command);
      const { outcome, object, code, idempotencyKey } = options;
      const named = [...(object ?? []), ...(outcome ?? []), ...(code ?? [])];
      const which = named.length === 0 ? '' : ` (${named.join(', ')})`;
      const question = () => `Send the records with an error${which} of resync ${id} to the state again`;
      await confirm(question, { yes: options.yes === true, command });
      const accepted = await client.post<RetryAccepted>(
        `/resyncs/${encodeURIComponent(id)}/retry`,
        { outcomes: outcome, objects: object, codes: code },
        { idempotencyKey },
      );
      tell(
        `Sends again: ${accepted.selected.map(({ object, records }) => `${records} ${object}`).join(', ')}.`,
      );
      for (const { object, records, why } of accepted.omitted)
        tell(`Left out: ${records} ${object} (${why})`);
      if (options.wait) {
        await followToEnd(client, accepted.resyncId, { command, failOn: options.failOn });
        return;
      }
      if (wantsJson(command)) printJson(accepted);
      else print(accepted.resyncId);
    });
}
