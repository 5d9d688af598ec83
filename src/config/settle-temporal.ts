/**
 * Where Temporal is and how it is reached, of three sources: our own configuration, the profiles of
 * the `temporal` CLI's file, and the TEMPORAL_* variables (docs/decisions/0039-temporal.md).
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  type ClientConfigProfile,
  type ClientConfigTLS,
  type ConfigDataSource,
  loadClientConfigProfile,
} from '@temporalio/envconfig';
import type { z } from 'zod';
import { checkPem, type Pem, readPem, TlsError } from '../database/tls';
import { ConfigError } from './config-error';
import { environmentValue } from './environment';
import type { temporalSchema, TemporalSettings } from './temporal';

type Section = z.output<typeof temporalSchema>;
type Environment = Readonly<Record<string, string>>;

/** @throws ConfigError naming the setting and the sources that are at odds about it */
export function settleTemporal(
  section: Section,
  { env, source }: { readonly env: NodeJS.ProcessEnv; readonly source: string },
): TemporalSettings {
  const variables = temporalVariables(env);
  try {
    const ofFile = profileOf(section, variables);
    refuseContradictions(section, ofFile);
    const ofEnvironment = loadClientConfigProfile({ ...load(variables), disableFile: true });
    return settled(section, { ofFile, ofEnvironment, withoutHeaders: emptyHeaders(variables) });
  } catch (error) {
    if (error instanceof TlsError)
      throw new ConfigError(`${source}: temporal.tls.${error.field} ${error.message}.`);
    // The first line only: a parser of TOML goes on with the lines around the fault.
    throw new ConfigError(`${source}: temporal: ${(error as Error).message.split('\n')[0]}`);
  }
}

/**
 * What Temporal's programs read of the environment; each NAME_FILE has been read, and what is empty
 * counts as not set, as everywhere here. In TEMPORAL_GRPC_META_* it takes a header away.
 */
function temporalVariables(env: NodeJS.ProcessEnv): Environment {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) continue;
    const isFile = /^TEMPORAL_.+_FILE$/.test(name) && name !== 'TEMPORAL_CONFIG_FILE';
    if (isFile && value !== '') {
      const named = name.slice(0, -'_FILE'.length);
      found[named] = environmentValue(env, named)!;
    } else if (!isFile && (value !== '' || name.startsWith('TEMPORAL_GRPC_META_'))) found[name] ??= value;
  }
  if (['1', 'true'].includes(found['TEMPORAL_TLS_DISABLE_HOST_VERIFICATION'] ?? ''))
    throw new ConfigError(
      "TEMPORAL_TLS_DISABLE_HOST_VERIFICATION is not honored: name the authority that signed the server's certificate, and the name in it (TEMPORAL_TLS_SERVER_CA_CERT_PATH, TEMPORAL_TLS_SERVER_NAME).",
    );
  return found;
}

const load = (variables: Environment) => ({ overrideEnvVars: { ...variables } });

/** The profile that is asked for, or the default one where our own section says nothing. */
function profileOf(section: Section, variables: Environment): ClientConfigProfile {
  const profile = variables['TEMPORAL_PROFILE'] ?? section.profile;
  const file = variables['TEMPORAL_CONFIG_FILE'] ?? section.configFile;
  const own = section.address ?? section.tls ?? section.apiKey;
  if (profile === undefined && file === undefined && own !== undefined) return {};
  if (file !== undefined && !existsSync(file))
    throw new Error(`the file of profiles ${resolve(file)} does not exist.`);
  return loadClientConfigProfile({
    ...load(variables),
    disableEnv: true,
    ...(profile === undefined ? {} : { profile }),
    ...(file === undefined ? {} : { configSource: { path: file } }),
  });
}

/** What both say must be the same: a guess would connect to the wrong server, or show it a key. */
function refuseContradictions(section: Section, { tls, ...profile }: ClientConfigProfile): void {
  const pathOf = (data: ConfigDataSource | undefined): string | undefined =>
    data === undefined ? undefined : 'path' in data ? resolve(data.path) : '';
  const ours = section.tls;
  const pairs = [
    ['address', section.address, profile.address],
    ['namespace', section.namespace, profile.namespace],
    ['apiKey', section.apiKey, profile.apiKey],
    ['tls', ours && 'on', tls?.disabled && 'off'],
    ['tls.ca', ours?.ca && resolve(ours.ca), pathOf(tls?.serverCACert)],
    ['tls.cert', ours?.cert && resolve(ours.cert), pathOf(tls?.clientCert)],
    ['tls.key', ours?.key && resolve(ours.key), pathOf(tls?.clientKey)],
    ['tls.serverName', ours?.serverName, tls?.serverName],
  ] as const;
  for (const [setting, own, its] of pairs)
    if (own !== undefined && its !== undefined && own !== its)
      throw new Error(
        `${setting} is one thing here and another in the profile of the temporal CLI: say it in one of them only.`,
      );
}

