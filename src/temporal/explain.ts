/** Why no connection to Temporal came about: the SDK only says that its deadline passed. */
import { connect as connectSocket, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { TemporalServer } from './server';

const withinMs = 3_000;
/** TLS 1.3 tells of a client certificate that it misses only after the handshake. */
const alertWithinMs = 500;

/** Tries the same by itself, without gRPC. @returns words that follow "Temporal at host:port" */
export async function explainNoConnection({ address, tls }: TemporalServer): Promise<string> {
  const { host, port } = partsOf(address);
  const found = await (tls === undefined ? plain(host, port) : secure(host, port, tls));
  return words.find(([pattern]) => pattern.test(found))?.[1] ?? `could not be connected to (${found}).`;
}

/** Of what Node and OpenSSL say, by code or text. */
const words: readonly (readonly [RegExp, string])[] = [
  [/^connected$/, 'does not answer gRPC: check that it is Temporal’s frontend, and what it demands.'],
  [
    /^needs TLS$/,
    'takes encrypted connections only: set temporal.tls (TEMPORAL_TLS=true) and, where it needs one, the client certificate.',
  ],
  [/ECONNREFUSED/, 'is not there: nothing listens at its host and port. Check temporal.address.'],
  [/ENOTFOUND|EAI_AGAIN/, 'has a host name that could not be looked up. Check temporal.address.'],
  [/ETIMEDOUT/, 'did not answer in time. Check temporal.address and the firewalls between.'],
  [
    /ALTNAME/,
    'has a certificate for another host name: connect by a name that is in it, or name that one as temporal.tls.serverName.',
  ],
  [/CERT_HAS_EXPIRED/, 'has a certificate that has expired: have it renewed.'],
  [/CERT_NOT_YET_VALID/, 'has a certificate that is not valid yet: check the clocks of both machines.'],
  [
    /SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|CERT_SIGNATURE|INVALID_CA/,
    'has a certificate that the configured authorities did not sign: name the file of the one that did as temporal.tls.ca.',
  ],
  [
    /ALERT/,
    'does not take our client certificate, or asks for one: name one that its own authority signed, and its key, as temporal.tls.cert and temporal.tls.key.',
  ],
  [
    /WRONG_VERSION|PACKET_LENGTH|ECONNRESET|hang up/,
    'offers no TLS, and the configuration asks for it. Nothing is sent to it unencrypted.',
  ],
];

function partsOf(address: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(`tcp://${address}`);
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? 7233 : Number(port) };
}

/** Whether something listens, and whether it wants TLS: then it answers a greeting of TLS. */
async function plain(host: string, port: number): Promise<string> {
  const listens = await outcome((settle) => {
    const socket = connectSocket({ host, port });
    socket.once('connect', () => settle('connected'));
    return socket;
  });
  if (listens !== 'connected') return listens;
  const greeted = await secure(host, port, {}, false);
  return /^connected$|ALERT/.test(greeted) ? 'needs TLS' : 'connected';
}

function secure(
  host: string,
  port: number,
  { ca, cert, key, serverName }: NonNullable<TemporalServer['tls']>,
  rejectUnauthorized = true,
): Promise<string> {
  const name = serverName ?? host;
  return outcome((settle) => {
    const socket = connectTls({
      ...{ host, port, rejectUnauthorized, ALPNProtocols: ['h2'] },
      ...(isIP(name) === 0 ? { servername: name } : {}),
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined || key === undefined ? {} : { cert, key }),
    });
    socket.once('secureConnect', () => {
      setTimeout(() => settle('connected'), alertWithinMs);
      // Closed now: the other side took our greeting, and then not our certificate.
      for (const event of ['end', 'error'] as const) {
        socket.removeAllListeners(event);
        socket.once(event, () => settle('ALERT'));
      }
    });
    return socket;
  });
}

/** The first that happens to a socket, which is closed then. */
function outcome(
  open: (settle: (found: string) => void) => ReturnType<typeof connectSocket>,
): Promise<string> {
  return new Promise((resolve) => {
    const settle = (found: string): void => {
      clearTimeout(late);
      socket.destroy();
      resolve(found);
    };
    const late = setTimeout(() => settle('ETIMEDOUT'), withinMs);
    const socket = open(settle);
    socket.on('error', ({ code, message }: NodeJS.ErrnoException) => settle(code ?? message));
    socket.once('end', () => settle('ECONNRESET'));
  });
}
