import type { RecordError } from '../../api/answers';

/** How many errors have a value; `null`: errors without one. */
interface FacetValue {
  readonly value: string | null;
  readonly count: number;
}

/** A stored error, with the resync that found it. */
export interface LoggedError extends RecordError {
  readonly resyncId: string;
  readonly rule: string | null;
  readonly school: readonly string[] | null;
}

/** A page of the Error Log, with counts over all that the filter finds. */
export interface DistrictErrors {
  readonly items: readonly LoggedError[];
  readonly nextCursor: string | null;
  readonly total: number;
  readonly totalCapped: boolean;
  readonly facets: Readonly<
    Record<'object' | 'code' | 'field' | 'school' | 'schoolYear', readonly FacetValue[]>
  >;
}
