import { setTimeout as sleep } from 'node:timers/promises';
import { endedStatuses } from '../src/domain/resync';
import { Random } from '../src/sample/generator/random';
import { stateAtStart } from './district/drift';
import { makeRecords } from './district/records';
import { Findings, type FaultCount, faultCounts } from './judge/findings';
import { judge, type Verdict } from './judge/judge';
import type { Held, Leg, Written } from './kinds/kind';
import { type Opening, plainOpening } from './openings';
import type { PlannedFault, Schedule } from './schedule';
import { RunWorld } from './world/run-world';
import type { Servers } from './world/servers';

export interface RunResult {
  readonly schedule: Schedule;
  /** "kind: what was done". */
  readonly struck: readonly string[];
  /** Faults that couldn't be made here, and why. */
  readonly notPossible: ReadonlySet<string>;
  readonly requests: number;
  readonly seconds: number;
  /** Processes that ended by themselves and were started again. */
  readonly died: readonly string[];
  readonly findings: Findings;
}

const lookEveryMs = 100;
/** A fault waits no longer for the records to come on: what holds them up is a fault as well. */
const longestPauseMs = 4_000;
/** From the last fault on: more than any wait of the service for a server that is back. */
const stuckAfterMs = 300_000;
const mostRequests = 5;
/** For fewer faults than these no further request is made. */
const fewestLeft = 3;
const apiUpWithinMs = 240_000;

/**
 * One run: a request under faults, further ones until every object was sent to its end, and a last
 * one that nobody disturbs and that must find nothing to do. Each is judged.
 */
export async function runOne(
  schedule: Schedule,
  options: {
    readonly servers: Servers;
    readonly dir: string;
    readonly name: string;
    readonly built: boolean;
  },
): Promise<RunResult> {
  const started = Date.now();
  const district = makeRecords(schedule.seed);
  const state = stateAtStart(district, schedule.start, schedule.seed);
  const world = await RunWorld.create({ ...options, district, state });
  const run = new Run(world, schedule);
  try {
    await run.toItsEnd();
  } finally {
    await world.close();
  }
  return {
    schedule,
    struck: run.struck,
    notPossible: run.notPossible,
    requests: run.requests,
    seconds: Math.round((Date.now() - started) / 1000),
    died: world.service.died,
    findings: run.findings,
  };
}

class Run {
  readonly struck: string[] = [];
  readonly notPossible = new Set<string>();
  readonly findings = new Findings();
  requests = 0;
  private readonly held = new Set<Held>();
  private readonly left: PlannedFault[];

  constructor(
    private readonly world: RunWorld,
    private readonly schedule: Schedule,
  ) {
    this.left = [...schedule.faults];
  }

  async toItsEnd(): Promise<void> {
    await this.untilApiAnswers();
    let stormy: Verdict | null = null;
    while (this.requests < mostRequests) {
      const opening = this.requests === 0 ? this.schedule.opening : plainOpening;
      stormy = await this.request(opening);
      if (stormy === null) return;
      if (stormy.whole && this.left.length < fewestLeft) break;
      // Quicker than its faults: the state drifts anew, and the rest of them strike the next one.
      if (stormy.whole) await this.world.age(new Random(`age/${this.schedule.seed}/${this.requests}`));
    }
    this.left.length = 0;
    const calm = await this.request(plainOpening);
    if (calm === null) return;
    if (!calm.whole) this.findings.add('wrongCounts', 'the undisturbed request did not send every object');
    if (stormy?.whole) this.compareErrors(stormy.errors, calm.errors);
  }

