/**
 * The only table of database errors: errno -> class, and the error the rest of the program sees.
 * What each class leads to: docs/data-path.md, Classes of database errors.
 */

import { AddressError } from '../../database/address';
import { isOfTls, whyNotConnected } from '../../database/not-connected';
import { TlsError } from '../../database/tls';

/**
 * transient: repeat the whole transaction. connection: repeat on a new connection, a COMMIT's
 * outcome is unknown. operator: a person has to act (disk full). shrink: repeat with fewer records.
 * record: one record is at fault. configuration: nothing repeats it away. fenced: a newer run holds
 * the district's lease.
 */
export type ErrorClass =
  'transient' | 'connection' | 'operator' | 'shrink' | 'record' | 'configuration' | 'fenced';

export type DatabaseSide = 'district' | 'state' | 'control';

/**
 * Names found in a server's message; they are checked against information_schema before anybody
 * shows them.
 */
export interface ErrorNames {
  readonly column: string | null;
  readonly index: string | null;
  readonly constraint: string | null;
  /** 1-based row of a multi-row statement. */
  readonly row: number | null;
}

const noNames: ErrorNames = { column: null, index: null, constraint: null, row: null };

/**
 * A database error as the rest of the program sees it: class, number and a sentence. Never SQL,
 * never a value.
 */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly errorClass: ErrorClass;
  readonly errno: number | null;
  readonly side: DatabaseSide;
  readonly names: ErrorNames;

  constructor(
    message: string,
    fields: {
      readonly errorClass: ErrorClass;
      readonly side: DatabaseSide;
      readonly errno?: number | null;
      readonly names?: ErrorNames;
    },
  ) {
    super(message);
    this.errorClass = fields.errorClass;
    this.side = fields.side;
    this.errno = fields.errno ?? null;
    this.names = fields.names ?? noNames;
  }
}

/** Errno -> class, in the order of docs/data-path.md. */
export const errorTable: Readonly<Record<Exclude<ErrorClass, 'fenced'>, readonly number[]>> = {
  transient: [1213, 1205, 1020, 1412, 1615, 1297, 1180, 3101, 3572, 3100],
  connection: [
    1040, 1203, 1053, 1077, 1152, 1158, 1159, 1160, 1161, 1184, 1317, 1927, 1047, 3032, 4031, 2006, 2013,
  ],
  operator: [1021, 1026, 1030, 1114, 1836, 1792, 1037, 1041, 1135, 1129, 1226],
  shrink: [1153, 1206, 1197, 1969, 3024, 1390],
  record: [
    1062, 1022, 1586, 1452, 1216, 1451, 1217, 1048, 1364, 1406, 1264, 1265, 1292, 1366, 1690, 3819, 4025,
    3140, 1300, 1977, 1526, 1118, 1644, 1416,
  ],
  configuration: [
    1044, 1045, 1049, 1054, 1064, 1136, 1142, 1143, 1146, 1227, 1298, 1419, 1698, 3159, 1906, 3105, 1193,
    1267, 1273, 1305, 1665, 1148, 3948, 4166,
  ],
};

const classByErrno = new Map<number, ErrorClass>(
  Object.entries(errorTable).flatMap(([errorClass, numbers]) =>
    numbers.map((errno): [number, ErrorClass] => [errno, errorClass as ErrorClass]),
  ),
);

/** The driver's code of a statement that took longer than it may. */
export const statementTimeout = 'PROTOCOL_SEQUENCE_TIMEOUT';

