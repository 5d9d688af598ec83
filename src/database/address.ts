/** Where a database is and how it is reached: the one reading of a database URL. */
import { type TlsFiles, tlsFields } from './tls';

/** A database URL can't be used; the message names the part at fault, never the password. */
export class AddressError extends Error {
  override readonly name = 'AddressError';
}

export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Empty when the URL names none. */
  readonly database: string;
  /** `null`: the connection isn't encrypted. */
  readonly tls: TlsFiles | null;
}

/** Prefix of a URL's parameters about TLS: `tls-ca`, `tls-cert`, `tls-key`, `tls-serverName`. */
const prefix = 'tls-';
const known = tlsFields.map((field) => `${prefix}${field}`).join(', ');

/**
 * Reads mysql://user:password@host:port/database?tls-ca=... (or mariadb://). `tls=required` alone
 * takes the authorities that this machine trusts.
 * @throws AddressError
 */
export function parseAddress(url: string): DatabaseAddress {
  const parsed = parsedUrl(url);
  if (parsed.hostname === '') throw new AddressError('names no host');
  if (parsed.port === '0') throw new AddressError('has port 0, where nobody listens');
  if (parsed.hash !== '') throw new AddressError('has a #: write %23 for it');
  return {
    host: parsed.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: parsed.port === '' ? 3306 : Number(parsed.port),
    user: decoded(parsed.username),
    password: decoded(parsed.password),
    database: decoded(parsed.pathname.slice(1)),
    tls: tlsOf(parsed.searchParams),
  };
}

/** The URL with these settings of TLS; what the URL itself says of a field stays. */
export function withTls(url: string, tls: TlsFiles): string {
  const parsed = parsedUrl(url);
  for (const field of tlsFields) {
    const value = tls[field];
    if (value !== undefined && !parsed.searchParams.has(`${prefix}${field}`))
      parsed.searchParams.set(`${prefix}${field}`, value);
  }
  if (!parsed.searchParams.has('tls')) parsed.searchParams.set('tls', 'required');
  return parsed.href;
}

function parsedUrl(url: string): URL {
  if (!/^(mysql|mariadb):\/\//.test(url) || !URL.canParse(url))
    throw new AddressError('must look like mysql://user:password@host:port/database');
  return new URL(url);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AddressError('has a % that begins no code: write %25 for it');
  }
}

/** Any unknown parameter is refused: a misspelled one must not leave a connection plain. */
function tlsOf(parameters: URLSearchParams): TlsFiles | null {
  const tls: Partial<Record<(typeof tlsFields)[number], string>> = {};
  for (const [name, value] of parameters) {
    if (name === 'tls' && value === 'required') continue;
    if (name === 'tls') throw new AddressError('has the parameter "tls" with another value than "required"');
    const field = tlsFields.find((one) => name === `${prefix}${one}`);
    if (field === undefined)
      throw new AddressError(`has the parameter "${name}", which is none of tls, ${known}`);
    if (value === '') throw new AddressError(`has no value for the parameter "${name}"`);
    tls[field] = value;
  }
  return parameters.size === 0 ? null : tls;
}
