/** The files that make a connection secret, and both of its ends known to each other. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP, connect as connectSocket, type Socket } from 'node:net';
import { resolve } from 'node:path';

/** Settings of TLS: names of PEM files, and the name that the server's certificate must have. */
export interface TlsFiles {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly serverName?: string | undefined;
}

/** Their names, as in the configuration and in a URL. */
export const tlsFields = ['ca', 'cert', 'key', 'serverName'] as const;

/** A file or a setting of TLS can't be used. */
export class TlsError extends Error {
  override readonly name = 'TlsError';
  constructor(
    readonly field: (typeof tlsFields)[number],
    message: string,
  ) {
    super(message);
  }
}

/** What the driver takes, for a connection that is encrypted or isn't made. */
export interface SecureOptions {
  readonly ssl: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly minVersion: 'TLSv1.2';
    readonly rejectUnauthorized: true;
    readonly verifyIdentity: true;
  };
  readonly host: string;
  readonly stream: () => Socket;
}

/**
 * Reads and checks the files. The driver compares the server's certificate with `host`, so that is
 * the name asked for, and the socket to the real host is ours. For an address instead of a name
 * Node takes the name from the socket, and without one compares with "localhost".
 * @throws TlsError naming the field and the file
 */
export function secureOptions(files: TlsFiles, host: string, port: number): SecureOptions {
  const { ca, cert, key } = readTls(files);
  const name = files.serverName ?? host;
  return {
    ssl: {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined || key === undefined ? {} : { cert, key }),
      minVersion: 'TLSv1.2',
      rejectUnauthorized: true,
      verifyIdentity: true,
    },
    host: name,
    stream: () => {
      const socket = connectSocket(port, host);
      socket.setNoDelay(true);
      socket.setKeepAlive(true, 10_000);
      return isIP(name) === 0 ? socket : Object.assign(socket, { _host: name });
    },
  };
}

/** @throws TlsError naming the field and the file */
export function readTls({ ca, cert, key }: TlsFiles): { ca?: string; cert?: string; key?: string } {
  const pem = (field: 'ca' | 'cert' | 'key', file: string | undefined): Pem | undefined =>
    file === undefined ? undefined : { text: readPem(field, file), from: resolve(file) };
  return checkPem({ ca: pem('ca', ca), cert: pem('cert', cert), key: pem('key', key) });
}

/** Text in PEM form, and where it came from, for messages. */
export interface Pem {
  readonly text: string;
  readonly from: string;
}

/**
 * The texts, where each is what it should be and key and certificate belong together.
 * @throws TlsError naming the field and where its text came from
 */
export function checkPem({
  ca,
  cert,
  key,
}: {
  readonly ca?: Pem | undefined;
  readonly cert?: Pem | undefined;
  readonly key?: Pem | undefined;
}): { ca?: string; cert?: string; key?: string } {
  if (cert !== undefined && key === undefined)
    throw new TlsError('key', 'is missing: a client certificate (cert) is of no use without its private key');
  if (key !== undefined && cert === undefined)
    throw new TlsError('cert', 'is missing: the private key (key) is of no use without its certificate');
  const authorities = ca === undefined ? undefined : certificates('ca', ca);
  if (cert === undefined || key === undefined) return authorities === undefined ? {} : { ca: authorities };
  const certificate = certificates('cert', cert);
  let own: ReturnType<typeof createPrivateKey>;
  try {
    own = createPrivateKey(key.text);
  } catch {
    throw new TlsError('key', `${key.from} holds no private key in PEM form without a passphrase`);
  }
  if (!new X509Certificate(certificate).checkPrivateKey(own))
    throw new TlsError('key', `${key.from} is not the private key of the certificate in ${cert.from}`);
  return { ...(authorities === undefined ? {} : { ca: authorities }), cert: certificate, key: key.text };
}

/** The text, every certificate of which can be read. */
function certificates(field: 'ca' | 'cert', { text, from }: Pem): string {
  const found = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  try {
    if (found.length === 0) throw new Error();
    for (const one of found) new X509Certificate(one);
  } catch {
    throw new TlsError(field, `${from} holds no certificate in PEM form`);
  }
  return text;
}

/** @throws TlsError naming the field and the file */
export function readPem(field: 'ca' | 'cert' | 'key', file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'does not exist' : `can't be read (${code ?? 'unknown error'})`;
    throw new TlsError(field, `${resolve(file)} ${why}`);
  }
}
