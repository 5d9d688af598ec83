/**
 * The one place where connections to Temporal are made: of the API, the worker, the command line
 * and doctor.
 */
import { Connection, type ConnectionOptions, isGrpcServiceError } from '@temporalio/client';
import { explainNoConnection } from './explain';
import type { TemporalServer } from './server';

/** No connection came about; the message says why and what to do. */
export class NoTemporalError extends Error {
  override readonly name = 'NoTemporalError';
}

/** Options that the client's connection and the worker's have in common. */
export function connectionOptions({ address, tls, apiKey, metadata }: TemporalServer) {
  const bytes = (text: string): Buffer => Buffer.from(text);
  return {
    address,
    ...(tls === undefined
      ? {}
      : {
          tls: {
            ...(tls.serverName === undefined ? {} : { serverNameOverride: tls.serverName }),
            ...(tls.ca === undefined ? {} : { serverRootCACertificate: bytes(tls.ca) }),
            ...(tls.cert === undefined || tls.key === undefined
              ? {}
              : { clientCertPair: { crt: bytes(tls.cert), key: bytes(tls.key) } }),
          },
        }),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(metadata === undefined ? {} : { metadata: { ...metadata } }),
  } satisfies ConnectionOptions;
}

/** Connects when it is first needed, again whenever it was lost. */
export function lazyConnection(server: TemporalServer): Connection {
  return Connection.lazy({ ...connectionOptions(server), connectTimeout: '5 seconds' });
}

/**
 * Runs `work` with a short-lived connection.
 * @throws NoTemporalError when there is none within `withinMs`; what `work` throws
 */
export async function withTemporal<T>(
  server: TemporalServer,
  work: (connection: Connection) => Promise<T>,
  withinMs = 5_000,
): Promise<T> {
  let connection: Connection;
  try {
    connection = await Connection.connect({ ...connectionOptions(server), connectTimeout: withinMs });
  } catch (error) {
    throw await noConnection(server, error);
  }
  try {
    return await connection.withDeadline(Date.now() + withinMs, () => work(connection));
  } finally {
    await connection.close();
  }
}

/** The SDK says of every failure but a few that the deadline passed. */
export async function noConnection(server: TemporalServer, error: unknown): Promise<NoTemporalError> {
  const why = refusedCall(error) ?? refusedNatively(error) ?? (await explainNoConnection(server));
  return new NoTemporalError(`Temporal at ${server.address} ${why}`, { cause: error });
}

/** gRPC's numbers for who is refused. */
const refusals: Readonly<Record<number, string>> = {
  5: 'does not have the namespace: check temporal.namespace (TEMPORAL_NAMESPACE).',
  7: 'does not let this account do that: check the rights of its API key or certificate in the namespace.',
  16: 'refuses the API key, or asks for one: check temporal.apiKey (TEMPORAL_API_KEY) and that it has not expired.',
};

function refusedCall(error: unknown): string | null {
  for (let at: unknown = error; at instanceof Error; at = at.cause)
    if (isGrpcServiceError(at) && refusals[Number(at.code)] !== undefined) return refusals[Number(at.code)]!;
  return null;
}

/** What the worker's native connection says, by text alone: it has no codes. */
const nativeRefusals: readonly (readonly [RegExp, string])[] = [
  [/valid authentication credentials/, refusals[16]!],
  [/does not have permission/, refusals[7]!],
  [
    /UnsupportedCertVersion/,
    'can’t be reached with a certificate of X.509 version 1, the server’s or ours: the worker takes version 3 only.',
  ],
];

function refusedNatively(error: unknown): string | null {
  return nativeRefusals.find(([text]) => text.test(String(error)))?.[1] ?? null;
}
