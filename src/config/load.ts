import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { ConfigError } from './config-error';
import { foldTls } from './database';
import { withEnvironment } from './environment';
import { type Config, configSchema } from './schema';
import { settleTemporal } from './settle-temporal';

export interface LoadConfigOptions {
  /** Defaults to RESYNC_CONFIG, then resync.config.yaml in the current folder. */
  readonly file?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Reads the YAML file, puts environment values in place of `${NAME}`, lets DISTRICT_DATABASE_URL
 * (only with a single district), STATE_DATABASE_URL, CONTROL_DATABASE_URL, RESYNC_TASK_QUEUE,
 * RESYNC_BUILD_ID, RESYNC_API_PORT, RESYNC_API_HEALTH_PORT, RESYNC_WORKER_HEALTH_PORT and the
 * TEMPORAL_* variables of Temporal's own programs override it, adds what those programs' file of
 * profiles says of Temporal, and checks the result.
 * Where `NAME` isn't set, the file that `NAME_FILE` names has the value.
 * @throws ConfigError naming the file and each field at fault
 */
export function loadConfig({ file, env = process.env }: LoadConfigOptions = {}): Config {
  const path = resolve(file ?? env['RESYNC_CONFIG'] ?? 'resync.config.yaml');
  if (!existsSync(path)) {
    throw new ConfigError(
      `There is no configuration at ${path}. "resync up" writes one for the local stack; or copy resync.config.example.yaml.`,
    );
  }
  let raw: unknown;
  try {
    raw = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    // Only the first line: the parser goes on with the lines around the fault, and one may hold a
    // password.
    throw new ConfigError(`${path} is not YAML: ${(error as Error).message.split('\n')[0]}`);
  }
  return parseConfig(raw, { env, source: path });
}

/** loadConfig without the file. @throws ConfigError */
export function parseConfig(
  raw: unknown,
  { env = process.env, source = 'configuration' }: { env?: NodeJS.ProcessEnv; source?: string } = {},
): Config {
  const { settings, missing } = withEnvironment(raw, env);
  if (missing.length > 0)
    throw new ConfigError(`${source}: not set in the environment: ${missing.join(', ')}.`);
  const checked = configSchema.safeParse(settings);
  if (!checked.success) throw new ConfigError(`${source}:\n${z.prettifyError(checked.error)}`);
  const temporal = settleTemporal(checked.data.temporal, { env, source });
  const folded = foldTls(checked.data);
  const { timezone } = folded;
  const districts = folded.districts.map((district) =>
    timezone === undefined ? district : { timezone, ...district },
  );
  const config = { ...folded, temporal, districts };
  for (const field of ['id', 'number'] as const) {
    const values = config.districts.map((d) => d[field]);
    const twice = values.find((value, index) => values.indexOf(value) !== index);
    if (twice !== undefined) throw new ConfigError(`${source}: two districts have the ${field} "${twice}".`);
  }
  // Most collations hold texts that differ in case only equal, and a key is one or the other's.
  const codes = config.districts.flatMap(({ code }) => code?.toLowerCase() ?? []);
  const same = codes.find((code, index) => codes.indexOf(code) !== index);
  if (same !== undefined) throw new ConfigError(`${source}: two districts have the code "${same}".`);
  return config;
}
