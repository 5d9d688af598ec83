import { CatalogError } from '../../catalog/load';
import { ConfigError } from '../../config';
import { IntrospectionError } from '../../introspection/findings';
import { UnreachableError } from '../../introspection/read-editions';
import { exitCodes } from '../client/exit-codes';

/**
 * Turns what a verb of the catalog may refuse into one line on stderr and an exit code; anything
 * else is a bug and is thrown on.
 */
export async function refusing(
  act: () => void | Promise<void>,
  alsoTell?: (error: unknown) => void,
): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (error instanceof CatalogError || error instanceof IntrospectionError)
      process.exitCode = exitCodes.refused;
    else if (error instanceof UnreachableError) process.exitCode = exitCodes.unreachable;
    else if (error instanceof ConfigError) process.exitCode = exitCodes.usage;
    else throw error;
    alsoTell?.(error);
    process.stderr.write(`${error.message}\n`);
  }
}
