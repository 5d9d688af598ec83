import type { RecordKey } from './record-error';

/**
 * A stretch of one object's key, the work of one activity: records whose key is > `after` and <=
 * `upTo`, in the order of the district's index. `null` on either side: unbounded there.
 */
export interface KeyRange {
  /** 0, 1, 2 ... in key order. */
  readonly rangeNo: number;
  readonly after: RecordKey | null;
  readonly upTo: RecordKey | null;
}

/** Range number of the corrections by the closing retry and by the verification of cycles. */
export const correctionsRange = -1;

/** What a page or range is done for: stands in every ledger row and guards every write. */
export interface Fence {
  readonly resyncId: string;
  /** Epoch of the district's lease that this run was given; a later run has a higher one. */
  readonly epoch: number;
}

/** Which records of the two tables belong together. */
export interface RecordScope {
  /** The district's text id, as in the configuration and the control database. */
  readonly districtId: string;
  /** The district's number in the state's tenant column. */
  readonly districtNumber: number;
  /** The district's code in tenant columns that are texts; absent: the configuration has none. */
  readonly districtCode?: string | undefined;
  /**
   * Other districts send to the same state. Of a table without a tenant column nobody can then say
   * whose a record is.
   */
  readonly sharesState?: boolean;
  /**
   * The district's school years have databases of their own. Of an object that isn't tied to a year
   * nobody can then say that the district lost a record.
   */
  readonly splitByYear?: boolean;
  /** Only records of this school year (for objects tied to one). */
  readonly schoolYear: number;
}
