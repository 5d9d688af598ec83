import type { Color } from '../../../domain/outcome';
import type { Scenario } from '../../../domain/resync';
import type { YearKind } from '../../../domain/school-year';

/** A full resync that decides about a turn of the year. */
export interface YearRun {
  readonly resyncId: string;
  readonly scenario: Scenario;
  readonly endedAt: string | null;
  readonly color: Color | null;
  readonly accepted: boolean;
}

/** The scoped year of a district, and both of its turns. */
export interface ScopedYear {
  readonly scopedYear: number;
  readonly offeredYears: readonly {
    readonly schoolYear: number;
    readonly kind: YearKind;
    readonly objects: readonly string[] | null;
  }[];
  readonly endOfYear: {
    readonly holds: boolean;
    readonly why: string | null;
    readonly resync: YearRun | null;
  };
  readonly startOfYear: {
    readonly status: 'notDue' | 'due' | 'overdue' | 'done';
    readonly dueAt: string | null;
    readonly resync: YearRun | null;
    readonly why: string | null;
  };
  readonly switches: readonly {
    readonly fromYear: number;
    readonly toYear: number;
    readonly switchedAt: string;
    readonly switchedBy: string;
    readonly overridden: boolean;
    readonly reason: string | null;
    readonly resyncId: string | null;
  }[];
}
