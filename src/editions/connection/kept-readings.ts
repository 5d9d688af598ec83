import type { Edition } from './pools';

/** What changed in the middle of a long run is seen after this long at the latest. */
const keptMs = 60_000;
/** Runs of one district at a time: its school years, and what is read beside them. */
const mostKept = 4;

interface Reading<T> {
  readonly at: number;
  readonly value: T;
}

/** What is read of an edition once for all objects of a run. */
export class KeptReadings<T> {
  private readonly byEdition = new WeakMap<Edition, Map<string, Reading<T>>>();

  /**
   * The reading of that name, or a new one.
   * @param name what must not see an older one takes a name of its own, as a run does with its id
   *   and epoch
   */
  get(edition: Edition, name: string, read: () => T): T {
    const kept = this.byEdition.get(edition) ?? new Map<string, Reading<T>>();
    this.byEdition.set(edition, kept);
    const known = kept.get(name);
    if (known !== undefined && performance.now() - known.at < keptMs) return known.value;
    const value = read();
    kept.delete(name);
    kept.set(name, { at: performance.now(), value });
    for (const oldest of [...kept.keys()].slice(0, -mostKept)) kept.delete(oldest);
    return value;
  }

  /** One that failed is not kept. */
  forget(edition: Edition, name: string): void {
    this.byEdition.get(edition)?.delete(name);
  }
}

/** A promise by its id, made once; one that failed is made anew. */
export function once<T>(known: Map<string, Promise<T>>, id: string, read: () => Promise<T>): Promise<T> {
  const before = known.get(id);
  if (before !== undefined) return before;
  const reading = read();
  known.set(id, reading);
  reading.catch(() => known.delete(id));
  return reading;
}
