import { Command, InvalidArgumentError } from 'commander';
import { type ToolRight, toolRights } from '../../domain/rights';
import type { Self } from '../client/answers';
import { clientOf, namesOf, wantsJson, withApiOptions } from '../client/command-context';
import { print, printJson } from '../client/terminal';

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
      show(await clientOf(command).get<Self>(path), command);
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
      let changed: Self | undefined;
      for (const right of rights) {
        changed = await (action === 'grant'
          ? client.put<Self>(`${base}/${right}`)
          : client.delete<Self>(`${base}/${right}`));
      }
      if (changed) show(changed, command);
    });
}

function show(holder: Self, command: Command): void {
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
