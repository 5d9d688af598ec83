import { Command, InvalidArgumentError } from 'commander';
import type { Page, SyncEvent, SyncEventDetail } from '../client/answers';
import { clientOf, countOf, wantsJson, withApiOptions } from '../client/command-context';
import { confirm, yesOption } from '../client/confirm';
import { exitCodes } from '../client/exit-codes';
import { plainTable, print, printJson, tell } from '../client/terminal';

/**
 * `resync sync-event list | show | create`: what the state changed in its own fields, carried down
 * to a district.
 */
export function syncEventCommand(): Command {
  return new Command('sync-event')
    .description('send state-owned values down to a district, and see the outcome')
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(createCommand());
}

const pathOf = (district: string): string => `/districts/${encodeURIComponent(district)}/sync-events`;

function listCommand(): Command {
  return withApiOptions(new Command('list'))
    .description('list the events of a district, newest first')
    .argument('<district>', 'the district')
    .option('--object <name>', 'only of this object')
    .option('--limit <count>', 'at most this many, up to 500', countOf, 20)
    .action(async (district: string, options: { object?: string; limit: number }, command: Command) => {
      const { object, limit } = options;
      const { items } = await clientOf(command).get<Page<SyncEvent>>(pathOf(district), { limit, object });
      if (wantsJson(command)) return printJson(items);
      const rows = items.map((event) => [
        event.syncEventId,
        event.object,
        event.status,
        `${event.assigned}`,
        `${event.carried}`,
        `${event.unchanged}`,
        `${event.failed}`,
        event.requestedAt,
      ]);
      print(
        plainTable(
          ['Event', 'Object', 'Status', 'Assigned', 'Carried', 'Unchanged', 'Failed', 'Asked'],
          rows,
        ),
      );
    });
}

function showCommand(): Command {
  return withApiOptions(new Command('show'))
    .description('show an event and the records that did not get its values')
    .argument('<district>', 'the district')
    .argument('<event>', 'its id')
    .action(async (district: string, id: string, _options: object, command: Command) => {
      const event = await clientOf(command).get<SyncEventDetail>(
        `${pathOf(district)}/${encodeURIComponent(id)}`,
      );
      if (event.status === 'failed') process.exitCode = exitCodes.notFinished;
      if (wantsJson(command)) return printJson(event);
      print(
        `${event.object}, ${event.status}: ${event.assigned} assigned, ${event.carried} carried, ` +
          `${event.unchanged} unchanged, ${event.failed} failed`,
      );
      if (event.message !== null) print(event.message);
      const rows = event.errors.map(({ key, code, message }) => [key.join(', '), code, message]);
      if (rows.length > 0) print(plainTable(['Record', 'Code', 'Why'], rows));
    });
}

interface CreateOptions {
  readonly key?: string[][];
  readonly yes?: true;
}

function createCommand(): Command {
  return withApiOptions(new Command('create'))
    .description('send the state’s values of an object down (state only)')
    .argument('<district>', 'the district')
    .argument('<object>', 'the object')
    .option('--key <key>', 'a record’s key, as 17 or JSON ["17","2"]; may be repeated', keysOf)
    .option(...yesOption)
    .action(async (district: string, object: string, options: CreateOptions, command: Command) => {
      const { key } = options;
      const which = key === undefined ? 'all records that differ' : `${key.length} record(s)`;
      await confirm(() => `Write the state’s values of ${object} to ${district}, in ${which}`, {
        yes: options.yes === true,
        command,
      });
      const event = await clientOf(command).post<SyncEvent>(pathOf(district), {
        object,
        ...(key === undefined ? {} : { keys: key }),
      });
      if (wantsJson(command)) return printJson(event);
      print(event.syncEventId);
      tell(`"resync sync-event show ${district} ${event.syncEventId}" shows its outcome.`);
    });
}

/** Commander parser: plain text for a key of one column, JSON for any. */
function keysOf(text: string, before: string[][] = []): string[][] {
  if (!text.startsWith('[')) return [...before, [text]];
  try {
    return [...before, (JSON.parse(text) as unknown[]).map(String)];
  } catch {
    throw new InvalidArgumentError('Give a key as 17, or as JSON ["17","2"].');
  }
}
