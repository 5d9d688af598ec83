import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Context, heartbeat } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type {
  ActivityInboundCallsInterceptor,
  ActivitySlotInfo,
  CustomSlotSupplier,
  SlotPermit,
} from '@temporalio/worker';
import { attemptsWithoutProgress } from './progress';

/** An attempt that came no further for so long lends its lane to another district. */
const slowMs = 2_000;
/** An attempt that gets no lane for so long is given back, for any worker to take. */
const laneWithinMs = 3_000;
const laneAgainMs = 2_000;
/** Attempts under way at most, for each lane, when most of them wait for a database. */
const underWayPerLane = 4;
/** Attempts that wait for a lane in the worker: those behind them must get a turn, too. */
const mostWaiting = 32;

/** The lanes of a worker, and the attempts of its activities that have them, lent them or wait. */
export interface LanesInUse {
  readonly configured: number;
  readonly moving: number;
  readonly slow: number;
  readonly waiting: number;
}

/** An attempt in this worker, and the lane that it holds, waits for or has lent. */
interface Attempt {
  /** `null`: it has not yet said whose data it is about. */
  districtId: string | null;
  /** The state asked for it: what the district has under way doesn't count against it. */
  forState: boolean;
  state: 'moving' | 'slow' | 'waiting';
  /** Told to stop: it counts for nothing any more. */
  readonly stopped: () => boolean;
  slowAfter: NodeJS.Timeout | null;
  enter: (() => void) | null;
}

const running = new AsyncLocalStorage<{ readonly lanes: Lanes; readonly attempt: Attempt }>();

/**
 * Waits until the running attempt may work on this district. Outside of a worker's lanes, and for
 * an attempt that has its lane, at once.
 * @throws ApplicationFailure NoLane, to be tried again soon: other attempts of the district have
 * all that one district may have
 */
export async function takeLane(districtId: string): Promise<void> {
  const store = running.getStore();
  await store?.lanes.enter(store.attempt, districtId);
}

/** What the running attempt does, the state has asked for. Said before a lane is taken. */
export function worksForState(): void {
  const store = running.getStore();
  if (store) store.attempt.forState = true;
}

/** The running attempt came further: it isn't slow. */
export function cameFurther(): void {
  const store = running.getStore();
  store?.lanes.cameFurther(store.attempt);
}

/**
 * The lanes of a worker, shared out among districts so that none holds them all: an attempt that
 * comes no further, because its district's database is locked, slow or gone, lends its lane, and
 * the worker takes another task. Of one district there are never more attempts than lanes, so what
 * is lent goes to others.
 */
export class Lanes {
  private readonly attempts = new Set<Attempt>();
  private readonly slowDistricts = new Set<string>();
  private readonly wanted: (() => void)[] = [];
  private issued = 0;

  constructor(private readonly lanes: number) {}

  get inUse(): LanesInUse {
    const attempts = [...this.attempts];
    const count = (wanted: Attempt['state']): number =>
      attempts.filter(({ state }) => state === wanted).length;
    return {
      configured: this.lanes,
      moving: count('moving'),
      slow: count('slow'),
      waiting: count('waiting'),
    };
  }

  /** How many tasks the worker takes at a time. */
  readonly supplier: CustomSlotSupplier<ActivitySlotInfo> = {
    type: 'custom',
    reserveSlot: (_context, abort) =>
      new Promise<SlotPermit>((resolve, reject) => {
        const give = (): void => {
          this.issued += 1;
          resolve({});
        };
        if (this.hasFree()) return give();
        this.wanted.push(give);
        abort.addEventListener('abort', () => {
          const at = this.wanted.indexOf(give);
          if (at >= 0) this.wanted.splice(at, 1);
          // The SDK knows its own reason again.
          reject(abort.reason as Error);
        });
      }),
    tryReserveSlot: () => {
      if (!this.hasFree()) return null;
      this.issued += 1;
      return {};
    },
    markSlotUsed: () => undefined,
    releaseSlot: () => {
      this.issued -= 1;
      this.share();
    },
  };

  /** Keeps the books of every attempt that the worker makes. */
  readonly interceptor = (): { inbound: ActivityInboundCallsInterceptor } => ({
    inbound: {
      execute: async (input, next) => {
        const { cancellationSignal } = Context.current();
        const attempt: Attempt = {
          districtId: null,
          forState: false,
          state: 'moving',
          stopped: () => cancellationSignal.aborted,
          slowAfter: null,
          enter: null,
        };
        this.attempts.add(attempt);
        this.watch(attempt);
        const stop = (): void => this.becomeSlow(attempt);
        cancellationSignal.addEventListener('abort', stop);
        try {
          return await running.run({ lanes: this, attempt }, () => next(input));
        } finally {
          cancellationSignal.removeEventListener('abort', stop);
          if (attempt.slowAfter) clearTimeout(attempt.slowAfter);
          this.attempts.delete(attempt);
          this.share();
        }
      },
    },
  });

