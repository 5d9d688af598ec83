import { addCounts, noRecords, type OutcomeCounts, type RangeCounts } from '../../domain/outcome';
import type { ErrorOutcome, RecordError, RecordKey } from '../../domain/record-error';
import { type MarkedOutcome, markedOutcomes, type RecordMarks } from '../../domain/record-marks';

/**
 * Sums up one page while it is written: what was read, the outcome of every record, and every
 * error.
 */
export class PageTally {
  /** District records read in the page. */
  read = 0;
  readonly errors: RecordError[] = [];
  private sums: RangeCounts = noRecords;
  private readonly keys: Record<MarkedOutcome, RecordKey[]> = {
    inserted: [],
    updated: [],
    unchanged: [],
    extra: [],
  };

  get counts(): RangeCounts {
    return this.sums;
  }

  count(kind: keyof OutcomeCounts | 'extra', records = 1): void {
    this.sums = addCounts(this.sums, { ...noRecords, [kind]: records });
  }

  /** Counts records under an outcome and names them. */
  add(kind: MarkedOutcome, keys: readonly RecordKey[]): void {
    this.count(kind, keys.length);
    for (const key of keys) this.keys[kind].push(key);
  }

  /** Records by name; those in error are in `errors`. */
  get marks(): RecordMarks {
    return this.keys;
  }

  /** Number of records in `marks`. */
  get named(): number {
    return markedOutcomes.reduce((sum, outcome) => sum + this.keys[outcome].length, 0);
  }

  /** Counts the record under its outcome and keeps its error. */
  refuse(error: RecordError): void {
    this.count(error.outcome);
    this.errors.push(error);
  }

  /**
   * The same as a correction of `records` that the ledger holds under an error's outcome: they were
   * read before, and those that `keeps` keep the error row they have.
   */
  asCorrection(outcome: ErrorOutcome, records: number, keeps: (error: RecordError) => boolean): PageTally {
    const correction = new PageTally();
    correction.read = this.read - records;
    correction.sums = addCounts(this.sums, { ...noRecords, [outcome]: -records });
    Object.assign(correction.keys, this.keys);
    correction.errors.push(...this.errors.filter((error) => !keeps(error)));
    return correction;
  }
}
