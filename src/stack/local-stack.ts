/** A stack that is ready to be worked with: servers, databases, configuration. */
import { loadConfig, type Config } from '../config';
import { givenServers } from './given-servers';
import { localDatabaseUrls, writeLocalConfig } from './local-config';
import { prepareDatabases } from './prepare-databases';
import { setUpTemporal } from './set-up';
import { startStack, type Stack, type StackOptions } from './stack';

export interface LocalStack {
  readonly stack: Stack;
  readonly configFile: string;
  readonly config: Config;
}

/**
 * Starts the stack, migrates its databases, writes and loads its configuration. Servers named by
 * DISTRICT_DATABASE_URL, STATE_DATABASE_URL and CONTROL_DATABASE_URL, TEMPORAL_ADDRESS are used
 * instead of our own.
 * @throws StackError, ConfigError
 */
export async function startLocalStack(options: Omit<StackOptions, 'given'>): Promise<LocalStack> {
  const given = givenServers(process.env);
  const stack = await startStack({ ...options, given });
  const urls = localDatabaseUrls(stack.info, given);
  options.progress?.('Databases: creating and migrating.');
  await prepareDatabases(urls);
  const configFile = await writeLocalConfig(options.dir, stack.info, given);
  const config = loadConfig({ file: configFile });
  if (given.temporalAddress !== undefined) await setUpTemporal(config.temporal);
  return { stack, configFile, config };
}
