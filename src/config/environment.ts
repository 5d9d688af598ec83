import { readFileSync } from 'node:fs';
import { ConfigError } from './config-error';

/** What the environment says of a configuration. */

type Lookup = (name: string) => string | undefined;

/**
 * Puts values of the environment in place of `${NAME}` and of what their own names override.
 * @returns `missing`: names that the configuration has and the environment doesn't
 * @throws ConfigError when a `NAME_FILE` can't be read, or stands beside its `NAME`
 */
export function withEnvironment(
  raw: unknown,
  env: NodeJS.ProcessEnv,
): { readonly settings: unknown; readonly missing: readonly string[] } {
  const missing = new Set<string>();
  const lookup: Lookup = (name) => environmentValue(env, name);
  const settings = applyOverrides(substitute(raw, lookup, missing), lookup);
  return { settings, missing: [...missing] };
}

/**
 * A variable, or what the file named by `NAME_FILE` holds: secrets that are mounted as files never
 * stand in the environment, which child processes and crash reports see.
 * @throws ConfigError when the file can't be read, or stands beside its `NAME`
 */
export function environmentValue(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = env[name];
  const file = env[`${name}_FILE`];
  if (!file) return value;
  if (value !== undefined && value !== '')
    throw new ConfigError(`${name} and ${name}_FILE are both set: only one may be.`);
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(`${name}_FILE: ${file} can't be read (${code ?? 'unknown'}).`);
  }
}

function substitute(value: unknown, lookup: Lookup, missing: Set<string>): unknown {
  if (typeof value === 'string') {
    return value.replace(/\$\{([A-Z0-9_]+)\}/g, (_, name: string) => {
      const found = lookup(name);
      if (found === undefined) missing.add(name);
      return found ?? '';
    });
  }
  if (Array.isArray(value)) return value.map((item) => substitute(item, lookup, missing));
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, substitute(v, lookup, missing)]));
  }
  return value;
}

function applyOverrides(raw: unknown, lookup: Lookup): unknown {
  if (raw === null || typeof raw !== 'object') return raw;
  const config = structuredClone(raw) as Record<string, unknown>;
  const section = (name: string): Record<string, unknown> =>
    (config[name] = { ...(config[name] as Record<string, unknown> | undefined) });
  const override = (name: string, field: string, inside?: string): void => {
    const value = lookup(name);
    if (value) (inside === undefined ? config : section(inside))[field] = value;
  };
  override('STATE_DATABASE_URL', 'stateDatabaseUrl');
  override('CONTROL_DATABASE_URL', 'controlDatabaseUrl');
  override('RESYNC_TASK_QUEUE', 'taskQueue', 'temporal');
  override('RESYNC_BUILD_ID', 'buildId', 'temporal');
  const overridePort = (name: string, field: string, inside: string): void => {
    const port = lookup(name);
    if (port) section(inside)[field] = Number(port);
  };
  overridePort('RESYNC_API_PORT', 'port', 'api');
  overridePort('RESYNC_API_HEALTH_PORT', 'apiPort', 'health');
  overridePort('RESYNC_WORKER_HEALTH_PORT', 'workerPort', 'health');
  const districts: unknown = config['districts'];
  const only = lookup('DISTRICT_DATABASE_URL');
  if (only && Array.isArray(districts) && districts.length === 1)
    config['districts'] = [{ ...(districts[0] as Record<string, unknown> | null), databaseUrl: only }];
  return config;
}
