import { Command, Option } from 'commander';
import type { Removal, RemovalObject, Removals } from '../client/answers';
import { clientOf, countOf, namesOf, wantsJson, withApiOptions } from '../client/command-context';
import { confirm, yesOption } from '../client/confirm';
import { number, plainTable, print, printJson } from '../client/terminal';

/**
 * `resync removals <id> [--object <name>]`: what is gone at the district, and what became of it at
 * the state.
 */
export function removalsCommand(): Command {
  return withApiOptions(new Command('removals'))
    .description('show records that are only at the state: found, removed, kept, awaiting approval')
    .argument('<resync>', 'id of the resync')
    .option('--object <name>', 'list the records of this object')
    .addOption(new Option('--status <status>', 'of them, only those').choices(['found', 'removed', 'kept']))
    .option('--limit <count>', 'at most this many', countOf, 100)
    .action(
      async (id: string, options: { object?: string; status?: string; limit: number }, command: Command) => {
        const { object, status, limit } = options;
        if (object === undefined) {
          const answer = await clientOf(command).get<Removals>(pathOf(id));
          return wantsJson(command) ? printJson(answer) : printRemovals(answer);
        }
        const { items: records, more } = await clientOf(command).collect<Removal>(
          `/resyncs/${encodeURIComponent(id)}/objects/${encodeURIComponent(object)}/removals`,
          { status },
          limit,
        );
        if (wantsJson(command)) return printJson(records);
        print(
          plainTable(
            ['Key', 'GUID', 'Status', 'Reason'],
            records.map((record) => [
              record.key.join(' / '),
              record.guid ?? '',
              record.status,
              record.reason ?? '',
            ]),
          ),
        );
        if (more) print('… and more; --limit shows them.');
      },
    );
}

/** `resync approve <id> [--objects A,B]`: remove what awaits it. */
export function approveCommand(): Command {
  return decisionCommand('approve', 'approve removals: the records are removed at the state').option(
    ...yesOption,
  );
}

/** `resync reject <id> [--objects A,B]`: leave it as it is. */
export function rejectCommand(): Command {
  return decisionCommand('reject', 'reject removals: the records stay at the state');
}

function decisionCommand(verb: 'approve' | 'reject', description: string): Command {
  return withApiOptions(new Command(verb))
    .description(description)
    .argument('<resync>', 'id of the resync')
    .option('--objects <names>', 'only these objects, separated by commas', namesOf)
    .action(async (id: string, { objects, yes }: { objects?: string[]; yes?: true }, command: Command) => {
      const client = clientOf(command);
      if (verb === 'approve') {
        const question = async () => questionOf(await client.get<Removals>(pathOf(id)), objects);
        await confirm(question, { yes: yes === true, command });
      }
      const answer = await client.post<Removals>(
        `${pathOf(id)}/${verb}`,
        objects === undefined ? {} : { objects },
      );
      if (wantsJson(command)) printJson(answer);
      else printRemovals(answer);
    });
}

/** What a person is asked before records are removed. */
function questionOf({ objects }: Removals, only: readonly string[] | undefined): string {
  const asked = objects.filter(
    ({ object, decision }) => decision === 'awaiting' && (only?.includes(object) ?? true),
  );
  const records = asked.reduce((sum, { found }) => sum + found, 0);
  return `Remove ${number(records)} records of ${asked.map(({ object }) => object).join(', ') || 'no object'} at the state`;
}

function pathOf(resyncId: string): string {
  return `/resyncs/${encodeURIComponent(resyncId)}/removals`;
}

function printRemovals({ resyncId, removals, status, objects }: Removals): void {
  if (removals === 'report') return print(`Resync ${resyncId} reports what is gone and removes nothing.`);
  if (objects.length === 0)
    return print(`Resync ${resyncId} (${status}) found nothing gone at the district.`);
  const rows = objects.map((object) => [
    object.object,
    object.decision,
    number(object.found),
    `${object.sharePercent} %`,
    number(object.removed),
    number(object.kept),
    object.reason ?? waitText(object),
  ]);
  print(plainTable(['Object', 'Decision', 'Found', 'Share', 'Removed', 'Kept', ''], rows, [2, 3, 4, 5]));
  for (const { object, decision, samples } of objects) {
    if (decision !== 'awaiting') continue;
    print(`${object}, for example:`);
    for (const { key, guid } of samples) print(`  ${key.join(' / ')}${guid === null ? '' : `  ${guid}`}`);
  }
}

function waitText({ decision, expiresAt, decidedBy }: RemovalObject): string {
  if (decision === 'awaiting') return `until ${expiresAt ?? ''}`;
  return decidedBy === null ? '' : `by ${decidedBy}`;
}
