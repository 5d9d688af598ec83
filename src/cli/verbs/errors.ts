import { Command, Option } from 'commander';
import type { Cause, Items, RecordError, Resync } from '../client/answers';
import { clientOf, countOf, wantsJson, withApiOptions } from '../client/command-context';
import { remarkLines } from '../client/outcome-table';
import { number, plainTable, print, printJson } from '../client/terminal';

/** `resync errors <id>`: the records that did not reach the state. */
export function errorsCommand(): Command {
  return withApiOptions(new Command('errors'))
    .description('list the records that did not reach the state, and why')
    .argument('<resync>', 'id of the resync')
    .option('--object <name>', 'only of this object')
    .addOption(new Option('--outcome <outcome>').choices(['excluded', 'blocked', 'failed']))
    .option('--code <code>', 'only with this code')
    .option('--limit <count>', 'at most this many', countOf, 100)
    .action(
      async (
        id: string,
        options: { object?: string; outcome?: string; code?: string; limit: number },
        command: Command,
      ) => {
        const { limit, object, outcome, code } = options;
        const { items: errors, more } = await clientOf(command).collect<RecordError>(
          `/resyncs/${encodeURIComponent(id)}/errors`,
          { object, outcome, code },
          limit,
        );
        if (wantsJson(command)) return printJson(errors);
        const rows = errors.map((error) => [
          error.object,
          error.key.join(' / '),
          error.outcome,
          error.code,
          error.parent ? `${error.parent.object} ${error.parent.key.join(' / ')}` : (error.field ?? ''),
          error.message,
        ]);
        print(plainTable(['Object', 'Key', 'Outcome', 'Code', 'Parent or field', 'Message'], rows));
        if (more) print('… and more; --limit shows them.');
        for (const line of await failedObjects(command, id, object)) print(line);
      },
    );
}

/** Objects that failed as a whole have no record to list: why they did stands below the records. */
async function failedObjects(command: Command, id: string, only: string | undefined): Promise<string[]> {
  const { objectResults } = await clientOf(command).get<Resync>(`/resyncs/${encodeURIComponent(id)}`);
  const failed = (objectResults ?? []).filter(
    ({ object, status }) => status === 'failed' && (only === undefined || object === only),
  );
  return remarkLines(failed);
}

/** `resync causes <id>`: errors grouped by the record they go back to. */
export function causesCommand(): Command {
  return withApiOptions(new Command('causes'))
    .description('group the errors by the records they go back to')
    .argument('<resync>', 'id of the resync')
    .action(async (id: string, _options: object, command: Command) => {
      const { items } = await clientOf(command).get<Items<Cause>>(
        `/resyncs/${encodeURIComponent(id)}/causes`,
      );
      if (wantsJson(command)) return printJson(items);
      for (const cause of items) print(causeText(cause));
    });
}

/** "132 errors go back to 11 excluded Calendar records (CODE)", then the objects. */
function causeText({ object, outcome, code, message, records, errors, objects }: Cause): string {
  const from = objects.map((part) => `${number(part.errors)} ${part.object}`).join(', ');
  return (
    `${number(errors)} errors go back to ${number(records)} ${outcome} ${object} ${records === 1 ? 'record' : 'records'} (${code})\n` +
    `  ${from}\n${message === null ? '' : `  ${message}\n`}`
  );
}
