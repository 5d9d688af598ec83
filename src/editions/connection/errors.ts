/** A driver's error as the rest of the program sees it: class, number and a sentence. */
import {
  classOfDriverError,
  type DriverError,
  type DriverErrorClass,
  isConnectionCode,
} from '../../database/error-class';
import { whyNotConnected } from '../../database/not-connected';

/** fenced: a newer run holds the district's lease. The others are of the table of all databases. */
export type ErrorClass = DriverErrorClass | 'fenced';

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

/**
 * Class of an error, our own ones among them.
 * @returns `null` when no row of the table fits: the caller treats it as `record` when it is alone
 *   with one record
 */
export function classOf(error: unknown): ErrorClass | null {
  return error instanceof DatabaseError ? error.errorClass : classOfDriverError(error);
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
  const number = errno ?? (isConnectionCode(code) ? code : 'no number');
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