  /** One request to its end. @returns null when it is stuck */
  private async request(opening: Opening): Promise<Verdict | null> {
    const { world, schedule } = this;
    const [before, district] = [await world.read('state'), await world.read('district')];
    const records = [...district.values()].reduce((sum, rows) => sum + rows.size, 0);
    this.requests += 1;
    const random = new Random(`opening/${schedule.seed}/${this.requests}`);
    const resyncs = await opening.send(world, random, {
      key: `${schedule.seed}/${this.requests}`,
      removals: schedule.removals,
    });
    if (opening.faults > 0) this.struck.push(`${opening.name}: ${resyncs.length} resync`);
    if (resyncs.length > 1)
      this.findings.add('duplicated', `${resyncs.length} resyncs came of one request`, resyncs.length - 1);
    const leg: Leg = {
      ...{ resyncId: resyncs[0]!, removals: schedule.removals },
      ...{ mayBeCancelled: false, mayFail: false, ended: false },
    };
    const written: Written = new Map();

    const watching = this.watch(leg);
    const striking: Promise<void>[] = [];
    let lastStrike = Date.now();
    const looking = Date.now();
    while (!leg.ended && this.left.length > 0) {
      const next = this.left[0]!;
      const through = await this.recordsRead(leg);
      const due =
        (through !== null && through >= next.at * records) || Date.now() - lastStrike > longestPauseMs;
      const begun = through === null || through > 0 || Date.now() - looking > longestPauseMs * 2;
      if (due && begun && next.kind.holds.every((one) => !this.held.has(one))) {
        this.left.shift();
        lastStrike = Date.now();
        // Its failure is heard at the end: until then the run goes on.
        const strike = this.strike(next, { leg, district, written });
        strike.catch(() => undefined);
        striking.push(strike);
      }
      await sleep(lookEveryMs);
    }
    await Promise.all(striking);
    const deadline = Date.now() + stuckAfterMs;
    while (!leg.ended && Date.now() < deadline) await sleep(lookEveryMs);
    const stuck = !leg.ended;
    leg.ended = true;
    await watching;
    if (stuck) {
      this.findings.add('stuck', `request ${this.requests} did not end within ${stuckAfterMs / 1000} s`);
      return null;
    }
    const verdict = await judge(world, { leg, before, district, written });
    this.take(verdict.findings);
    return verdict;
  }

  private async strike(
    { kind, seed }: PlannedFault,
    context: {
      readonly leg: Leg;
      readonly district: Awaited<ReturnType<RunWorld['read']>>;
      readonly written: Written;
    },
  ): Promise<void> {
    const whyNot = kind.whyNot?.(this.world) ?? null;
    if (whyNot !== null) {
      this.notPossible.add(`${kind.name}: ${whyNot}`);
      return;
    }
    for (const one of kind.holds) this.held.add(one);
    try {
      const done = await kind.strike({ ...context, world: this.world, random: new Random(seed) });
      if (done !== null) this.struck.push(`${kind.name}: ${done}`);
    } catch (error) {
      // A fault of the harness is one of the run's: it may not pass for a clean one.
      const why = error instanceof Error ? `${error.message} ${(error as { code?: string }).code ?? ''}` : '';
      throw new Error(`${kind.name} could not be done or taken back: ${why}`, { cause: error });
    } finally {
      for (const one of kind.holds) this.held.delete(one);
    }
  }

  /**
   * Notes the end of the leg, starts again what ended by itself, and approves removals, as somebody
   * else does who looked at them.
   */
  private async watch(leg: Leg): Promise<void> {
    while (!leg.ended) {
      const [row] = await this.world
        .books<{ status: string }>('SELECT status FROM resync WHERE resyncID = ?', [leg.resyncId])
        .catch(() => []);
      if (row && endedStatuses.some((status) => status === row.status)) leg.ended = true;
      if (row?.status === 'awaitingApproval')
        await this.world.approver.post(`/resyncs/${leg.resyncId}/removals/approve`, {});
      this.world.service.startFallen();
      await sleep(lookEveryMs);
    }
  }

  /** null while the books can't be asked. */
  private async recordsRead({ resyncId }: Leg): Promise<number | null> {
    const rows = await this.world
      .books<{ records: string }>(
        'SELECT COALESCE(SUM(recordsRead), 0) AS records FROM rangeLedger WHERE resyncID = ?',
        [resyncId],
      )
      .catch(() => null);
    return rows === null ? null : Number(rows[0]!.records);
  }

  private async untilApiAnswers(): Promise<void> {
    const deadline = Date.now() + apiUpWithinMs;
    while (!(await this.world.service.apiAnswers())) {
      if (Date.now() > deadline) throw new Error('The API does not answer.');
      await sleep(lookEveryMs);
    }
  }

  private compareErrors(stormy: readonly string[], calm: readonly string[]): void {
    const again = new Set(calm);
    const missing = stormy.filter((error) => !again.has(error));
    if (missing.length > 0)
      this.findings.add(
        'wrongCounts',
        `other errors than undisturbed, such as ${missing[0]}`,
        missing.length,
      );
  }

  private take({ lines, counts }: Findings): void {
    for (const line of lines) this.findings.lines.push(`request ${this.requests}: ${line}`);
    for (const kind of faultCounts satisfies readonly FaultCount[])
      this.findings.counts[kind] += counts[kind];
  }
}
