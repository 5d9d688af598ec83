import { CancellationScope, condition } from '@temporalio/workflow';
import type { ObjectEnd } from '../activities/contracts';
import { syncObjects } from './activities';
import type { RunContext } from './run-context';

/** What one activity sends: enough to make its own cost small, few enough to stop soon. */
const mostTogether = 8;
/** Fewer aren't split for a second lane. */
const leastToSplit = 4;

interface Waiting {
  readonly name: string;
  /** `null`: not sent, or not to its end; it has to be sent by itself. */
  readonly settle: (end: ObjectEnd | null) => void;
}

/**
 * Sends small objects that are ready at the same time, so independent of each other, in one
 * activity: an activity for each costs more than their records do. Nothing is lost by it: an object
 * that the activity did not bring to its end is sent by itself, with all that belongs to that.
 */
export class SmallObjects {
  private waiting: Waiting[] = [];
  private done = false;

  private constructor(private readonly run: RunContext) {}

  /** Lends itself to `work`, and sends what is handed to it until that ends. */
  static async during<T>(run: RunContext, work: (small: SmallObjects) => Promise<T>): Promise<T> {
    const small = new SmallObjects(run);
    const pump = CancellationScope.nonCancellable(() => small.pump());
    try {
      return await work(small);
    } finally {
      small.done = true;
      await pump;
    }
  }

  /**
   * Sends an object with others. Never throws; a cancellation of the current scope takes it out.
   * @returns `null` when it has to be sent by itself
   */
  send(name: string): Promise<ObjectEnd | null> {
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
    const { resyncId, gate } = this.run;
    const scope = new CancellationScope();
    const stop = (): void => scope.cancel();
    for (const { name } of group) this.stops.set(name, stop);
    const ends = new Map<string, ObjectEnd>();
    try {
      const sent = await scope.run(() =>
        gate.whenOpen(
          () => syncObjects({ resyncId, objects: group.map(({ name }) => name), epoch: this.run.epoch }),
          () => Promise.resolve(stop()),
        ),
      );
      for (const end of sent) ends.set(end.object, end);
    } catch {
      // Cancelled, or no worker brought it to its end: each is sent by itself, and says why.
    }
    for (const { name, settle } of group) {
      this.stops.delete(name);
      settle(ends.get(name) ?? null);
    }
  }
}
