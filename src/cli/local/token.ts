import { Command, Option } from 'commander';
import type { Knex } from 'knex';
import { ConfigError, environmentValue } from '../../config';
import { ControlError, NotFoundError } from '../../control/control-error';
import { openControl } from '../../control/database';
import { readPrincipal } from '../../features/access/principal-store';
import { createToken, listTokens, revokeToken } from '../../features/access/token-store';
import { type Level, levels, rightsOfLevel, type ToolRight, toolRights } from '../../domain/rights';
import { countOf, namesOf, wantsJson } from '../client/command-context';
import { CommandFailure, exitCodes } from '../client/exit-codes';
import { findConfig } from './find-config';
import { auditLocally } from './local-audit';
import { rightsNamed } from '../verbs/rights';
import { plainTable, print, printJson, tell } from '../client/terminal';

/**
 * `resync token create | list | revoke`: works on the control database itself, so that the first
 * token can be made.
 */
export function tokenCommand(): Command {
  return new Command('token')
    .description('create, list and revoke API tokens (on the control database)')
    .addCommand(createTokenCommand())
    .addCommand(listTokensCommand())
    .addCommand(revokeTokenCommand());
}

interface CreateOptions {
  readonly name: string;
  readonly level: Level;
  readonly districts?: readonly string[];
  readonly rights?: ToolRight[];
  readonly principal?: string;
  readonly expiresInDays?: number;
}

function createTokenCommand(): Command {
  return new Command('create')
    .description('create a token, and a principal unless one is named; printed once, only its hash is stored')
    .requiredOption('--name <name>', 'who or what it is for')
    .option('--principal <id>', 'a token more of this principal')
    .addOption(new Option('--level <level>', 'what it may do').choices([...levels]).default('district'))
    .option('--districts <ids>', 'its districts, separated by commas', namesOf)
    .option(
      '--rights <rights>',
      `its tool rights, separated by commas (${toolRights.join(', ')}; default: all of its level, in a district without administration)`,
      rightsNamed,
    )
    .option('--expires-in-days <days>', 'refused after so many days (default: never)', countOf)
    .option('--json', 'as JSON')
    .action((options: CreateOptions, command: Command) =>
      onControl(async (control) => {
        const made = await makeToken(control, options, command);
        const { principalId, tokenId } = made;
        const { name: label, level, districts = null, rights, expiresInDays } = options;
        await auditLocally(control, {
          action: 'resync token create',
          target: `/principals/${principalId}/tokens/${tokenId}`,
          details: {
            label,
            expiresInDays,
            ...(options.principal === undefined ? { level, districts, rights } : {}),
          },
        });
        if (wantsJson(command)) return printJson(made);
        tell(`Token ${tokenId} of principal ${principalId}; it is shown this once:`);
        print(made.token);
      }),
    );
}

/**
 * @throws CommandFailure usage or refused, when the options don't fit together or name no principal
 */
async function makeToken(
  control: Knex,
  { name, level, districts, rights, principal, expiresInDays: days }: CreateOptions,
  command: Command,
): ReturnType<typeof createToken> {
  const expiresInDays: number | null = days ?? null;
  if (principal !== undefined) {
    if (districts || rights || command.getOptionValueSource('level') === 'cli')
      throw new CommandFailure('A principal has its level, districts and rights already.', exitCodes.usage);
    await readPrincipal(control, principal).catch((error: unknown) => {
      throw error instanceof NotFoundError ? new CommandFailure(error.message, exitCodes.refused) : error;
    });
    return createToken(control, { name, principalId: principal, expiresInDays });
  }
  if (level === 'district' && !districts)
    throw new CommandFailure('A district token names its districts: --districts a,b.', exitCodes.usage);
  const wrong = rights?.find((right) => !rightsOfLevel(level).includes(right));
  if (wrong) throw new CommandFailure(`The right ${wrong} is the state’s alone.`, exitCodes.usage);
  return createToken(control, {
    name,
    level,
    districts: districts ?? null,
    expiresInDays,
    ...(rights ? { rights } : {}),
  });
}

function listTokensCommand(): Command {
  return new Command('list')
    .description('list tokens, without their secrets')
    .option('--json', 'as JSON')
    .action((_options: object, command: Command) =>
      onControl(async (control) => {
        const tokens = await listTokens(control);
        if (wantsJson(command)) return printJson(tokens);
        const rows = tokens.map((token) => [
          token.tokenId,
          token.label,
          token.principalId,
          token.name,
          token.level,
          token.districts?.join(', ') ?? 'all',
          token.revokedAt === null ? (token.expiresAt ?? 'never') : `revoked ${token.revokedAt}`,
          token.lastUsedAt ?? 'never',
        ]);
        print(
          plainTable(
            ['Token', 'For', 'Principal', 'Name', 'Level', 'Districts', 'Expires', 'Last used'],
            rows,
          ),
        );
      }),
    );
}

function revokeTokenCommand(): Command {
  return new Command('revoke')
    .description('revoke a token')
    .argument('<token>', 'its id, the part between the underscores')
    .action((tokenId: string) =>
      onControl(async (control) => {
        if (await revokeToken(control, tokenId)) {
          await auditLocally(control, { action: 'resync token revoke', target: `/tokens/${tokenId}` });
          return tell(`Token ${tokenId} is revoked.`);
        }
        throw new CommandFailure('There is no such token, or it was revoked before.', exitCodes.refused);
      }),
    );
}

/** @throws CommandFailure usage without a configuration, unreachable without the database */
async function onControl(work: (control: Knex) => Promise<void>): Promise<void> {
  const control = openControl(controlUrl());
  try {
    await work(control);
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    throw new CommandFailure(error.message, exitCodes.unreachable);
  } finally {
    await control.destroy();
  }
}

function controlUrl(): string {
  try {
    const url = environmentValue(process.env, 'CONTROL_DATABASE_URL');
    if (url !== undefined) return url;
    return findConfig().controlDatabaseUrl;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new CommandFailure(error.message, exitCodes.usage);
  }
}
