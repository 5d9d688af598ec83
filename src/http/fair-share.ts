import { Problem } from './problem';

/** How much one caller may have done. */
export interface Share {
  /** Requests a second, after a burst. */
  readonly perSecond: number;
  readonly burst: number;
  /** Requests in work at the same time. */
  readonly atOnce: number;
  /** Requests that wait; more are refused. */
  readonly waiting: number;
}

/** A request that waits for its turn. */
interface Waiting {
  readonly cost: number;
  readonly enter: () => void;
}

interface Line {
  readonly share: Share;
  /** What may still be spent, at the moment `at`. */
  credit: number;
  at: number;
  inWork: number;
  readonly waiting: Waiting[];
  /** Refusals that are held back. */
  late: number;
  timer: NodeJS.Timeout | null;
}

/** A refusal is told so late: who asks again at once can't ask often. */
const refusedAfterMs = 1_000;
const mostLate = 1_000;
/** Lines that have nothing to do are forgotten above this number. */
const mostLines = 10_000;

/**
 * Gives every caller a line of its own. What one caller asks too much or too fast waits in its own
 * line, so that others' requests never stand behind it; nothing is refused that can be answered in
 * some seconds.
 */
export class FairShare {
  private readonly lines = new Map<string, Line>();

  /**
   * Waits for a turn of this caller.
   * @param cost how many requests it counts for
   * @param gone aborted when nobody waits for the answer any more
   * @returns what ends the turn; may be called twice
   * @throws Problem 429 when too much waits already; the signal's reason
   */
  async turn(
    key: string,
    share: Share,
    { cost, gone }: { readonly cost: number; readonly gone: AbortSignal },
  ): Promise<() => void> {
    const line = this.lineOf(key, share);
    if (line.waiting.length >= share.waiting) await this.refuse(line, gone);
    await new Promise<void>((resolve, reject) => {
      const one: Waiting = {
        cost,
        enter: () => {
          gone.removeEventListener('abort', leave);
          resolve();
        },
      };
      const leave = (): void => {
        const place = line.waiting.indexOf(one);
        if (place >= 0) line.waiting.splice(place, 1);
        reject(gone.reason as Error);
      };
      gone.addEventListener('abort', leave, { once: true });
      line.waiting.push(one);
      this.serve(line);
    });
    let over = false;
    return () => {
      if (over) return;
      over = true;
      line.inWork -= 1;
      this.serve(line);
    };
  }

  private async refuse(line: Line, gone: AbortSignal): Promise<never> {
    const problem = new Problem(429, 'Too many requests at once: wait for the answers to those before.', [], {
      'Retry-After': '5',
    });
    if (line.late >= mostLate) throw problem;
    line.late += 1;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(end, refusedAfterMs);
      gone.addEventListener('abort', end, { once: true });
    });
    line.late -= 1;
    throw problem;
  }

  private lineOf(key: string, share: Share): Line {
    const known = this.lines.get(key);
    if (known !== undefined) return known;
    if (this.lines.size >= mostLines) this.forgetIdle();
    const line: Line = {
      ...{ share, credit: share.burst, at: performance.now(), inWork: 0, waiting: [], late: 0, timer: null },
    };
    this.lines.set(key, line);
    return line;
  }

  private serve(line: Line): void {
    const { share, waiting } = line;
    const now = performance.now();
    line.credit = Math.min(share.burst, line.credit + ((now - line.at) / 1_000) * share.perSecond);
    line.at = now;
    // What costs more than is there now is paid for afterwards.
    while (waiting.length > 0 && line.inWork < share.atOnce && line.credit > 0) {
      const next = waiting.shift()!;
      line.credit -= next.cost;
      line.inWork += 1;
      next.enter();
    }
    if (waiting.length === 0 || line.credit > 0 || line.timer !== null) return;
    const ms = Math.ceil((-line.credit / share.perSecond) * 1_000) + 1;
    line.timer = setTimeout(() => {
      line.timer = null;
      this.serve(line);
    }, ms).unref();
  }

  private forgetIdle(): void {
    for (const [key, { inWork, waiting, late }] of this.lines)
      if (inWork === 0 && waiting.length === 0 && late === 0) this.lines.delete(key);
  }
}
