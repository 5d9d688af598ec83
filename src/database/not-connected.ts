/** Why no connection came about, in words for the person who can mend it. */
import { AddressError } from './address';
import { TlsError } from './tls';

export interface NotConnected {
  /** What is wrong, after "The state's database". */
  readonly what: string;
  /** What to do about it. */
  readonly todo: string;
}

/** No connection came about, for a reason that is known. */
export class NotConnectedError extends Error {
  override readonly name = 'NotConnectedError';
  readonly code: string | undefined;
  readonly errno: number | undefined;

  constructor(
    readonly why: NotConnected,
    cause: unknown,
  ) {
    super(`The database ${why.what}. ${why.todo}`);
    const { code, errno } = (cause ?? {}) as { code?: unknown; errno?: unknown };
    this.code = typeof code === 'string' ? code : undefined;
    this.errno = typeof errno === 'number' ? errno : undefined;
  }
}

/** The error with its reason in words where that is known: the driver's quotes the login. */
export function explained(error: unknown): unknown {
  const why = whyNotConnected(error);
  return why === null ? error : new NotConnectedError(why, error);
}

/** Texts of Node's and OpenSSL's own errors: the driver puts one code in place of theirs. */
const handshakes: readonly (readonly [text: RegExp, reason: NotConnected])[] = [
  [
    /does not match certificate's alt/i,
    {
      what: 'has a certificate for another host name',
      todo: 'Connect by a name that is in its certificate, or name that one as tls.serverName.',
    },
  ],
  [
    /certificate has expired/i,
    { what: 'has a certificate that has expired', todo: 'Have the server’s certificate renewed.' },
  ],
  [
    /certificate is not yet valid/i,
    {
      what: 'has a certificate that is not valid yet',
      todo: 'Check the clocks of both machines and the dates of the server’s certificate.',
    },
  ],
  [
    /self.signed certificate|unable to (get|verify|locate)|certificate signature failure|invalid CA|unsuitable certificate|unhandled critical/i,
    {
      what: 'has a certificate that the configured authorities did not sign',
      todo: 'Name the file of the authority that signed the server’s certificate as tls.ca.',
    },
  ],
  [
    /alert (unknown ca|bad certificate|certificate|handshake failure|access denied|unsupported certificate)/i,
    {
      what: 'does not take our client certificate, or asks for one',
      todo: 'Name a certificate that the server’s own authority signed, and its key, as tls.cert and tls.key.',
    },
  ],
];

const ssl: NotConnected = {
  what: 'could not agree on TLS',
  todo: 'Check that the server offers TLS 1.2 or newer, and its certificate and key.',
};

const byCode: Readonly<Record<string, NotConnected>> = {
  HANDSHAKE_NO_SSL_SUPPORT: {
    what: 'offers no TLS, and the configuration asks for it',
    todo: 'Give the server a certificate (ssl_cert, ssl_key). Nothing is sent to it unencrypted.',
  },
  ECONNREFUSED: {
    what: 'is not there: nothing listens at its host and port',
    todo: 'Check both, and that it runs.',
  },
  ENOTFOUND: { what: 'has a host name that nobody knows', todo: 'Check the host in its URL.' },
  EAI_AGAIN: {
    what: 'has a host name that could not be looked up',
    todo: 'Check this machine’s name service.',
  },
  ETIMEDOUT: { what: 'did not answer in time', todo: 'Check host, port and the firewalls between.' },
};

const byNumber: Readonly<Record<number, NotConnected>> = {
  1044: { what: 'does not let the account in', todo: 'GRANT it the rights of docs/servers.md.' },
  1045: {
    what: 'refuses the account: user or password is wrong, or it demands TLS or a client certificate',
    todo: 'Check user and password; where the account REQUIREs SSL, X509 or a SUBJECT, set tls.ca, tls.cert and tls.key.',
  },
  1049: { what: 'does not exist on its server', todo: 'Check the name at the end of its URL.' },
  1698: { what: 'does not let the account in by a password', todo: 'Make an account that has one.' },
  3159: { what: 'takes encrypted connections only', todo: 'Set tls.ca to the file of its authority.' },
};

/**
 * Explains an error of making a connection, of the driver's or ours.
 * @returns `null` when it is about something else
 */
export function whyNotConnected(error: unknown): NotConnected | null {
  if (error instanceof NotConnectedError) return error.why;
  if (error instanceof AddressError)
    return { what: `has a URL that ${error.message}`, todo: 'Correct it in the configuration.' };
  if (error instanceof TlsError)
    return {
      what: `can't be reached by TLS: ${error.field} ${error.message}`,
      todo: `Correct tls.${error.field} in the configuration.`,
    };
  const { code, errno, message } = (error ?? {}) as { code?: unknown; errno?: unknown; message?: unknown };
  if (typeof errno === 'number' && errno in byNumber) return byNumber[errno]!;
  if (typeof code !== 'string') return null;
  if (isOfTls(code)) {
    const text = typeof message === 'string' ? message : '';
    return handshakes.find(([pattern]) => pattern.test(text))?.[1] ?? byCode[code] ?? ssl;
  }
  return byCode[code] ?? null;
}

/** Whether a driver's code is about TLS: nothing repeats such an error away. */
export function isOfTls(code: string): boolean {
  return code.startsWith('HANDSHAKE_') || /^ERR_(SSL_.*ALERT|TLS_)/.test(code);
}
