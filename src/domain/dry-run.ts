import type { RangeCounts } from './outcome';
import type { ResyncMode } from './resync';

/** A resync predicted: what it would come to, and how long it would take. docs/decisions/0018. */

/**
 * What a comparison predicts, for the mode in which would be sent: `everything` writes equal
 * records too.
 */
export function predictedCounts(predicted: RangeCounts, mode: ResyncMode = 'compare'): RangeCounts {
  if (mode === 'compare') return predicted;
  return { ...predicted, updated: predicted.updated + predicted.unchanged, unchanged: 0 };
}

/** Pace of objects nothing is known of: a cautious guess, told as one (docs/decisions/0018). */
const defaultRecordsPerSecond = 5_000;
/** What an object costs besides its records. */
const defaultObjectSeconds = 0.2;

/** How an object went in one finished run. */
export interface PastObject {
  readonly resyncId: string;
  /** From the run's start to its end. */
  readonly runSeconds: number;
  /** The same of each object of the run, summed up. */
  readonly runObjectSeconds: number;
  readonly object: string;
  readonly records: number;
  readonly seconds: number;
}

/** How long a resync would take, and what that is based on. */
export interface TimeEstimate {
  readonly seconds: number;
  /** The district's own finished runs it is based on; 0: the default pace. */
  readonly runs: number;
  /** Objects without a run of their own, at the default pace. */
  readonly objectsAtDefault: number;
  readonly defaultRecordsPerSecond: number;
  readonly text: string;
}

/**
 * Each object at the pace of its own past; all together by what the whole runs took of the sum of
 * their objects, because objects go side by side and wait for one another.
 * @param objects with the records they would process
 * @param past of the same objects
 */
export function estimateTime(
  objects: readonly { readonly object: string; readonly records: number }[],
  past: readonly PastObject[],
): TimeEstimate {
  const runs = new Map(past.map((one) => [one.resyncId, one]));
  const objectSeconds = sumOf([...runs.values()], (run) => run.runObjectSeconds);
  const share = objectSeconds > 0 ? sumOf([...runs.values()], (run) => run.runSeconds) / objectSeconds : 1;
  let seconds = 0;
  let objectsAtDefault = 0;
  for (const { object, records } of objects) {
    const own = past.filter((one) => one.object === object);
    if (own.length > 0) seconds += secondsLike(own, records) * share;
    else {
      objectsAtDefault += 1;
      seconds += defaultObjectSeconds + records / defaultRecordsPerSecond;
    }
  }
  const rounded = Math.max(1, Math.round(seconds));
  return {
    seconds: rounded,
    runs: runs.size,
    objectsAtDefault,
    defaultRecordsPerSecond,
    text: textOf(rounded, { runs: runs.size, objects: objects.length, objectsAtDefault }),
  };
}

function secondsLike(own: readonly PastObject[], records: number): number {
  const pastRecords = sumOf(own, (one) => one.records);
  const pastSeconds = sumOf(own, (one) => one.seconds);
  const once = pastSeconds / own.length;
  return pastRecords === 0 ? once : records * (pastSeconds / pastRecords);
}

function sumOf<T>(items: readonly T[], amount: (item: T) => number): number {
  return items.reduce((sum, item) => sum + amount(item), 0);
}

function textOf(
  seconds: number,
  { runs, objects, objectsAtDefault }: { runs: number; objects: number; objectsAtDefault: number },
): string {
  const pace = `${defaultRecordsPerSecond.toLocaleString('en-US')} records per second, the default`;
  if (runs === 0) return `About ${seconds} s, at ${pace}: the district has no finished run of these objects.`;
  const rest = objectsAtDefault > 0 ? `, and for ${objectsAtDefault} of ${objects} object(s) on ${pace}` : '';
  return `About ${seconds} s, based on the district’s last ${runs} finished run(s)${rest}.`;
}