/** The environment's word counts first, then ours, then the profile's. */
function settled(
  section: Section,
  {
    ofFile,
    ofEnvironment,
    withoutHeaders,
  }: {
    readonly ofFile: ClientConfigProfile;
    readonly ofEnvironment: ClientConfigProfile;
    readonly withoutHeaders: ReadonlySet<string>;
  },
): TemporalSettings {
  const address = ofEnvironment.address ?? section.address ?? ofFile.address ?? '127.0.0.1:7233';
  if (!isAddress(address))
    throw new Error('address must look like host:port, e.g. 127.0.0.1:7233, without http:// and a path.');
  const apiKey = ofEnvironment.apiKey ?? section.apiKey ?? ofFile.apiKey;
  const metadata = headers({ ...ofFile.grpcMeta, ...ofEnvironment.grpcMeta }, withoutHeaders);
  const merged = mergedTls(section, ofFile.tls, ofEnvironment.tls);
  const tls = merged ?? (apiKey === undefined ? undefined : {});
  const disabled = tls?.disabled === true;
  if (disabled && section.tls !== undefined)
    throw new Error('tls is asked for here, and TEMPORAL_TLS says that there is none.');
  const secret = apiKey !== undefined || 'authorization' in metadata;
  if (secret && (tls === undefined || disabled) && !isThisMachine(address))
    throw new Error('an API key is sent encrypted only, and TLS is turned off.');
  const { taskQueue, webUrl, codec, buildId } = section;
  return {
    address,
    namespace: ofEnvironment.namespace ?? section.namespace ?? ofFile.namespace ?? 'default',
    taskQueue,
    ...(webUrl === undefined ? {} : { webUrl }),
    ...(codec === undefined ? {} : { codec }),
    ...(buildId === undefined ? {} : { buildId }),
    ...(tls === undefined || disabled ? {} : { tls: textsOf(tls) }),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  };
}

function mergedTls(
  { tls }: Section,
  ofFile: ClientConfigTLS | undefined,
  ofEnvironment: ClientConfigTLS | undefined,
): ClientConfigTLS | undefined {
  if (tls === undefined && ofFile === undefined && ofEnvironment === undefined) return undefined;
  const ours: ClientConfigTLS = {
    ...(tls?.ca === undefined ? {} : { serverCACert: { path: tls.ca } }),
    ...(tls?.cert === undefined ? {} : { clientCert: { path: tls.cert } }),
    ...(tls?.key === undefined ? {} : { clientKey: { path: tls.key } }),
    ...(tls?.serverName === undefined ? {} : { serverName: tls.serverName }),
  };
  return { ...ofFile, ...ours, ...ofEnvironment };
}

function textsOf({ serverCACert, clientCert, clientKey, serverName }: ClientConfigTLS) {
  const pem = (field: 'ca' | 'cert' | 'key', data: ConfigDataSource | undefined): Pem | undefined => {
    if (data === undefined) return undefined;
    if ('path' in data) return { text: readPem(field, data.path), from: resolve(data.path) };
    const text = typeof data.data === 'string' ? data.data : new TextDecoder().decode(data.data);
    return { text, from: 'the text given for it' };
  };
  const texts = checkPem({
    ca: pem('ca', serverCACert),
    cert: pem('cert', clientCert),
    key: pem('key', clientKey),
  });
  return { ...texts, ...(serverName === undefined ? {} : { serverName }) };
}

const headerPrefix = 'TEMPORAL_GRPC_META_';

/** Headers that the environment takes away from the profile, by an empty value. */
function emptyHeaders(variables: Environment): ReadonlySet<string> {
  const empty = Object.entries(variables).filter(
    ([name, value]) => name.startsWith(headerPrefix) && value === '',
  );
  return new Set(empty.map(([name]) => headerName(name.slice(headerPrefix.length))));
}

/** The SDK's reader leaves every underscore but the first; the CLI sends dashes. */
const headerName = (name: string): string => name.toLowerCase().replaceAll('_', '-');

function headers(
  found: Readonly<Record<string, string>>,
  without: ReadonlySet<string>,
): Record<string, string> {
  const named = Object.entries(found).map(([name, value]) => [headerName(name), value] as const);
  return Object.fromEntries(named.filter(([name]) => !without.has(name)));
}

/** As Temporal's SDK takes it: a host, which may be IPv6 in brackets, and perhaps a port. */
function isAddress(address: string): boolean {
  const found = /^(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::(\d{1,5}))?$/.exec(address);
  const port = Number(found?.[1] ?? 7233);
  return found !== null && port > 0 && port <= 65_535;
}

const isThisMachine = (address: string): boolean =>
  /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(address);
