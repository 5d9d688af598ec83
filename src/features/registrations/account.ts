/** Where the URL of a registered district's database is, and how a process comes to it. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Config, databaseOfYear, type DistrictConfig, type YearDatabase } from '../../config';
import { decryptSecret, EncryptedSecretError, encryptSecret } from '../../control/encrypted-secret';

/**
 * `sealed`: the URL stands in the control database, encrypted. `file`, `variable`: a worker has it,
 * under this name. `configuration`: in the configuration, of a district that is named there too.
 * `several`: one of the first three for each of its databases.
 */
export const accountKinds = ['sealed', 'file', 'variable', 'configuration', 'several'] as const;
export type AccountKind = (typeof accountKinds)[number];

/** As it is stored: never readable. */
export interface StoredAccount {
  readonly kind: AccountKind;
  /** The sealed URL, the name, or several as JSON; `null` of the configuration's. */
  readonly text: string | null;
}

/** As it is given: one of the three. */
export interface GivenAccount {
  readonly url?: string | undefined;
  readonly file?: string | undefined;
  readonly variable?: string | undefined;
}

/** As several are given, by school year. */
export type GivenDatabases =
  GivenAccount | readonly (GivenAccount & { readonly schoolYears?: readonly number[] | undefined })[];

/** One of several, as it is stored. */
export interface StoredYearAccount extends StoredAccount {
  /** Absent: all years that no other names. */
  readonly schoolYears?: readonly number[];
}

/** What of the configuration says how accounts are kept. */
export type AccountSettings = Config['registration'];

/** Only these: no other variable of a worker can be asked for. */
export const variablePattern = /^DISTRICT_[A-Z0-9_]{1,100}$/;
/** A name in the folder, and nothing above it. */
export const filePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** An account can't be used; the message says why and never what is in it. */
export class AccountError extends Error {
  override readonly name = 'AccountError';
}

const setting = 'registration.secretKey';

/** @throws AccountError when a URL is given and there is no key to seal it with */
export function toStored(given: GivenDatabases, settings: AccountSettings): StoredAccount {
  if (!Array.isArray(given)) return oneToStored(given as GivenAccount, settings);
  const several = (given as Exclude<GivenDatabases, GivenAccount>).map(({ schoolYears, ...account }) => ({
    ...oneToStored(account, settings),
    ...(schoolYears !== undefined && { schoolYears }),
  }));
  return { kind: 'several', text: JSON.stringify(several) };
}

/** The accounts of several databases; none of an account that is one. */
export function yearAccountsOf({ kind, text }: StoredAccount): readonly StoredYearAccount[] {
  return kind === 'several' ? (JSON.parse(text ?? '[]') as StoredYearAccount[]) : [];
}

function oneToStored(
  { url = '', file, variable }: GivenAccount,
  { secretKey }: AccountSettings,
): StoredAccount {
  if (file !== undefined) return { kind: 'file', text: file };
  if (variable !== undefined) return { kind: 'variable', text: variable };
  if (secretKey === undefined)
    throw new AccountError(
      `A database URL can’t be kept: ${setting} is not configured. Refer to a file or a variable of the worker instead.`,
    );
  return { kind: 'sealed', text: encryptSecret(url, Buffer.from(secretKey, 'base64')) };
}

/** Where a district's databases are. */
export interface Places {
  /** With `databases`, that of the scoped year at first. */
  readonly databaseUrl: string;
  readonly databases?: readonly YearDatabase[];
}

/**
 * Where a district's databases are, where this process has it.
 * @param configured as the configuration has it; `undefined`: the district isn't in it
 * @throws AccountError
 */
export function placesOf(
  account: StoredAccount,
  settings: AccountSettings,
  {
    schoolYear,
    configured,
  }: { readonly schoolYear: number; readonly configured: DistrictConfig | undefined },
): Places {
  if (account.kind === 'configuration') {
    if (configured === undefined)
      throw new AccountError(
        'Its database stood in the configuration, which has the district no more: change its database.',
      );
    const { databaseUrl, databases } = configured;
    return { databaseUrl, ...(databases !== undefined && { databases }) };
  }
  if (account.kind !== 'several') return { databaseUrl: urlOf(account, settings) };
  const databases = yearAccountsOf(account).map(({ schoolYears, ...one }) => ({
    databaseUrl: urlOf(one, settings),
    ...(schoolYears !== undefined && { schoolYears }),
  }));
  return { databaseUrl: databaseOfYear({ databaseUrl: '', databases }, schoolYear) ?? '', databases };
}

/** One database’s URL, where this process has it. @throws AccountError */
export function urlOf(
  { kind, text }: StoredAccount,
  { secretKey, formerKeys, filesFolder }: AccountSettings,
): string {
  switch (kind) {
    case 'sealed':
      return opened(text ?? '', [...(secretKey === undefined ? [] : [secretKey]), ...formerKeys]);
    case 'variable':
      return variableOf(text ?? '');
    case 'file':
      return textOf(text ?? '', filesFolder);
    default:
      throw new AccountError(`An account can’t be kept as "${kind}" here.`);
  }
}

function opened(sealed: string, keys: readonly string[]): string {
  try {
    return decryptSecret(
      sealed,
      keys.map((key) => Buffer.from(key, 'base64')),
      setting,
    );
  } catch (error) {
    if (!(error instanceof EncryptedSecretError)) throw error;
    throw new AccountError(error.message);
  }
}

function variableOf(name: string): string {
  const value = variablePattern.test(name) ? process.env[name] : undefined;
  if (value !== undefined && value !== '') return value;
  throw new AccountError(`The variable ${name} is not set where the worker runs.`);
}

function textOf(name: string, folder: string | undefined): string {
  if (folder === undefined)
    throw new AccountError('registration.filesFolder is not configured where the worker runs.');
  try {
    return readFileSync(join(folder, basename(name)), 'utf8').trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new AccountError(
      code === 'ENOENT'
        ? `There is no file ${name} in the worker’s registration.filesFolder.`
        : `The file ${name} can’t be read by the worker (${code ?? 'unknown error'}).`,
    );
  }
}