/** Codes of the driver and of the network (their errnos are negative and differ by system). */
const connectionCodes = new Set([
  'PROTOCOL_CONNECTION_LOST',
  statementTimeout,
  'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR',
  'PROTOCOL_ENQUEUE_AFTER_QUIT',
  'POOL_CLOSED',
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/** What a driver's error says of itself, read without trusting it. */
interface DriverError {
  readonly errno?: unknown;
  readonly code?: unknown;
  readonly fatal?: unknown;
  readonly message?: unknown;
  readonly sqlMessage?: unknown;
}

/**
 * Class of an error thrown by mysql2, by errno first and never by the text, but for two numbers
 * that mean two things.
 * @returns `null` when no row of the table fits: the caller treats it as `record` when it is alone
 *   with one record
 */
export function classOf(error: unknown): ErrorClass | null {
  if (error instanceof DatabaseError) return error.errorClass;
  if (error instanceof TlsError || error instanceof AddressError) return 'configuration';
  const { errno, code, fatal, message } = (error ?? {}) as DriverError;
  const text = typeof message === 'string' ? message : '';
  if (typeof errno === 'number' && errno > 0) {
    // 1290 is read-only (a failover: wait) or --secure-file-priv and the like (nothing will change
    // by waiting).
    if (errno === 1290) return /read.only/i.test(text) ? 'operator' : 'configuration';
    if (errno === 1105) return /please retry/i.test(text) ? 'transient' : null;
    const known = classByErrno.get(errno);
    if (known !== undefined) return known;
  }
  if (typeof code === 'string' && connectionCodes.has(code)) return 'connection';
  if (typeof code === 'string' && isOfTls(code)) return 'configuration';
  // What the driver itself trips over is fatal to its connection too, but has no code, and a new
  // connection trips over it again.
  if ((fatal === true && typeof code === 'string') || /closed state/.test(text)) return 'connection';
  return null;
}

/**
 * The error to throw instead of a driver's, whose message and `sql` quote values.
 * An unknown error is `record` (isolation finds out whether one record causes it).
 */
export function classify(error: unknown, side: DatabaseSide): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const driver = (error ?? {}) as DriverError;
  const errno = typeof driver.errno === 'number' && driver.errno > 0 ? driver.errno : null;
  const text = [driver.sqlMessage, driver.message].find((part) => typeof part === 'string') ?? '';
  const errorClass = classOf(error) ?? 'record';
  return new DatabaseError(sentenceOf(errorClass, errno, side, error), {
    errorClass,
    side,
    errno,
    names: namesIn(text),
  });
}

const sentences: Readonly<Record<ErrorClass, string>> = {
  transient: 'was busy with another transaction',
  connection: 'could not be reached or the connection was lost',
  operator: 'needs its operator: disk or memory full, read-only, or a quota is used up',
  shrink: 'refused a statement for its size or length',
  record: 'refused a statement',
  configuration: 'refused a statement for its schema, rights or settings',
  fenced: 'belongs to a newer run',
};

const remedies: Readonly<Partial<Record<number, string>>> = {
  1054: 'a column does not exist',
  1142: 'the account lacks a right on a table',
  1143: 'the account lacks a right on a column',
  1146: 'a table does not exist',
  1227: 'the account lacks a privilege',
  1665: 'its binary log is written by statement: set binlog_format to ROW or MIXED',
};

function sentenceOf(
  errorClass: ErrorClass,
  errno: number | null,
  side: DatabaseSide,
  error: unknown,
): string {
  const { code } = (error ?? {}) as DriverError;
  const why = errorClass === 'configuration' ? whyNotConnected(error) : null;
  if (why !== null) {
    const by = errno ?? (typeof code === 'string' ? code : null);
    return `The ${side}'s database ${why.what}. ${why.todo}${by === null ? '' : ` (error ${by})`}`;
  }
  const remedy = errno === null ? undefined : remedies[errno];
  const number = errno ?? (typeof code === 'string' && connectionCodes.has(code) ? code : 'no number');
  return `The ${side}'s database ${remedy === undefined ? sentences[errorClass] : `refused: ${remedy}`} (error ${number}).`;
}

/**
 * Values come before the names in every one of these messages, so each pattern is tied to the end
 * or to the start.
 */
function namesIn(text: string): ErrorNames {
  const column =
    /for column (?:(?:`[^`]*`|'[^']*')\.){0,2}[`']([^`']{1,64})[`'] at row \d+$/.exec(text)?.[1] ??
    /^Column '([^']{1,64})' cannot be null$/.exec(text)?.[1] ??
    /^Field '([^']{1,64})' doesn't have a default value$/.exec(text)?.[1] ??
    /^Out of range value for column '([^']{1,64})'/.exec(text)?.[1] ??
    null;
  const row = / at row (\d{1,6})$/.exec(text)?.[1];
  return {
    column,
    index: / for key '(?:[^'.]*\.)?([^'.]{1,64})'$/.exec(text)?.[1] ?? null,
    constraint:
      /CONSTRAINT `([^`]{1,64})` (?:FOREIGN KEY|failed)/.exec(text)?.[1] ??
      /^Check constraint '([^']{1,64})' is violated\.?$/.exec(text)?.[1] ??
      null,
    row: row === undefined ? null : Number(row),
  };
}
