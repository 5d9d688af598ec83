/** Runs one draw through the product's own functions and asks the reference what is wrong. */
import type { SyncObject } from '../../src/domain/catalog';
import { DatabaseError } from '../../src/editions/connection/errors';
import type { PageJob } from '../../src/editions/mapping/job';
import { findExtra, whyNotRemovable } from '../../src/editions/removal/find-removable';
import { removeFound } from '../../src/editions/removal/remove-records';
import { cutRanges } from '../../src/editions/transfer/bounds';
import { retryBlocked, retryBlockedOfCycle } from '../../src/editions/transfer/retry-blocked';
import { leftInsertions } from '../../src/editions/transfer/settle-cycles';
import { syncRange } from '../../src/editions/transfer/sync-range';
import { verifyCycle } from '../../src/editions/transfer/verify-cycle';
import { districtNumber, object, type World } from '../editions/support';
import type { Databases } from './databases';
import type { Draw } from './draw-records';
import { inOrder, type TableDraw } from './draw-schema';
import { Reference, type Said } from './reference';
import { snapshotOf } from './snapshot';
import { tenantColumn } from './script';

/** What a draw came to. */
export interface DrawResult {
  /** None: the product did as it should. */
  readonly problems: readonly string[];
  /** Of all objects; `refused`: draws whose types the data path doesn't take. */
  readonly seen: Readonly<Record<string, number>>;
}

const closingPasses = 10;
const scope = { districtId: 'd1', districtNumber, districtCode: '7A', schoolYear: 2027 };

export async function runDraw(databases: Databases, draw: Draw): Promise<DrawResult> {
  await databases.fill(draw);
  const run = new Run(databases.world, draw);
  const refused = draw.schema.tables.find(({ columns }) => columns.some((column) => column.refused));
  if (refused !== undefined) return { problems: await run.problemsOfRefusal(refused), seen: { refused: 1 } };
  if (draw.killedBefore) await run.beKilled();
  const reference = await Reference.before(databases, draw);
  const first = await run.send(draw.mode);
  const problems = await reference.judge(first);
  if (problems.length === 0) problems.push(...(await secondRun(databases, draw, run, first)));
  return { problems, seen: sumOf(first) };
}

/** On the same data: nothing is written, and the same errors are told. */
async function secondRun(
  databases: Databases,
  draw: Draw,
  run: Run,
  first: ReadonlyMap<string, Said>,
): Promise<string[]> {
  const dump = async (): Promise<string[]> => {
    const texts: string[] = [];
    for (const table of draw.schema.tables)
      texts.push(
        JSON.stringify([...(await snapshotOf(databases, draw, table))].sort(([a], [b]) => (a < b ? -1 : 1))),
      );
    return texts;
  };
  const before = await dump();
  const same = draw.mode === 'compare';
  const second = await run.send('compare');
  const after = await dump();
  // Which of two missing parents is named may depend on what else a page had.
  const errorsOf = ({ errors }: Said): string =>
    JSON.stringify(
      errors
        .map(({ recordKey, outcome, code, field }) =>
          [recordKey, outcome, code, outcome === 'blocked' ? '' : field].join(' '),
        )
        .sort(),
    );
  const keysOf = ({ errors }: Said): string =>
    JSON.stringify(errors.map(({ recordKey }) => recordKey).sort());
  const others = draw.schema.tables.some(
    ({ name }) => errorsOf(first.get(name)!) !== errorsOf(second.get(name)!),
  );
  // A record at fault in two ways may be told the other one: what was in its way went or came with
  // the first run. Then that has to be as true.
  const untrue = same && others ? await (await Reference.before(databases, draw)).judge(second) : [];
  const differences = draw.schema.tables.flatMap(({ name }, at) => {
    const [one, two] = [first.get(name)!, second.get(name)!];
    const sent = one.counts['inserted']! + one.counts['updated']! + one.counts['unchanged']!;
    const { inserted, updated, unchanged } = two.counts;
    return [
      ...(before[at] === after[at] ? [] : [`${name}: the second run wrote`]),
      // Everything sent anew may be refused though it is equal: below a parent that is lost.
      ...(!same || (inserted === 0 && updated === 0 && unchanged === sent)
        ? []
        : [
            `${name}: the second run came to ${JSON.stringify(two.counts)} after ${JSON.stringify(one.counts)}`,
          ]),
      ...(!same || keysOf(one) === keysOf(two)
        ? []
        : [`${name}: the second run's errors are ${errorsOf(two)} after ${errorsOf(one)}`]),
    ];
  });
  return [...differences, ...untrue.map((problem) => `the second run: ${problem}`)];
}

function sumOf(said: ReadonlyMap<string, Said>): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { counts, errors } of said.values()) {
    for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
    for (const { code } of errors) sums[code] = (sums[code] ?? 0) + 1;
  }
  return sums;
}

/** The product's side of a draw. */
class Run {
  private readonly objects: readonly SyncObject[];

  constructor(
    private readonly world: World,
    private readonly draw: Draw,
  ) {
    this.objects = draw.schema.tables.map((table) =>
      object(table.name, table.key, {
        tenantColumn: draw.schema.tenant === null ? null : tenantColumn,
        cycle: table.cycle,
        parents: [...new Set(table.references.map(({ parent }) => parent))].filter(
          (parent) => !inCycle(draw, table, parent),
        ),
        references: table.references.map(({ parent, columns, parentColumns }) => ({
          object: parent,
          columns,
          parentColumns,
        })),
      }),
    );
  }

