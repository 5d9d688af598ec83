import type { ObjectView } from '../control/read-resync';
import { addCounts, errorsOf, noRecords, processedOf } from '../domain/outcome';
import type { ResyncStatus } from '../domain/resync';
import type { ResyncAnswer } from './outcome-table';

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
  private view: ResyncAnswer;

  constructor(snapshot: ResyncAnswer) {
    this.view = snapshot;
  }

  get resync(): ResyncAnswer {
    return this.view;
  }

  get status(): ResyncStatus {
    return this.view.status;
  }

  get objects(): readonly ObjectView[] {
    return this.view.objectRows ?? [];
  }

  /** Takes an `object` event. @returns the row before it */
  takeObject(row: ObjectView): ObjectView | undefined {
    const before = this.objects.find(({ object }) => object === row.object);
    const rows = before
      ? this.objects.map((known) => (known === before ? row : known))
      : [...this.objects, row].sort((a, b) => a.position - b.position);
    this.view = { ...this.view, objectRows: rows };
    return before;
  }

  /** Takes a `resync` event: everything but the objects. */
  takeHead(head: Omit<ResyncAnswer, 'objectRows'>): void {
    this.view = { ...head, objectRows: this.objects };
  }

  /** Totals and time left, by the share of each object's records (of its last run) or ranges. */
  estimate(nowMs: number): RunEstimate {
    const counts = this.objects.reduce((sum, row) => addCounts(sum, row.counts), noRecords);
    const weights = this.objects.map(weightOf);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const done = this.objects.reduce((sum, row, index) => sum + shareOf(row) * weights[index]!, 0);
    const share = total === 0 ? 0 : done / total;
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

/** Has the object come to any end? */
export function hasEnded({ status }: Pick<ObjectView, 'status'>): boolean {
  return status !== 'waiting' && status !== 'running';
}

/** Every object costs something besides its records. */
function weightOf({ expected, ranges, counts }: ObjectView): number {
  return 200 + Math.max(expected ?? ranges * 1000, counts.processed);
}

/** How much of an object is done, 0 to 1. */
export function shareOf(row: ObjectView): number {
  if (hasEnded(row)) return 1;
  if (row.status === 'waiting') return 0;
  if (row.expected !== null && row.expected > 0) return Math.min(0.99, row.counts.processed / row.expected);
  return row.ranges === 0 ? 0 : Math.min(0.99, row.rangesDone / row.ranges);
}
