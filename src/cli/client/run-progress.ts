import { addCounts, errorsOf, noRecords, processedOf } from '../../domain/outcome';
import { hasEnded, type ObjectProgressFacts, shareOfObject, shareOfRun } from '../../domain/progress';
import type { ObjectOutcome, Resync } from './answers';

/** How far a run is. */
export interface RunEstimate {
  readonly objectsDone: number;
  readonly objects: number;
  readonly processed: number;
  readonly errors: number;
  /** 0 to 1. */
  readonly share: number;
  /** `null` before there is enough to judge by. */
  readonly secondsLeft: number | null;
}

/** Below this share an estimate would be a guess. */
const leastShare = 0.02;

/** What is known of a run from its events, and what follows from it. */
export class RunView {
  private view: Resync;

  constructor(snapshot: Resync) {
    this.view = snapshot;
  }

  get resync(): Resync {
    return this.view;
  }

  get status(): Resync['status'] {
    return this.view.status;
  }

  get objects(): readonly ObjectOutcome[] {
    return this.view.objectResults ?? [];
  }

  /** Takes an `object` event. @returns the row before it */
  takeObject(row: ObjectOutcome): ObjectOutcome | undefined {
    const before = this.objects.find(({ object }) => object === row.object);
    const rows = before
      ? this.objects.map((known) => (known === before ? row : known))
      : [...this.objects, row].sort((a, b) => a.position - b.position);
    this.view = { ...this.view, objectResults: rows };
    return before;
  }

  /** Takes a `resync` event: everything but the objects. */
  takeHead(head: Omit<Resync, 'objectResults'>): void {
    this.view = { ...head, objectResults: [...this.objects] };
  }

  /** Totals and time left, by the share of each object's records (of its last run) or ranges. */
  estimate(nowMs: number): RunEstimate {
    const counts = this.objects.reduce((sum, row) => addCounts(sum, row.counts), noRecords);
    // Of a state's request a district gets the percentage and no objects.
    const share =
      this.objects.length > 0 ? shareOfRun(this.objects.map(factsOf)) : (this.view.percent ?? 0) / 100;
    const startedAt = this.view.startedAt === null ? null : Date.parse(this.view.startedAt);
    const seconds = startedAt === null ? 0 : (nowMs - startedAt) / 1000;
    return {
      objectsDone: this.objects.filter(hasEnded).length,
      objects: this.objects.length,
      processed: processedOf(counts),
      errors: errorsOf(counts),
      share,
      secondsLeft: share < leastShare || seconds <= 0 ? null : (seconds / share) * (1 - share),
    };
  }
}

/** How much of an object is done, 0 to 1. */
export function shareOf(row: ObjectOutcome): number {
  return shareOfObject(factsOf(row));
}

function factsOf({ counts, ...row }: ObjectOutcome): ObjectProgressFacts {
  return { ...row, processed: counts.processed };
}
