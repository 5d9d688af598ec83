/** What goes wrong in the control database, told without a statement or a value in it. */
import { isOfTls, whyNotConnected } from '../database/not-connected';

/**
 * `transient`: the same statement may pass in a moment (deadlock, lock wait, read-only failover).
 * `connection`: the server can't be reached now; it may come back.
 * `duplicate`: a unique key refused the row.
 * `configuration`: a person has to correct something (rights, missing table or schema).
 * `other`: anything else, which is a fault of the program.
 */
export type ControlErrorKind = 'transient' | 'connection' | 'duplicate' | 'configuration' | 'other';

const kinds: Readonly<Record<number, ControlErrorKind>> = {
  1205: 'transient', // lock wait timeout
  1213: 'transient', // deadlock
  1020: 'transient', // MariaDB 11 snapshot isolation: record has changed since last read
  1290: 'transient', // read-only while a failover is under way
  1836: 'transient', // read-only mode
  1040: 'connection', // too many connections
  1053: 'connection', // server shutdown in progress
  1927: 'connection', // connection was killed
  2006: 'connection',
  2013: 'connection',
  4031: 'connection', // disconnected for inactivity
  1062: 'duplicate',
  1044: 'configuration',
  1045: 'configuration',
  1049: 'configuration',
  1054: 'configuration',
  1142: 'configuration',
  1146: 'configuration',
  1698: 'configuration',
  3159: 'configuration',
};

const connectionCodes =
  /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN|ER_SERVER_SHUTDOWN|PROTOCOL_)/;

const sentences: Readonly<Record<ControlErrorKind, string>> = {
  transient: 'The control database was busy with the same rows.',
  connection: 'The control database can’t be reached.',
  duplicate: 'The control database has this row already.',
  configuration: 'The control database is not set up for this: check its URL, rights and migrations.',
  other: 'The control database refused a statement.',
};

/**
 * The one form in which errors of the control database leave this folder. The driver's own error is
 * dropped: it holds the statement, and 1062, 1292 and 1366 quote the value (reliability: "PII in
 * errors").
 */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  constructor(
    readonly kind: ControlErrorKind,
    readonly errno: number | null,
    code: string | null,
    sentence = sentences[kind],
  ) {
    super(`${sentence}${errno !== null || code !== null ? ` (${code ?? ''} ${errno ?? ''})` : ''}`);
  }

  /** The work as a whole may be tried again. */
  get retryable(): boolean {
    return this.kind === 'transient' || this.kind === 'connection';
  }
}

/** The row asked for is not there. */
export class NotFoundError extends Error {
  override readonly name = 'NotFoundError';

  /** @param what in the word a person uses for it, e.g. resync */
  static of(what: string): NotFoundError {
    return new NotFoundError(`There is no such ${what}.`);
  }
}

/** The request contradicts what is stored; the message says how and may be shown to the caller. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError';
}

/**
 * @returns the error as a ControlError, classified by errno or the driver's code, never by its
 * text.
 */
export function toControlError(error: unknown): ControlError {
  if (error instanceof ControlError) return error;
  const { errno, code, name } = (error ?? {}) as { errno?: unknown; code?: unknown; name?: unknown };
  const number = typeof errno === 'number' && errno > 0 ? errno : null;
  const word = typeof code === 'string' ? code : null;
  const known = number === null ? undefined : kinds[number];
  if (known === 'configuration' || (word !== null && isOfTls(word))) {
    const why = whyNotConnected(error);
    const sentence = why === null ? undefined : `The control database ${why.what}. ${why.todo}`;
    return new ControlError('configuration', number, word, sentence);
  }
  if (known) return new ControlError(known, number, word);
  const lost =
    (word !== null && connectionCodes.test(word)) || name === 'TimeoutError' || name === 'KnexTimeoutError';
  return new ControlError(lost ? 'connection' : 'other', number, word);
}
