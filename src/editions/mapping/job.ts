import type { Catalog } from '../../domain/catalog';
import type { RangeCounts } from '../../domain/outcome';
import type { Fence, KeyRange, RecordScope } from '../../domain/range';
import type { ResyncMode } from '../../domain/resync';
import type { HeldUpdates } from '../../domain/safety';
import type { ObjectMapping } from './types';
import type { Editions } from '../connection/pools';

/** What reading and comparing the two sides of one object needs to know. */
export interface CompareJob {
  readonly editions: Editions;
  readonly catalog: Catalog;
  readonly mapping: ObjectMapping;
  readonly scope: RecordScope;
  readonly mode: ResyncMode;
  /** District records of one page; where it is written, one transaction at the state. */
  readonly pageRecords: number;
}

/** What moving records of one object needs to know. */
export interface PageJob extends CompareJob {
  readonly fence: Fence;
  /**
   * The lease it is done under, where the books of another run than `fence` names are corrected.
   * Absent: the fence's own.
   */
  readonly lease?: Fence;
  /** The state asked for the run: what it finds is not the district's to see. Absent: it didn't. */
  readonly ofState?: boolean;
  /**
   * Awaited once a page that wrote so many records is committed: no transaction is open meanwhile.
   * Absent: the next page follows at once.
   */
  readonly afterWrite?: (records: number) => Promise<void>;
  /** Looked at between statements; what is committed stays. */
  readonly signal: AbortSignal;
  /** Test hook: between a page's last statement and its COMMIT. */
  readonly beforeCommit?: () => Promise<void> | void;
}

export interface RangeJob extends PageJob {
  readonly range: KeyRange;
  /** Statements running at the district above which the next page waits; 0 or absent: never. */
  readonly districtLoadCeiling?: number;
  /** Above which share of updates the object is held, and who notes it. Absent: never. */
  readonly hold?: {
    readonly sharePercent: number;
    readonly onHeld: (held: HeldUpdates) => Promise<void>;
  };
  /** After each commit; `counts` are the page's. */
  readonly onPage?: (progress: { readonly pageNo: number; readonly counts: RangeCounts }) => void;
}
