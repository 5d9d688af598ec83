import { parseRecordKey } from '../../domain/record-error';
import { quoteText } from '../connection/sql';
import type { PageJob } from '../mapping/job';
import { keysPerList } from '../mapping/keyset';
import { absentOf } from '../transfer/parents';

/** Blocked records that are followed to the record at the root; with more, none is. */
const mostParents = 2_000;
/** Longest chain of parents that is followed. */
const maxDepth = 32;

/** The job of an object of the same run. */
type JobOf = (object: string) => Promise<PageJob>;

/**
 * How many errors of an object are no reason against a removal. Those that go back to a unique
 * value that a record has which only the state knows: that record's removal mends them. A record
 * that was entered anew under another key is the common case, and what hangs below it is blocked
 * with it. And what is blocked below an excluded record, which was read as reliably as that one.
 * @throws DatabaseError
 */
export async function countHeldByExtra(job: PageJob, jobOf: JobOf): Promise<number> {
  const roots = new Roots(job, jobOf);
  return (await roots.clashes()) + (await roots.blocked()) + (await roots.kept());
}

class Roots {
  private readonly jobs = new Map<string, Promise<PageJob>>();
  private readonly known = new Map<string, boolean>();

  constructor(
    private readonly job: PageJob,
    private readonly jobOf: JobOf,
  ) {}

  /** The object's own clashes with a record that the district doesn't have. */
  async clashes(): Promise<number> {
    const { editions, signal } = this.job;
    let excused = 0;
    let after = '0';
    for (;;) {
      signal.throwIfAborted();
      const rows = await editions.state.rows(
        `SELECT recordErrorID, parentKey FROM ${this.errors}
          WHERE ${this.ours} AND outcome = 'failed' AND code IN ('UNIQUE_CLASH', 'RENUMBERED') AND parentKey IS NOT NULL
            AND recordErrorID > ${after} ORDER BY recordErrorID LIMIT ${keysPerList}`,
      );
      if (rows.length === 0) return excused;
      const holders = rows.map(([, key]) => String(key));
      excused += (await absent(this.job, holders)).length;
      after = String(rows.at(-1)![0]);
    }
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
      `SELECT outcome, code, parentObject, parentKey FROM ${this.errors}
        WHERE resyncID = ${quoteText(fence.resyncId)} AND objectName = ${quoteText(object)} AND recordKey = ${quoteText(key)}`,
    );
    if (!row || row[3] === null) return false;
    const [outcome, code, parentObject, parentKey] = row.map(String);
    if (outcome === 'blocked') return this.isExcused(parentObject!, parentKey!, depth + 1);
    if (code !== 'UNIQUE_CLASH' && code !== 'RENUMBERED') return false;
    return (await absent(await this.jobFor(object), [parentKey!])).length > 0;
  }

  private jobFor(object: string): Promise<PageJob> {
    const job = this.jobs.get(object) ?? this.jobOf(object);
    this.jobs.set(object, job);
    return job;
  }

  private get errors(): string {
    return `${this.job.editions.control}.recordError`;
  }

  private get ours(): string {
    const { fence, mapping } = this.job;
    return `resyncID = ${quoteText(fence.resyncId)} AND objectName = ${quoteText(mapping.object.name)}`;
  }
}

/** Which of an object's records the district doesn't have, in any school year. */
function absent(job: PageJob, keys: readonly string[]): Promise<number[]> {
  const { editions, mapping } = job;
  const columns = mapping.districtKey.columns.map(({ column }) => column);
  const table = { table: mapping.districtTable, tenant: null, columns };
  return absentOf(editions.district, job, table, keys.map(parseRecordKey));
}
