import { addCounts, noRecords, type OutcomeCounts, type RangeCounts } from '../domain/outcome';
import type { RecordError } from '../domain/record-error';

/** The books of one page while it is written: what was read, what became of it, and every error. */
export class PageBook {
  /** District records read in the page. */
  read = 0;
  readonly errors: RecordError[] = [];
  private sums: RangeCounts = noRecords;

  get counts(): RangeCounts {
    return this.sums;
  }

  add(kind: keyof OutcomeCounts | 'gone', records = 1): void {
    this.sums = addCounts(this.sums, { ...noRecords, [kind]: records });
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
  asCorrection(records: number): PageBook {
    const correction = new PageBook();
    correction.read = this.read - records;
    correction.sums = addCounts(this.sums, { ...noRecords, blocked: -records });
    correction.errors.push(...this.errors.filter(({ outcome }) => outcome !== 'blocked'));
    return correction;
  }
}