  /** @throws ApplicationFailure NoLane */
  async enter(attempt: Attempt, districtId: string): Promise<void> {
    if (attempt.districtId !== null) return;
    attempt.districtId = districtId;
    if (this.mayMove(attempt)) return this.begin(attempt);
    this.lend(attempt, 'waiting');
    const entered = new Promise<true>((resolve) => (attempt.enter = () => resolve(true)));
    this.share();
    const late = new AbortController();
    const inTime = await Promise.race([
      entered,
      sleep(laneWithinMs, false, { signal: late.signal }).catch(() => false),
    ]);
    late.abort();
    attempt.enter = null;
    if (inTime) return;
    // It did nothing, so it is no attempt that came to nothing.
    const { attempt: made, ...info } = Context.current().info;
    const heartbeatDetails: unknown = info.heartbeatDetails;
    heartbeat({ ...(heartbeatDetails as object | null), attempt: made - attemptsWithoutProgress() + 1 });
    throw ApplicationFailure.create({
      message: `The worker has enough to do for district ${districtId}; it goes on in some seconds.`,
      type: 'NoLane',
      nextRetryDelay: laneAgainMs,
    });
  }

  cameFurther(attempt: Attempt): void {
    if (attempt.districtId !== null) this.slowDistricts.delete(attempt.districtId);
    if (attempt.state === 'slow' && !attempt.stopped()) attempt.state = 'moving';
    if (attempt.state === 'moving') this.watch(attempt);
  }

  private begin(attempt: Attempt): void {
    attempt.state = this.slowDistricts.has(attempt.districtId ?? '') ? 'slow' : 'moving';
    if (attempt.state === 'moving') this.watch(attempt);
    else this.share();
  }

  private watch(attempt: Attempt): void {
    if (attempt.slowAfter) clearTimeout(attempt.slowAfter);
    attempt.slowAfter = setTimeout(() => this.becomeSlow(attempt), slowMs).unref();
  }

  private becomeSlow(attempt: Attempt): void {
    if (attempt.state !== 'moving') return;
    if (attempt.districtId !== null) this.slowDistricts.add(attempt.districtId);
    this.lend(attempt, 'slow');
    this.share();
  }

  private lend(attempt: Attempt, state: 'slow' | 'waiting'): void {
    if (attempt.slowAfter) clearTimeout(attempt.slowAfter);
    attempt.slowAfter = null;
    attempt.state = state;
  }

  private mayMove(attempt: Attempt): boolean {
    const others = [...this.attempts].filter((other) => other !== attempt && other.state !== 'waiting');
    const same = others.filter(
      (other) =>
        other.districtId === attempt.districtId && other.forState === attempt.forState && !other.stopped(),
    );
    // Where another district has work, too, none takes more than half of the lanes.
    const alone = [...this.attempts].every(
      ({ districtId }) => (districtId ?? attempt.districtId) === attempt.districtId,
    );
    if (
      same.length >= (alone ? this.lanes : Math.ceil(this.lanes / 2)) ||
      others.length >= this.lanes * underWayPerLane
    )
      return false;
    if (this.slowDistricts.has(attempt.districtId ?? '')) return true;
    return others.filter(({ state }) => state === 'moving').length < this.lanes;
  }

  /** What is free goes to attempts that wait, the district with the fewest first, or to tasks. */
  private share(): void {
    for (;;) {
      const next = [...this.attempts]
        .filter((attempt) => attempt.enter !== null && this.mayMove(attempt))
        .sort((a, b) => this.movingOf(a) - this.movingOf(b))[0];
      if (next === undefined) break;
      const enter = next.enter!;
      next.enter = null;
      this.begin(next);
      enter();
    }
    while (this.wanted.length > 0 && this.hasFree()) this.wanted.shift()!();
  }

  private movingOf({ districtId }: Attempt): number {
    return [...this.attempts].filter((other) => other.districtId === districtId && other.state !== 'waiting')
      .length;
  }

  private hasFree(): boolean {
    const attempts = [...this.attempts];
    const waiting = attempts.filter(({ state }) => state === 'waiting').length;
    const slow = attempts.filter(({ state }) => state === 'slow').length;
    const busy = this.issued - waiting - slow;
    return busy < this.lanes && waiting < mostWaiting && this.issued - waiting < this.lanes * underWayPerLane;
  }
}
