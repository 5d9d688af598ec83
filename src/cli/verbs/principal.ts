import { Command, Option } from 'commander';
import { type Level, levels, type ToolRight } from '../../domain/rights';
import type { Items, MadeToken, Page, Principal, Token } from '../client/answers';
import { clientOf, countOf, namesOf, wantsJson, withApiOptions } from '../client/command-context';
import { rightsCommand, rightsNamed } from './rights';
import { plainTable, print, printJson, tell } from '../client/terminal';

/**
 * `resync principal create | list | show | disable | enable | rights | token`: who there is,
 * through the API.
 */
export function principalCommand(): Command {
  return new Command('principal')
    .description('people and services with rights of their own, and their tokens')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(oneCommand('show', 'show a principal with its rights'))
    .addCommand(oneCommand('disable', 'refuse its tokens from now on'))
    .addCommand(oneCommand('enable', 'let its tokens work again'))
    .addCommand(rightsCommand())
    .addCommand(
      new Command('token')
        .description('create, list and revoke the tokens of a principal')
        .addCommand(createTokenCommand())
        .addCommand(listTokensCommand())
        .addCommand(revokeTokenCommand()),
    );
}

function createCommand(): Command {
  return withApiOptions(new Command('create'))
    .description('create a principal; "resync principal token create" gives it a token')
    .requiredOption('--name <name>', 'who or what it is')
    .addOption(new Option('--level <level>', 'whose it is').choices([...levels]).default('district'))
    .option('--districts <ids>', 'its districts, separated by commas', namesOf)
    .option(
      '--rights <rights>',
      'its tool rights, separated by commas (default: see docs/rights.md)',
      rightsNamed,
    )
    .option('--schools <keys>', 'keys of schools whose errors are all that it sees', namesOf)
    .action(
      async (
        body: {
          name: string;
          level: Level;
          districts?: string[];
          rights?: ToolRight[];
          schools?: string[];
        },
        command: Command,
      ) => {
        const { name, level, districts, rights, schools } = body;
        const made = await clientOf(command).post<Principal>('/principals', {
          name,
          level,
          districts,
          rights,
          schools,
        });
        show([made], made, command);
      },
    );
}

function listCommand(): Command {
  return withApiOptions(new Command('list'))
    .description('list principals, newest first')
    .option('--limit <count>', 'at most this many, up to 500', countOf, 100)
    .action(async ({ limit }: { limit: number }, command: Command) => {
      const { items } = await clientOf(command).get<Page<Principal>>('/principals', { limit });
      show(items, items, command);
    });
}

function oneCommand(action: 'show' | 'disable' | 'enable', description: string): Command {
  return withApiOptions(new Command(action))
    .description(description)
    .argument('<principal>', 'its id')
    .action(async (id: string, _options: object, command: Command) => {
      const path = pathOf(id);
      const client = clientOf(command);
      const found = await (action === 'show'
        ? client.get<Principal>(path)
        : client.post<Principal>(`${path}/${action}`));
      show([found], found, command);
    });
}

function createTokenCommand(): Command {
  return withApiOptions(new Command('create'))
    .description('create a token and print it once')
    .argument('<principal>', 'its id')
    .requiredOption('--label <label>', 'what the token is for')
    .option('--expires-in-days <days>', 'refused after so many days (default: never)', countOf)
    .action(async (id: string, body: { label: string; expiresInDays?: number }, command: Command) => {
      const { label, expiresInDays } = body;
      const made = await clientOf(command).post<MadeToken>(`${pathOf(id)}/tokens`, {
        label,
        expiresInDays,
      });
      if (wantsJson(command)) return printJson(made);
      tell(`Token ${made.tokenId}; it is shown this once:`);
      print(made.token);
    });
}

function listTokensCommand(): Command {
  return withApiOptions(new Command('list'))
    .description('list the tokens of a principal, without their secrets')
    .argument('<principal>', 'its id')
    .action(async (id: string, _options: object, command: Command) => {
      const { items } = await clientOf(command).get<Items<Token>>(`${pathOf(id)}/tokens`);
      showTokens(items, command);
    });
}

function revokeTokenCommand(): Command {
  return withApiOptions(new Command('revoke'))
    .description('revoke a token')
    .argument('<principal>', 'its id')
    .argument('<token>', 'the token’s id, the part between the underscores')
    .action(async (id: string, token: string, _options: object, command: Command) => {
      const path = `${pathOf(id)}/tokens/${encodeURIComponent(token)}`;
      const { items } = await clientOf(command).delete<Items<Token>>(path);
      showTokens(items, command);
    });
}

function pathOf(principalId: string): string {
  return `/principals/${encodeURIComponent(principalId)}`;
}

/** @param answer what --json prints */
function show(principals: readonly Principal[], answer: unknown, command: Command): void {
  if (wantsJson(command)) return printJson(answer);
  const rows = principals.map(({ principalId, name, level, districts, schools, rights, disabledAt }) => [
    principalId,
    name,
    level,
    `${districts?.join(', ') ?? 'all'}${schools === null ? '' : `, schools ${schools.join(', ')}`}`,
    disabledAt === null ? rights.join(', ') || 'none' : `disabled ${disabledAt}`,
  ]);
  print(plainTable(['Principal', 'Name', 'Level', 'Districts', 'Rights'], rows));
}

function showTokens(tokens: readonly Token[], command: Command): void {
  if (wantsJson(command)) return printJson(tokens);
  const rows = tokens.map(({ tokenId, label, expiresAt, revokedAt, lastUsedAt }) => [
    tokenId,
    label,
    revokedAt === null ? (expiresAt ?? 'never') : `revoked ${revokedAt}`,
    lastUsedAt ?? 'never',
  ]);
  print(plainTable(['Token', 'For', 'Expires', 'Last used'], rows));
}
