import { addCounts, noRecords, type OutcomeCounts, type RangeCounts } from '../../domain/outcome';
import type { RecordError, RecordKey } from '../../domain/record-error';
import { type MarkedOutcome, markedOutcomes, type RecordMarks } from '../../domain/record-marks';

/** The books of one page while it is written: what was read, what became of it, and every error. */
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

  add(kind: keyof OutcomeCounts | 'extra', records = 1): void {
    this.sums = addCounts(this.sums, { ...noRecords, [kind]: records });
  }

  /** Counts records under an outcome and names them. */
  enter(kind: MarkedOutcome, keys: readonly RecordKey[]): void {
    this.add(kind, keys.length);
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
    this.add(error.outcome);
    this.errors.push(error);
  }

  /**
   * The same as a correction of `records` that stood in the books as blocked: they were read before, and those still
   * blocked keep the error row they have.
   */
  asCorrection(records: number): PageTally {
    const correction = new PageTally();
    correction.read = this.read - records;
    correction.sums = addCounts(this.sums, { ...noRecords, blocked: -records });
    Object.assign(correction.keys, this.keys);
    correction.errors.push(...this.errors.filter(({ outcome }) => outcome !== 'blocked'));
    return correction;
  }
}
