import { parseRecordKey } from '../../domain/record-error';
import { quoteText } from '../connection/sql';
import type { PageJob } from '../mapping/job';
import { knowsAllYears } from '../mapping/scope';
import { keysPerList } from '../mapping/keyset';
import { absentOf } from '../transfer/parents';
import { readAtState } from '../transfer/records';

/** Blocked records that are followed to the record at the root; with more, none is. */
const mostParents = 2_000;
/** Longest chain of parents that is followed. */
const maxDepth = 32;
/** Clashes of an object that are followed from record to record; of more, each holder alone. */
const mostFollowed = 50_000;

/** The job of an object of the same run. */
type JobOf = (object: string) => Promise<PageJob>;

/**
 * How many errors of an object are no reason against a removal. Those that go back to a unique
 * value that a record has which only the state knows: that record's removal mends them. A record
 * that was entered anew under another key is the common case, and what hangs below it is blocked
 * with it; or numbers that moved up when the first record went, so that each waits for the next.
 * And what is blocked below an excluded record, which was read as reliably as that one.
 * @throws DatabaseError
 */
export async function countHeldByExtra(job: PageJob, jobOf: JobOf): Promise<number> {
  const roots = new Roots(job, jobOf);
  return (await roots.clashes()) + (await roots.blocked()) + (await roots.kept());
}

class Roots {
  private readonly jobs = new Map<string, Promise<PageJob>>();
  private readonly known = new Map<string, boolean>();
  private readonly mended = new Map<string, Promise<ReadonlySet<string>>>();

  constructor(
    private readonly job: PageJob,
    private readonly jobOf: JobOf,
  ) {
    this.jobs.set(job.mapping.object.name, Promise.resolve(job));
  }

  /** The object's own clashes that go back to a record that the district doesn't have. */
  async clashes(): Promise<number> {
    return (await this.mendedOf(this.job.mapping.object.name)).size;
  }

  private mendedOf(object: string): Promise<ReadonlySet<string>> {
    const mended = this.mended.get(object) ?? this.jobFor(object).then((job) => mendedByRemoval(job));
    this.mended.set(object, mended);
    return mended;
  }

  /** Blocked records below such clashes, of whatever object. */
  async blocked(): Promise<number> {
    const rows = await this.job.editions.state.rows(
      `SELECT parentObject, parentKey, COUNT(*) FROM ${this.errors}
        WHERE ${this.ours} AND outcome = 'blocked' AND code <> 'PARENT_EXCLUDED' AND parentKey IS NOT NULL
        GROUP BY parentObject, parentKey LIMIT ${mostParents + 1}`,
    );
    if (rows.length > mostParents) return 0;
    let excused = 0;
    for (const [object, key, records] of rows)
      if (await this.isExcused(String(object), String(key), 0)) excused += Number(records);
    return excused;
  }

  /** Records below one that may not sync. */
  async kept(): Promise<number> {
    const [row] = await this.job.editions.state.rows(
      `SELECT COUNT(*) FROM ${this.errors} WHERE ${this.ours} AND outcome = 'blocked' AND code = 'PARENT_EXCLUDED'`,
    );
    return Number(row![0]);
  }

  private async isExcused(object: string, key: string, depth: number): Promise<boolean> {
    const id = JSON.stringify([object, key]);
    const known = this.known.get(id);
    if (known !== undefined) return known;
    // A circle of records that wait for each other goes back to nothing.
    this.known.set(id, false);
    const excused = depth < maxDepth && (await this.look(object, key, depth));
    this.known.set(id, excused);
    return excused;
  }

  private async look(object: string, key: string, depth: number): Promise<boolean> {
    const { editions, fence, signal } = this.job;
    signal.throwIfAborted();
    const [row] = await editions.state.rows(
      `SELECT outcome, parentObject, parentKey FROM ${this.errors}
        WHERE resyncID = ${quoteText(fence.resyncId)} AND objectName = ${quoteText(object)} AND recordKey = ${quoteText(key)}`,
    );
    if (!row || row[2] === null) return false;
    const [outcome, parentObject, parentKey] = row.map(String);
    if (outcome === 'blocked') return this.isExcused(parentObject!, parentKey!, depth + 1);
    return (await this.mendedOf(object)).has(key);
  }

  private jobFor(object: string): Promise<PageJob> {
    const job = this.jobs.get(object) ?? this.jobOf(object);
    this.jobs.set(object, job);
    return job;
  }

  private get errors(): string {
    return errorsOf(this.job);
  }

  private get ours(): string {
    return ownErrors(this.job);
  }
}

function errorsOf({ editions }: PageJob): string {
  return `${editions.control}.recordError`;
}

function ownErrors({ fence, mapping }: PageJob): string {
  return `resyncID = ${quoteText(fence.resyncId)} AND objectName = ${quoteText(mapping.object.name)}`;
}

/**
 * The object's clashes that the removal of extra records mends: what such a record has, the first
 * takes, and what that one gives up, the next.
 * @returns keys as they stand beside errors
 */
async function mendedByRemoval(job: PageJob): Promise<ReadonlySet<string>> {
  const mended = new Set<string>();
  const waiting = new Map<string, string[]>();
  let after = '0';
  let followed = 0;
  for (;;) {
    job.signal.throwIfAborted();
    const rows = await job.editions.state.rows(
      `SELECT recordErrorID, recordKey, parentKey, code FROM ${errorsOf(job)}
        WHERE ${ownErrors(job)} AND outcome = 'failed' AND code IN ('UNIQUE_CLASH', 'RENUMBERED') AND parentKey IS NOT NULL
          AND recordErrorID > ${after} ORDER BY recordErrorID LIMIT ${keysPerList}`,
    );
    if (rows.length === 0) break;
    const gone = new Set(
      await absent(
        job,
        rows.map(([, , holder]) => String(holder)),
      ),
    );
    // Renumbered to a key that another record has at the state: that one goes on standing there.
    const moved = rows.flatMap(([, key, , code]) => (code === 'RENUMBERED' ? [String(key)] : []));
    const taken = await readAtState(job, moved.map(parseRecordKey));
    for (const [n, [, key, holder]] of rows.entries()) {
      if (taken.has(String(key))) continue;
      if (gone.has(n)) mended.add(String(key));
      else if ((followed += 1) <= mostFollowed)
        waiting.set(String(holder), [...(waiting.get(String(holder)) ?? []), String(key)]);
    }
    after = String(rows.at(-1)![0]);
  }
  for (const key of mended) for (const next of waiting.get(key) ?? []) mended.add(next);
  return mended;
}

/**
 * Which of an object's records the district doesn't have, in any school year; none where another
 * year's database may have them.
 */
async function absent(job: PageJob, keys: readonly string[]): Promise<number[]> {
  const { editions, mapping } = job;
  if (!knowsAllYears(job.scope)) return [];
  const columns = mapping.districtKey.columns.map(({ column }) => column);
  const table = { table: mapping.districtTable, tenant: null, columns };
  return absentOf(editions.district, job, table, keys.map(parseRecordKey));
}
