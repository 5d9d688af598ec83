/** Servers the stack doesn't run because the environment names others. */
import { environmentValue } from '../config';
import { parseAddress } from '../database/address';
import { StackError } from './stack-error';
import type { ServerHandle } from './server-handle';
import type { DatabaseServerInfo } from './stack-info';

export interface GivenServers {
  readonly districtUrl?: string;
  readonly stateUrl?: string;
  readonly controlUrl?: string;
  readonly temporalAddress?: string;
}

/**
 * DISTRICT_DATABASE_URL, STATE_DATABASE_URL, CONTROL_DATABASE_URL, TEMPORAL_ADDRESS, or the files
 * that their NAME_FILE names.
 * @throws StackError when only one of state and control is given; ConfigError
 */
export function givenServers(env: NodeJS.ProcessEnv): GivenServers {
  const districtUrl = environmentValue(env, 'DISTRICT_DATABASE_URL');
  const stateUrl = environmentValue(env, 'STATE_DATABASE_URL');
  const controlUrl = environmentValue(env, 'CONTROL_DATABASE_URL');
  const temporalAddress = environmentValue(env, 'TEMPORAL_ADDRESS');
  if (Boolean(stateUrl) !== Boolean(controlUrl)) {
    throw new StackError(
      'STATE_DATABASE_URL and CONTROL_DATABASE_URL go together: the control database is on the state’s server.',
    );
  }
  return {
    ...(districtUrl ? { districtUrl } : {}),
    ...(stateUrl ? { stateUrl } : {}),
    ...(controlUrl ? { controlUrl } : {}),
    ...(temporalAddress ? { temporalAddress } : {}),
  };
}

/** Host, port and login of a mysql:// URL. */
export function serverOf(url: string): DatabaseServerInfo {
  const { host, port, user, password } = parseAddress(url);
  return { host, port, user, password };
}

/** Stands for a server that is not ours to start or kill. */
export const givenServer: ServerHandle = {
  pid: null,
  kill: () =>
    Promise.reject(new StackError('This server was given by the environment; it is not ours to kill.')),
  start: () => Promise.resolve(),
};
