import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { ObjectEnd, PreparedObject } from '../activities/contracts';
import { colorOf, errorsOf, noRecords, type ObjectStatus, processedOf } from '../src/domain/outcome';
import { endedStatuses, type ResyncRequest, type ResyncStatus } from '../src/domain/resync';
import type { ObjectProgress, ResyncProgress } from './messages';
import type { PauseGate } from './pause-gate';
import { attributeKeys } from '../src/domain/search-attributes';

/** Temporal keeps 20,000 bytes of details; names are ASCII. */
const detailsLimit = 19_000;

/** What the run knows of its objects, told to queries and to Temporal Web. */
export class RunProgress {
  private readonly objects = new Map<string, ObjectProgress>();
  /** Why the run as a whole failed; an object that failed is not that. */
  failure: string | null = null;

  /** What there is to say beside the table: removals that wait, or what came of them. */
  remark: string | null = null;

  /** It is known what the run sends. */
  isPlanned = false;

  private told: ResyncStatus | null = null;

  /** Counts what happens, to say what came after what. */
  private clock = 0;
  private readonly lookedAt = new Map<string, number>();
  private readonly wroteAt = new Map<string, number>();

  constructor(
    private readonly request: ResyncRequest,
    private readonly gate: PauseGate,
  ) {}

  planned(objects: readonly PreparedObject[]): void {
    this.isPlanned = true;
    for (const { name } of objects) this.set(name, 'waiting', null);
    this.tell();
  }

  started(objects: readonly PreparedObject[]): void {
    for (const { name } of objects) {
      this.set(name, 'running', null);
      this.looksAgain(name);
    }
    this.tell();
  }

  /** The object's records are compared from now on. */
  looksAgain(name: string): void {
    this.lookedAt.set(name, (this.clock += 1));
  }

  /** An object was compared once more. */
  lookedAgain(end: ObjectEnd, written: number): void {
    this.set(end.object, end.status, end.counts);
    if (written > 0) this.wroteAt.set(end.object, (this.clock += 1));
    this.tell();
  }

  /** Were records of `other` written since those of `name` were compared? */
  wroteSince(other: string, name: string): boolean {
    return (this.wroteAt.get(other) ?? 0) > (this.lookedAt.get(name) ?? 0);
  }

  ended(ends: readonly ObjectEnd[]): void {
    for (const { object, status, counts } of ends) {
      this.set(object, status, counts);
      if (status !== 'skipped') this.wroteAt.set(object, (this.clock += 1));
    }
    this.tell();
  }

  has(name: string): boolean {
    return this.objects.has(name);
  }

  isWaiting(name: string): boolean {
    return this.objects.get(name)?.status === 'waiting';
  }

  hasEnded(name: string): boolean {
    const status = this.objects.get(name)?.status;
    return status !== undefined && status !== 'waiting' && status !== 'running';
  }

  didNotFinish(name: string): boolean {
    return this.objects.get(name)?.status !== 'finished';
  }

  /** Share of an object's records that were blocked or failed; 0 for one that isn't in the run. */
  unsentPercent(name: string): number {
    const counts = this.objects.get(name)?.counts;
    const processed = counts ? processedOf(counts) : 0;
    return counts && processed > 0 ? (100 * (counts.blocked + counts.failed)) / processed : 0;
  }

  /** Did any record newly come to the state? */
  hasInserted(): boolean {
    return [...this.objects.values()].some(({ counts }) => (counts?.inserted ?? 0) > 0);
  }

  hasBlocked(name: string): boolean {
    const object = this.objects.get(name);
    return object?.status === 'finished' && (object.counts?.blocked ?? 0) > 0;
  }

  /** May a retry mend records of it? Which of the failed ones, only the errors tell. */
  mayMend(name: string): boolean {
    const object = this.objects.get(name);
    return object?.status === 'finished' && this.unsentOf([name]) > 0;
  }

  /** Blocked and failed records of these objects. */
  unsentOf(names: readonly string[]): number {
    return names.reduce((sum, name) => {
      const counts = this.objects.get(name)?.counts;
      return sum + (counts?.blocked ?? 0) + (counts?.failed ?? 0);
    }, 0);
  }

  /** Are there records gone, or is it not known? */
  mayHaveExtra(name: string): boolean {
    return this.didNotFinish(name) || (this.objects.get(name)?.counts?.extra ?? 0) > 0;
  }

  snapshot(): ResyncProgress {
    return {
      resyncId: this.request.resyncId,
      status: this.gate.status,
      heldUntil: this.gate.heldUntil,
      objects: [...this.objects.values()],
    };
  }

  /** Writes the run's table for Temporal Web, and the status an operator filters by. */
  tell(status: ResyncStatus = this.gate.status): void {
    if (status !== this.told) upsertSearchAttributes([{ key: attributeKeys.status, value: status }]);
    this.told = status;
    const rows = [...this.objects.values()].map(({ name, status: objectStatus, color, counts }) =>
      counts === null
        ? `| ${name} | ${objectStatus} | ${color} | | |`
        : `| ${name} | ${objectStatus} | ${color} | ${processedOf(counts)} | ${errorsOf(counts)} |`,
    );
    setCurrentDetails(
      [
        `**${status}**${this.heldText(status)}`,
        ...(this.remark === null ? [] : ['', this.remark]),
        '',
        '| Object | Status | Color | Processed | Errors |',
        '| --- | --- | --- | ---: | ---: |',
        ...rows,
      ]
        .join('\n')
        .slice(0, detailsLimit),
    );
  }

  private heldText(status: ResyncStatus): string {
    const { heldUntil } = this.gate;
    return heldUntil === null || endedStatuses.includes(status)
      ? ''
      : `, held by blackout until ${heldUntil}`;
  }

  private set(name: string, status: ObjectStatus, counts: ObjectEnd['counts'] | null): void {
    this.objects.set(name, { name, status, color: colorOf(status, counts ?? noRecords), counts });
  }
}
