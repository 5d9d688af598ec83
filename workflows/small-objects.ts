import { CancellationScope, condition, patched } from '@temporalio/workflow';
import type { ObjectEnd, PreparedObject } from '../activities/contracts';
import { syncObjects } from './activities';
import type { RunContext } from './run-context';
import type { RunProgress } from './run-progress';

/** What one activity sends: enough to make its own cost small, few enough to stop soon. */
const mostTogether = 8;
/** The same with what follows: each of those would otherwise wait for Temporal three times. */
const mostWithFollowers = 16;
/** Fewer aren't split for a second lane. */
const leastToSplit = 4;

interface Waiting {
  readonly name: string;
  /** `null`: not sent, or not to its end; it has to be sent by itself. */
  readonly settle: (end: ObjectEnd | null) => void;
}

/** What a run has planned, and what has become of it. */
interface Planned {
  readonly objects: readonly PreparedObject[];
  readonly progress: RunProgress;
  readonly scopes: ReadonlyMap<string, CancellationScope>;
}

/**
 * Sends small objects that are ready at the same time, so independent of each other, in one
 * activity, and with them what needs only them: an activity for each costs more than their records
 * do. Nothing is lost by it: an object that the activity did not bring to its end is sent by
 * itself, with all that belongs to that.
 */
export class SmallObjects {
  private waiting: Waiting[] = [];
  private done = false;
  /** How those ended that were sent before anybody asked. */
  private readonly early = new Map<string, ObjectEnd>();

  private constructor(
    private readonly run: RunContext,
    private readonly planned: Planned,
  ) {}

  /** Lends itself to `work`, and sends what is handed to it until that ends. */
  static async during<T>(
    run: RunContext,
    planned: Planned,
    work: (small: SmallObjects) => Promise<T>,
  ): Promise<T> {
    const small = new SmallObjects(run, planned);
    const pump = CancellationScope.nonCancellable(() => small.pump());
    try {
      return await work(small);
    } finally {
      small.done = true;
      await pump;
    }
  }

  /** Whether an object was sent, to its end, before anybody asked for it. */
  hasSent(name: string): boolean {
    return this.early.has(name);
  }

  /**
   * Sends an object with others. Never throws; a cancellation of the current scope takes it out.
   * @returns `null` when it has to be sent by itself
   */
  send(name: string): Promise<ObjectEnd | null> {
    const early = this.early.get(name);
    if (early !== undefined) return Promise.resolve(early);
    return new Promise((resolve) => {
      this.waiting.push({ name, settle: resolve });
      CancellationScope.current().cancelRequested.catch(() => {
        this.waiting = this.waiting.filter((waiting) => waiting.name !== name);
        this.stops.get(name)?.();
        resolve(null);
      });
    });
  }

  /** By the name of an object that is under way: what stops its activity. */
  private readonly stops = new Map<string, () => void>();

  private async pump(): Promise<void> {
    for (;;) {
      // A condition is looked at when everything that can become ready now has.
      await condition(() => this.waiting.length > 0 || this.done);
      if (this.waiting.length === 0) return;
      const ready = this.waiting;
      this.waiting = [];
      const size = Math.min(mostTogether, Math.max(leastToSplit, Math.ceil(ready.length / 2)));
      for (let first = 0; first < ready.length; first += size)
        void this.sendTogether(ready.slice(first, first + size));
    }
  }

  private async sendTogether(group: readonly Waiting[]): Promise<void> {
    const { resyncId, gate, epoch } = this.run;
    const objects = group.map(({ name }) => name);
    const followers = this.followersOf(objects);
    const scope = new CancellationScope();
    const stop = (): void => scope.cancel();
    for (const { name } of group) this.stops.set(name, stop);
    const ends = new Map<string, ObjectEnd>();
    try {
      const sent = await scope.run(() =>
        gate.whenOpen(
          () => syncObjects({ resyncId, objects, epoch, ...(followers.length > 0 && { followers }) }),
          () => Promise.resolve(stop()),
        ),
      );
      for (const end of sent) (followers.includes(end.object) ? this.early : ends).set(end.object, end);
    } catch {
      // Cancelled, or no worker brought it to its end: each is sent by itself, and says why.
    }
    for (const { name, settle } of group) {
      this.stops.delete(name);
      settle(ends.get(name) ?? null);
    }
  }

  /**
   * Objects that will be ready once these have ended, and what will be after them, in the order of
   * the plan.
   */
  private followersOf(group: readonly string[]): string[] {
    if (!patched('small-objects-with-followers')) return [];
    const { objects, progress, scopes } = this.planned;
    const names = new Set(objects.map(({ name }) => name));
    const together = new Set(group);
    const isThere = (parent: string): boolean =>
      together.has(parent) ||
      !names.has(parent) ||
      (progress.hasEnded(parent) && !progress.didNotFinish(parent));
    for (const { name, after, small, cycle, problem, changedBy } of objects) {
      if (together.size >= mostWithFollowers) break;
      const follows =
        progress.isWaiting(name) && after.some((parent) => together.has(parent)) && after.every(isThere);
      // What triggers change has to be looked at when their objects have been sent.
      const alone = !small || cycle !== null || problem !== null || changedBy !== undefined;
      if (follows && !alone && !scopes.get(name)?.consideredCancelled) together.add(name);
    }
    return [...together].slice(group.length);
  }
}
