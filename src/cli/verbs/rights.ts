import { Command, InvalidArgumentError } from 'commander';
import type { Principal } from '../../domain/principal';
import { type ToolRight, toolRights } from '../../domain/rights';
import { clientOf, namesOf, print, printJson, wantsJson, withApiOptions } from '../client/command-context';

/** What both /me and /principals/{principal} answer with. */
type Holder = Omit<Principal, 'tokenId'>;

/** `resync rights show | grant | withdraw`: the tool rights of a principal. */
export function rightsCommand(): Command {
  return new Command('rights')
    .description('show, grant and withdraw tool rights')
    .addCommand(showCommand(), { isDefault: true })
    .addCommand(changeCommand('grant', 'let a principal use tools'))
    .addCommand(changeCommand('withdraw', 'take tools from a principal'));
}

function showCommand(): Command {
  return withApiOptions(new Command('show'))
    .description('show the rights of a principal; without an id, your own')
    .argument('[principal]', 'its id')
    .action(async (id: string | undefined, _options: object, command: Command) => {
      const path = id === undefined ? '/me' : `/principals/${encodeURIComponent(id)}`;
      show(await clientOf(command).get<Holder>(path), command);
    });
}

function changeCommand(action: 'grant' | 'withdraw', description: string): Command {
  return withApiOptions(new Command(action))
    .description(description)
    .argument('<principal>', 'its id')
    .argument('<rights>', `separated by commas: ${toolRights.join(', ')}`, rightsNamed)
    .action(async (id: string, rights: readonly ToolRight[], _options: object, command: Command) => {
      const client = clientOf(command);
      const base = `/principals/${encodeURIComponent(id)}/rights`;
      let changed: Holder | undefined;
      for (const right of rights) {
        changed = await (action === 'grant'
          ? client.put<Holder>(`${base}/${right}`)
          : client.delete<Holder>(`${base}/${right}`));
      }
      if (changed) show(changed, command);
    });
}

function show(holder: Holder, command: Command): void {
  if (wantsJson(command)) return printJson(holder);
  print(
    `${holder.name} (${holder.principalId}), ${holder.level}, ${holder.districts?.join(', ') ?? 'all districts'}`,
  );
  print(holder.rights.length > 0 ? holder.rights.join('\n') : 'no rights');
}

/** Commander parser: comma-separated tool rights. */
export function rightsNamed(text: string): ToolRight[] {
  const names = namesOf(text);
  const strange = names.find((name) => !(toolRights as readonly string[]).includes(name));
  if (strange !== undefined)
    throw new InvalidArgumentError(`There is no right ${strange}; there are ${toolRights.join(', ')}.`);
  return names as ToolRight[];
}
