/** What goes wrong in the control database, told without a statement or a value in it. */
import { classOfDriverError, type DriverError } from '../database/error-class';
import { whyNotConnected } from '../database/not-connected';

/**
 * `transient`: the same transaction may pass in a moment (deadlock, lock wait). `connection`: the
 * server can't be reached now; it may come back. `operator`: it waits for a person (disk full,
 * read-only), and then goes on. `duplicate`: a unique key refused the row. `configuration`: someone
 * has to correct something (rights, missing table or schema). `other`: anything else, which is a
 * fault of the program.
 */
export type ControlErrorKind =
  'transient' | 'connection' | 'operator' | 'duplicate' | 'configuration' | 'other';

const duplicate = 1062;

const sentences: Readonly<Record<ControlErrorKind, string>> = {
  transient: 'The control database was busy with the same rows.',
  connection: 'The control database can’t be reached.',
  operator: 'The control database needs its operator: disk or memory full, read-only, or a quota is used up.',
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
    return this.kind === 'transient' || this.kind === 'connection' || this.kind === 'operator';
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
 * @returns the error as a ControlError, classified by the table of all databases
 */
export function toControlError(error: unknown): ControlError {
  if (error instanceof ControlError) return error;
  const { errno, code } = (error ?? {}) as DriverError;
  const number = typeof errno === 'number' && errno > 0 ? errno : null;
  const word = typeof code === 'string' ? code : null;
  const kind = kindOf(error, number);
  const why = kind === 'configuration' ? whyNotConnected(error) : null;
  const sentence = why === null ? undefined : `The control database ${why.what}. ${why.todo}`;
  return new ControlError(kind, number, word, sentence);
}

function kindOf(error: unknown, errno: number | null): ControlErrorKind {
  if (errno === duplicate) return 'duplicate';
  // No connection came free in the pool, or none was made in time.
  const { name } = (error ?? {}) as { name?: unknown };
  if (name === 'TimeoutError' || name === 'KnexTimeoutError') return 'connection';
  const errorClass = classOfDriverError(error);
  return errorClass === null || errorClass === 'record' || errorClass === 'shrink' ? 'other' : errorClass;
}