  /** Types that can never compare equal stop the object before anything is written. */
  async problemsOfRefusal({ name }: TableDraw): Promise<string[]> {
    try {
      await this.job(name, 'compare');
    } catch (error) {
      if (error instanceof DatabaseError && error.errorClass === 'configuration') return [];
      throw error;
    }
    return [`${name}: was to be refused, its types don't compare`];
  }

  /** A run that ends in the middle of its first circle, and what the next one settles of it. */
  async beKilled(): Promise<void> {
    const dead = await this.world.takeLease();
    await this.world.control(
      `INSERT INTO resync (resyncID, districtID, schoolYear, objects, checkDependencies, scenario, initiator, mode, requestedBy, status)
         VALUES ('${dead.resyncId}', 'd1', 2027, '"all"', 1, 'OTHER', 'district', 'compare', 'test', 'running')`,
    );
    for (const [member] of inOrder(this.draw.schema.tables)) {
      await this.sync(await this.job(member!.name, 'compare', dead));
      // What hangs below a circle is sent once it is verified.
      if (member!.cycle !== null) break;
    }
    const lease = await this.world.takeLease();
    for (const left of await leftInsertions(this.world.editions, { ...scope, resyncId: lease.resyncId })) {
      const jobs: PageJob[] = [];
      for (const name of left.objects)
        jobs.push({ ...(await this.job(name, 'compare', { ...lease, resyncId: left.resyncId })), lease });
      await verifyCycle(jobs);
    }
  }

  /** A run as the workflow makes it: parents first, circles verified, retry, removals, retry. */
  async send(mode: Draw['mode']): Promise<Map<string, Said>> {
    const fence = await this.world.takeLease();
    const groups: PageJob[][] = [];
    for (const group of inOrder(this.draw.schema.tables)) {
      const jobs: PageJob[] = [];
      for (const { name } of group) jobs.push(await this.job(name, mode, fence));
      for (const job of jobs) await this.sync(job);
      if (group[0]!.cycle !== null) await verifyCycle(jobs);
      groups.push(jobs);
    }
    await this.retry(groups);
    const extra = new Map<string, number>();
    for (const job of groups.flat()) extra.set(job.mapping.object.name, (await this.world.books(job)).extra);
    if (this.draw.removals && (await this.remove(groups))) await this.retry(groups);
    const said = new Map<string, Said>();
    for (const job of groups.flat()) {
      const { name } = job.mapping.object;
      said.set(name, {
        counts: { ...(await this.world.books(job)), extra: extra.get(name)! },
        errors: await this.world.errors(job),
      });
    }
    return said;
  }

  private job(name: string, mode: Draw['mode'], fence?: PageJob['fence']): Promise<PageJob> {
    const { pageRecords } = this.draw;
    return this.world.job(this.objects, name, {
      scope,
      mode,
      pageRecords,
      ...(fence === undefined ? {} : { fence }),
    });
  }

  private async sync(job: PageJob): Promise<void> {
    const { rangeRecords } = this.draw;
    const ranges = await cutRanges(this.world.editions, job.mapping, job.scope, { rangeRecords });
    for (const range of ranges) await syncRange({ ...job, range });
  }

  private async retry(groups: readonly PageJob[][]): Promise<void> {
    for (let pass = 0; pass < closingPasses; pass += 1) {
      let mended = 0;
      for (const jobs of groups) {
        const before = await this.errorsOf(jobs);
        if (before === 0) continue;
        if (jobs.length > 1) await retryBlockedOfCycle(jobs);
        else await retryBlocked(jobs[0]!);
        mended += before - (await this.errorsOf(jobs));
      }
      if (mended === 0) return;
    }
  }

  private async errorsOf(jobs: readonly PageJob[]): Promise<number> {
    let errors = 0;
    for (const { editions, fence, mapping } of jobs) {
      const [row] = await editions.state.rows(
        `SELECT COUNT(*) FROM ${editions.control}.recordError
          WHERE resyncID = '${fence.resyncId}' AND objectName = '${mapping.object.name}'`,
      );
      errors += Number(row![0]);
    }
    return errors;
  }

  /** Children first. @returns whether any record went */
  private async remove(groups: readonly PageJob[][]): Promise<boolean> {
    const table = `${this.world.editions.control}.removal`;
    for (const jobs of [...groups].reverse()) {
      for (const job of jobs) {
        if ((await whyNotRemovable(job)) !== null) continue;
        await findExtra(job, async (records) => {
          const values = records.map(({ key, guid }) => [
            job.fence.resyncId,
            job.mapping.object.name,
            JSON.stringify(key),
            guid,
          ]);
          for (const row of values)
            await this.world.editions.state.withSession((session) =>
              session.write(
                `INSERT INTO ${table} (resyncID, objectName, recordKey, guid, status) VALUES (${row.map(quoted).join(', ')}, 'found')`,
              ),
            );
        });
      }
      for (let done = false; !done;) ({ done } = await removeFound(jobs, { maxRecords: 1000 }));
    }
    const { resyncId } = groups[0]![0]!.fence;
    const [row] = await this.world.editions.state.rows(
      `SELECT COUNT(*) FROM ${table} WHERE resyncID = '${resyncId}' AND status = 'removed'`,
    );
    return Number(row![0]) > 0;
  }
}

function quoted(text: string | null | undefined): string {
  return text === null || text === undefined ? 'NULL' : `_utf8mb4 x'${Buffer.from(text).toString('hex')}'`;
}

function inCycle(draw: Draw, { cycle }: TableDraw, parent: string): boolean {
  return cycle !== null && draw.schema.tables.find(({ name }) => name === parent)?.cycle === cycle;
}
