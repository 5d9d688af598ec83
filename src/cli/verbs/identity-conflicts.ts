import { Command, Option } from 'commander';
import { identityActions, type IdentityAction } from '../../domain/identity-conflict';
import type { IdentityConflict, IdentityResolution } from '../client/answers';
import { clientOf, countOf, schoolYearOption, wantsJson, withApiOptions } from '../client/command-context';
import { confirm, yesOption } from '../client/confirm';
import { number, plainTable, print, printJson } from '../client/terminal';

const pathOf = (district: string): string => `/districts/${encodeURIComponent(district)}/identity-conflicts`;

/** What each way out does, as a question. */
const questions: Readonly<Record<IdentityAction, string>> = {
  carryKey: 'Carry the new key over',
  takeGuid: 'Take the new GUID over',
  release: 'Release the record from the district that has it',
};

/** `resync record conflicts`: records whose key, GUID or district don't go together. */
export function conflictsCommand(): Command {
  return withApiOptions(new Command('conflicts'))
    .description('list records that were renumbered, changed their GUID, or are another district’s')
    .option('--district <id>', 'the district (default: the only one)')
    .addOption(schoolYearOption())
    .option('--limit <count>', 'at most this many', countOf, 100)
    .action(
      async (
        { district, schoolYear, limit }: { district?: string; schoolYear?: number; limit: number },
        command: Command,
      ) => {
        const client = clientOf(command);
        const { items, more } = await client.collect<IdentityConflict>(
          pathOf(await client.district(district)),
          { schoolYear },
          limit,
        );
        if (wantsJson(command)) return printJson(items);
        const rows = items.map((conflict) => [
          String(conflict.id),
          conflict.object,
          conflict.key?.join(' / ') ?? '(sent by another district)',
          conflict.code,
          conflict.formerKey?.join(' / ') ?? conflict.heldBy ?? '',
          conflict.action,
        ]);
        print(plainTable(['Conflict', 'Object', 'Key', 'Code', 'At the state', 'Way out'], rows));
        if (more) print('… and more; --limit shows them.');
      },
    );
}

interface ResolveOptions {
  readonly action: IdentityAction;
  readonly reason: string;
  readonly district?: string;
  readonly preview?: true;
  readonly yes?: true;
}

/** `resync record resolve <conflict>`: what the state does about one. */
export function resolveCommand(): Command {
  return withApiOptions(new Command('resolve'))
    .description('resolve a conflict at the state, as its list says')
    .argument('<conflict>', 'its number in the list', countOf)
    .addOption(
      new Option('--action <action>', 'the way out that the list names')
        .choices(identityActions)
        .makeOptionMandatory(),
    )
    .requiredOption('--reason <text>', 'why; it is kept in the audit')
    .option('--district <id>', 'the district (default: the only one)')
    .option('--preview', 'only count what would be changed')
    .option(...yesOption)
    .action(async (id: number, options: ResolveOptions, command: Command) => {
      const client = clientOf(command);
      const { action, reason } = options;
      const path = `${pathOf(await client.district(options.district))}/${id}/resolve`;
      const resolve = (preview: boolean) =>
        client.post<IdentityResolution>(path, { action, reason, preview });
      if (!options.preview) {
        const question = async () =>
          `${questions[action]}, and so change ${told(await resolve(true))} at the state`;
        await confirm(question, { yes: options.yes === true, command });
      }
      const answer = await resolve(options.preview === true);
      if (wantsJson(command)) return printJson(answer);
      print(`${answer.preview ? 'Would change' : 'Changed'} ${told(answer)}.`);
    });
}

function told({ changes }: IdentityResolution): string {
  const counted = changes.map(({ object, records }) => `${number(records)} ${object}`);
  return counted.length === 0 ? 'nothing' : counted.join(', ');
}
