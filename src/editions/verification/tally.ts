import { addCounts, noRecords, type RangeCounts } from '../../domain/outcome';
import {
  type ComparedCounts,
  type Difference,
  type DifferenceKind,
  nothingCompared,
} from '../../domain/verification';

/** Samples kept of each kind of difference of an object. */
const samplesOfKind = 20;

/** Result of comparing one object. */
export interface ComparedObject {
  readonly object: string;
  readonly counts: ComparedCounts;
  readonly predicted: RangeCounts;
  /** By formatRecordKey of the school's key; `null`: records without one. */
  readonly schools: ReadonlyMap<string | null, ComparedCounts>;
  readonly samples: readonly Difference[];
}

/** Sums up an object while it is compared. */
export class Tally {
  private readonly schools = new Map<string | null, ComparedCounts>();
  private readonly samples = new Map<DifferenceKind, Difference[]>();
  private predicted = noRecords;

  constructor(private readonly object: string) {}

  /** Whether anything differs that isn't a known exclusion. */
  get drift(): boolean {
    return [...this.schools.values()].some((c) => c.missing + c.different + c.extra > 0);
  }

  /** Records a resync would meet in this way. */
  predict(predictedOutcome: keyof RangeCounts, records = 1): void {
    this.predicted = addCounts(this.predicted, { ...noRecords, [predictedOutcome]: records });
  }

  differs(difference: Difference): void {
    this.count(difference.school, { [difference.kind]: 1 });
    const samples = this.samples.get(difference.kind) ?? [];
    if (samples.length < samplesOfKind) samples.push(difference);
    this.samples.set(difference.kind, samples);
  }

  count(school: string | null, more: Partial<ComparedCounts>): void {
    this.schools.set(school, addCompared(this.schools.get(school) ?? nothingCompared, more));
  }

  /** The sums so far. */
  get totals(): ComparedCounts {
    return [...this.schools.values()].reduce(addCompared, nothingCompared);
  }

  result(): ComparedObject {
    return {
      object: this.object,
      counts: this.totals,
      predicted: this.predicted,
      schools: this.schools,
      samples: [...this.samples.values()].flat(),
    };
  }
}

function addCompared(a: ComparedCounts, more: Partial<ComparedCounts>): ComparedCounts {
  const sum = (name: keyof ComparedCounts): number => a[name] + (more[name] ?? 0);
  return {
    districtRecords: sum('districtRecords'),
    stateRecords: sum('stateRecords'),
    missing: sum('missing'),
    different: sum('different'),
    extra: sum('extra'),
    excluded: sum('excluded'),
  };
}
