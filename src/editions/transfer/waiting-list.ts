import { inBatches } from '../../domain/batches';
import {
  type ErrorOutcome,
  formatRecordKey,
  parseRecordKey,
  type RecordKey,
} from '../../domain/record-error';
import type { Session } from '../connection/session';
import { quoteText } from '../connection/sql';
import type { PageJob } from '../mapping/job';
import { keysPerList } from '../mapping/keyset';
import { neededFirst } from './write-order';

/** Errors of each of the two kinds that are held in memory while circles are looked for. */
const mostWaiting = 50_000;

/** A record by its object. */
interface Named {
  readonly object: string;
  readonly key: RecordKey;
}

/** The error of a record that waits for another of its own table, or of its cycle. */
export interface Waiting extends Named {
  readonly id: string;
  readonly for: Named;
  readonly outcome: Extract<ErrorOutcome, 'blocked' | 'failed'>;
}

/** The errors of some objects that may be parts of circles. */
export class WaitingList {
  private readonly byKey = new Map<string, Waiting>();
  private readonly bySound = new Map<string, Waiting>();

  constructor(readonly all: readonly Waiting[]) {
    for (const one of all) {
      this.byKey.set(textOf(one), one);
      this.bySound.set(soundOf(one), one);
    }
  }

  /**
   * A parent's key may be spelled otherwise than the parent itself. If it is another record after
   * all, the circle can't be written, and nothing is lost.
   */
  find(named: Named): Waiting | undefined {
    return this.byKey.get(textOf(named)) ?? this.bySound.get(soundOf(named));
  }

  /** Each waits for one other, so what never ends comes round. */
  circles(): Waiting[][] {
    const next = (one: Waiting): Waiting | undefined => this.find(one.for);
    const needs = new Map(this.all.map((one) => [one, [next(one) ?? []].flat()]));
    const circles: Waiting[][] = [];
    const seen = new Set<Waiting>();
    for (const start of neededFirst(this.all, needs).circles) {
      const path: Waiting[] = [];
      let at = start;
      for (; !seen.has(at); at = next(at)!) {
        seen.add(at);
        path.push(at);
      }
      if (path.includes(at)) circles.push(path.slice(path.indexOf(at)));
    }
    return circles;
  }
}

function textOf({ object, key }: Named): string {
  return formatRecordKey([object, ...key]);
}

/** What keys that a collation or a type may hold to be equal have in common. */
function soundOf({ object, key }: Named): string {
  const parts = key.map((part) =>
    /^-?\d+\.\d+$/.test(part)
      ? part.replace(/\.?0+$/, '')
      : part.normalize('NFKD').replaceAll(/\p{M}/gu, '').toUpperCase().trimEnd(),
  );
  return formatRecordKey([object, ...parts]);
}

/**
 * Those of the objects that wait for a value of each other or for each other as parents. Without
 * anybody who waits for a value there is a circle among records of a cycle only.
 */
export async function readWaiting(jobs: readonly PageJob[]): Promise<WaitingList> {
  const clashes = await readErrors(jobs, 'UNIQUE_CLASH');
  if (clashes.length === 0 && jobs[0]!.mapping.object.cycle === null) return new WaitingList([]);
  return new WaitingList([...clashes, ...(await readErrors(jobs, 'PARENT_NOT_AT_STATE'))]);
}

async function readErrors(jobs: readonly PageJob[], code: string): Promise<Waiting[]> {
  const { editions, fence } = jobs[0]!;
  const names = jobs.map(({ mapping }) => quoteText(mapping.object.name)).join(', ');
  const rows = await editions.state.rows(
    `SELECT recordErrorID, objectName, recordKey, parentObject, parentKey, outcome
       FROM ${editions.control}.recordError
      WHERE resyncID = ${quoteText(fence.resyncId)} AND objectName IN (${names})
        AND parentObject IN (${names}) AND parentKey IS NOT NULL AND code = ${quoteText(code)}
      ORDER BY recordErrorID LIMIT ${mostWaiting}`,
  );
  return rows.map(([id, object, key, parentObject, parentKey, outcome]) => ({
    id: String(id),
    object: String(object),
    key: parseRecordKey(String(key)),
    for: { object: String(parentObject), key: parseRecordKey(String(parentKey)) },
    outcome: outcome as Waiting['outcome'],
  }));
}

/** Their errors go. */
export async function forgetWaiting(
  session: Session,
  { editions }: PageJob,
  settled: readonly Waiting[],
): Promise<void> {
  for (const part of inBatches(settled, keysPerList))
    await session.write(
      `DELETE FROM ${editions.control}.recordError WHERE recordErrorID IN (${part.map(({ id }) => id).join(', ')})`,
    );
}
