import { Command, Option } from 'commander';
import type { Knex } from 'knex';
import { ConfigError } from '../config';
import { ControlError } from '../control/control-error';
import { openControl } from '../control/database';
import { createToken, listTokens, revokeToken, type TokenLevel } from '../control/tokens';
import { countOf, namesOf, print, printJson, tell, wantsJson } from './command-context';
import { CommandFailure, exitCodes } from './exit-codes';
import { findConfig } from './find-config';
import { plainTable } from './outcome-table';

/** `resync token create | list | revoke`: works on the control database itself, so that the first token can be made. */
export function tokenCommand(): Command {
  return new Command('token')
    .description('make, list and revoke API tokens (on the control database)')
    .addCommand(createTokenCommand())
    .addCommand(listTokensCommand())
    .addCommand(revokeTokenCommand());
}

function createTokenCommand(): Command {
  return new Command('create')
    .description('make a token and print it once; only its hash is stored')
    .requiredOption('--name <name>', 'who or what it is for')
    .addOption(
      new Option('--level <level>', 'what it may do').choices(['district', 'state']).default('district'),
    )
    .option('--districts <ids>', 'its districts, separated by commas', namesOf)
    .option('--expires-in-days <days>', 'refused after so many days (default: never)', countOf)
    .option('--json', 'as JSON')
    .action(
      (
        options: { name: string; level: TokenLevel; districts?: string[]; expiresInDays?: number },
        command: Command,
      ) =>
        onControl(async (control) => {
          if (options.level === 'district' && !options.districts) {
            throw new CommandFailure(
              'A district token names its districts: --districts a,b.',
              exitCodes.usage,
            );
          }
          const made = await createToken(control, {
            name: options.name,
            level: options.level,
            districts: options.districts ?? null,
            expiresInDays: options.expiresInDays ?? null,
          });
          if (wantsJson(command)) return printJson(made);
          tell(`Token ${made.tokenId}; it is shown this once:`);
          print(made.token);
        }),
    );
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
          token.name,
          token.level,
          token.districts?.join(', ') ?? 'all',
          token.revokedAt === null ? (token.expiresAt ?? 'never') : `revoked ${token.revokedAt}`,
          token.lastUsedAt ?? 'never',
        ]);
        print(plainTable(['Token', 'Name', 'Level', 'Districts', 'Expires', 'Last used'], rows));
      }),
    );
}

function revokeTokenCommand(): Command {
  return new Command('revoke')
    .description('refuse a token from now on')
    .argument('<token>', 'its id, the part between the underscores')
    .action((tokenId: string) =>
      onControl(async (control) => {
        if (await revokeToken(control, tokenId)) return tell(`Token ${tokenId} is revoked.`);
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
  const url = process.env['CONTROL_DATABASE_URL'];
  if (url !== undefined) return url;
  try {
    return findConfig().controlDatabaseUrl;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new CommandFailure(error.message, exitCodes.usage);
  }
}
