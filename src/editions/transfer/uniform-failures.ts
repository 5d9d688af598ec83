import { DatabaseError } from '../connection/errors';

/**
 * Records that must fail in the same way, from the first on, before the schema is blamed and not
 * the data.
 */
const maxUniformFailures = 1_000;

/**
 * A circuit breaker over the first records of a range. When each of the first 1,000 fails with the
 * same error number and column, the object stops: no administrator should read 1,000,000 errors
 * that have one cause.
 */
export class UniformFailures {
  private armed = true;
  private fit = false;
  private failures = 0;
  private cause: string | null = null;

  copy(): UniformFailures {
    return Object.assign(new UniformFailures(), this);
  }

  accepted(): void {
    this.armed = false;
    this.fit = true;
  }

  /** Whether a record was written, or is equal: then the tables fit each other. */
  get tablesFit(): boolean {
    return this.fit;
  }

  /** @throws DatabaseError configuration at the 1,000th failure of the same kind */
  refused({ errno, names }: DatabaseError, object: string): void {
    if (!this.armed) return;
    const cause = `${errno ?? ''} ${names.column ?? names.index ?? names.constraint ?? ''}`;
    this.cause ??= cause;
    if (this.cause !== cause) this.armed = false;
    this.failures += 1;
    if (this.armed && this.failures >= maxUniformFailures) {
      throw new DatabaseError(
        `${object}: the first ${maxUniformFailures} records all fail in the same way (error ${errno ?? 'unknown'}${names.column === null ? '' : `, column ${names.column}`}). The two tables don't fit each other; mend the schema and send the object again.`,
        { errorClass: 'configuration', side: 'state', errno },
      );
    }
  }
}
