import { Command } from 'commander';
import { type DistrictAction, districtActions } from '../../domain/district-action';
import type {
  DistrictActionAccepted,
  DistrictActionHead,
  DistrictActionPreview,
  DistrictActionView,
} from '../client/answers';
import { clientOf, countOf, namesOf, wantsJson, withApiOptions } from '../client/command-context';
import { confirm, yesOption } from '../client/confirm';
import { CommandFailure, exitCodes } from '../client/exit-codes';
import { number, plainTable, print, printJson, tell } from '../client/terminal';

interface ActionOptions {
  readonly districts?: string[];
  readonly allDistricts?: true;
  readonly preview?: true;
  readonly yes?: true;
  readonly idempotencyKey?: string;
  readonly objects?: string[];
  readonly checkDependencies?: boolean;
  readonly outcome?: string[];
  readonly name?: string;
  readonly reportingDate?: string;
  readonly reason?: string;
}

/** What is said of an action that isn't said of all. */
interface Verb {
  readonly what: string;
  readonly withOptions?: (command: Command) => Command;
  /** What decides on what would be done. */
  readonly shownBy?: (options: ActionOptions) => object;
  /** What is said beside it. */
  readonly saidBy?: (options: ActionOptions) => object;
}

const verbs: Readonly<Record<DistrictAction, Verb>> = {
  verify: {
    what: 'compare many districts with the state; nothing is written at either',
    withOptions: (command) =>
      command
        .option('--objects <names>', 'objects, separated by commas; default: all', namesOf)
        .option('--no-check-dependencies', 'only these objects, without what they depend on'),
    shownBy: ({ objects, checkDependencies }) => ({ objects: objects ?? 'all', checkDependencies }),
  },
  certify: {
    what: 'certify what the state holds of many districts at a reporting date',
    withOptions: (command) =>
      command
        .requiredOption('--reporting-date <day>', 'the date the state reports for, e.g. 2026-10-01')
        .requiredOption('--name <text>', 'what it is called, e.g. "Fall membership count"'),
    saidBy: ({ reportingDate, name }) => ({ reportingDate, name }),
  },
  accept: {
    what: 'accept the newest full resync of many districts, so that their year may be ended',
    withOptions: (command) => command.requiredOption('--reason <text>', 'why; it is kept'),
    saidBy: ({ reason }) => ({ reason }),
  },
  remind: { what: 'remind districts of mandatory resyncs that are due, once a day' },
  retry: {
    what: 'send the stored errors of the newest resync of many districts again',
    withOptions: (command) =>
      command.option(
        '--outcome <names>',
        'only errors of these outcomes: excluded, blocked, failed',
        namesOf,
      ),
    shownBy: ({ outcome }) => (outcome === undefined ? {} : { outcomes: outcome }),
  },
  cancel: { what: 'cancel what runs and what waits in many districts' },
};

/** `resync district verify | certify | accept | remind | retry | cancel`, of many at once. */
export function districtActionCommands(): Command[] {
  return districtActions.map((action) => {
    const { what, withOptions = (command: Command) => command } = verbs[action];
    return withOptions(withApiOptions(new Command(action)).description(`${what} (state only)`))
      .option('--districts <ids>', 'districts, separated by commas', namesOf)
      .option('--all-districts', 'every district in which there is something to do')
      .option('--preview', 'only show what would be done, and where not and why')
      .option(...yesOption)
      .option('--idempotency-key <key>', 'the same key gives the first one back')
      .action((options: ActionOptions, command: Command) => run(action, options, command));
  });
}

/** `resync district actions [id]`: what was done to many districts in one call. */
export function districtActionsCommand(): Command {
  return withApiOptions(new Command('actions'))
    .description('list what was done to many districts in one call, or show what came of one (state only)')
    .argument('[action]', 'id of one')
    .option('--limit <count>', 'at most this many', countOf, 20)
    .action(async (id: string | undefined, { limit }: { limit: number }, command: Command) => {
      const client = clientOf(command);
      if (id !== undefined)
        return showDone(
          await client.get<DistrictActionView>(`/district-actions/${encodeURIComponent(id)}`),
          command,
        );
      const { items, more } = await client.collect<DistrictActionHead>('/district-actions', {}, limit);
      if (wantsJson(command)) return printJson(items);
      const rows = items.map(({ districtActionId, action, requestedAt, requestedBy, status, counts }) => [
        ...[districtActionId, action, requestedAt, requestedBy, status, describe(counts)],
      ]);
      print(plainTable(['Id', 'Action', 'Asked', 'By', 'Status', 'Districts'], rows));
      if (more) print('… and more; --limit shows them.');
    });
}

async function run(action: DistrictAction, options: ActionOptions, command: Command): Promise<void> {
  const { districts, allDistricts, idempotencyKey } = options;
  if ((districts === undefined) === (allDistricts === undefined))
    throw new CommandFailure('Give --districts A,B or --all-districts.', exitCodes.usage);
  const client = clientOf(command);
  const { shownBy = () => ({}), saidBy = () => ({}) } = verbs[action];
  const shown = { action, districts: districts ?? 'all', ...shownBy(options) };
  const preview = await client.post<DistrictActionPreview>('/district-actions/preview', shown);
  if (options.preview) return show(preview, command);
  const question = `${action} ${number(preview.districts)} district(s), and leave out ${number(preview.refused)}`;
  await confirm(() => question, { yes: options.yes === true, command });
  const { previewHash } = preview;
  const { districtActionId } = await client.post<DistrictActionAccepted>(
    '/district-actions',
    { ...shown, ...saidBy(options), previewHash },
    { idempotencyKey },
  );
  const done = await client.waitFor<DistrictActionView>(`/district-actions/${districtActionId}`, {
    goesOn: `It goes on. To see what came of it: resync district actions ${districtActionId}`,
    ended: ({ status }) => status !== 'accepted',
    line: ({ counts }) => (counts.waiting === 0 ? null : `${number(counts.waiting)} to go`),
  });
  if (done.counts.failed > 0) process.exitCode = exitCodes.notFinished;
  showDone(done, command);
}

function showDone(done: DistrictActionView, command: Command): void {
  if (wantsJson(command)) return printJson(done);
  const rows = done.items.map(({ districtId, status, startedId, resyncId, message }) => [
    ...[districtId, status, startedId ?? resyncId ?? '', message ?? ''],
  ]);
  print(plainTable(['District', 'Status', 'What', 'Why not'], rows));
  tell(describe(done.counts));
}

function show(preview: DistrictActionPreview, command: Command): void {
  if (wantsJson(command)) return printJson(preview);
  const rows = preview.items.map(({ districtId, resyncId, note, whyNot }) => [
    ...[districtId, whyNot === null ? 'yes' : 'no', resyncId ?? '', whyNot ?? note ?? ''],
  ]);
  print(plainTable(['District', 'Done', 'What', ''], rows));
  tell(
    `${number(preview.count)} in ${number(preview.districts)} district(s), not in ${number(preview.refused)}.`,
  );
}

function describe({ done, refused, failed }: DistrictActionView['counts']): string {
  return `${number(done)} done, ${number(refused)} refused, ${number(failed)} failed.`;
}
