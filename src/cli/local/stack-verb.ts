/**
 * What the verbs that run the local stack share: progress on standard error, exit code 8 when it
 * can't be had.
 */
import { InvalidArgumentError, Option } from 'commander';
import { CatalogError } from '../../catalog/load';
import { NotConnectedError } from '../../database/not-connected';
import { ControlVersionError } from '../../schema-version';
import { ConfigError } from '../../config';
import { parseServerKinds, serverKinds, type ServerKinds } from '../../stack/server-kind';
import { StackError } from '../../stack/stack-error';
import { NoTemporalError } from '../../temporal/connect';
import { exitCodes } from '../client/exit-codes';
import { stackDir } from './find-config';

/**
 * The stack of a developer, in the folder the command is typed in; RESYNC_STACK_DIR names another.
 */
export const developerStack = stackDir();
/** Exit code: a server can't be reached, started or installed. */
export const unreachable = exitCodes.unreachable;

export const progress = (line: string): void => void process.stderr.write(`${line}\n`);

/**
 * Runs a verb; a stack or configuration that can't be had ends it with its sentence and exit code
 * 8, not with a trace.
 */
export async function reportingStackErrors(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const known = [
      ...[StackError, ConfigError, CatalogError, ControlVersionError],
      ...[NotConnectedError, NoTemporalError],
    ];
    if (!known.some((kind) => error instanceof kind)) throw error;
    progress((error as Error).message);
    process.exitCode = unreachable;
  }
}

/** `--server mysql`, or `--server mysql:mariadb` for a district and a state of different kinds. */
export function serverOption(): Option {
  return new Option(
    '--server <kinds>',
    `database server of both editions, or <district>:<state>: ${serverKinds.join(', ')} (default: what the folder had last, else mariadb)`,
  ).argParser((text: string): ServerKinds => {
    try {
      return parseServerKinds(text);
    } catch (error) {
      throw new InvalidArgumentError((error as StackError).message);
    }
  });
}
