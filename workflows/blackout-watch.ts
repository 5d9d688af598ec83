import {
  CancellationScope,
  condition,
  isCancellation,
  log,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { blackoutAskMs } from '../src/domain/history-budget';
import type { HeldWindow } from '../src/domain/blackout';
import type { ResyncRequest } from '../src/domain/resync';
import { blackoutsChanged } from './messages';
import { nextBlackout, noteHold } from './activities';
import type { PauseGate } from './pause-gate';
import type { RunProgress } from './run-progress';

/**
 * Windows may change without a signal reaching the run: asked again at least this often, less often
 * the longer the run is held.
 */
const askEveryMs = (): number => blackoutAskMs(workflowInfo().historyLength);

/**
 * Does the work, held in the district's blackout windows: what is under way at a window's start
 * goes on to the next range boundary, and nothing new starts before its end. The first question is
 * answered before the work begins, so that a run whose turn comes in a window waits.
 */
export async function holdingInBlackouts<T>(
  request: ResyncRequest,
  gate: PauseGate,
  progress: RunProgress,
  work: () => Promise<T>,
): Promise<T> {
  const watch = new BlackoutWatch(request, gate, progress);
  await watch.ask();
  // A scope of its own: an ended run must not keep a timer open until the next window.
  const scope = new CancellationScope();
  const watching = scope.run(() => watch.keepOn()).catch(() => undefined);
  try {
    return await work();
  } finally {
    scope.cancel();
    await watching;
  }
}

class BlackoutWatch {
  private window: HeldWindow | null = null;
  private changed = false;

  constructor(
    private readonly request: ResyncRequest,
    private readonly gate: PauseGate,
    private readonly progress: RunProgress,
  ) {
    setHandler(blackoutsChanged, () => {
      this.changed = true;
    });
  }

  /** Asks for the window that holds or comes next, and holds or releases the run by the answer. */
  async ask(): Promise<void> {
    const { districtId, initiator } = this.request;
    do {
      this.changed = false;
      const at = new Date(Date.now()).toISOString();
      this.window = await nextBlackout({ districtId, initiator, at });
      // An answer that came late (the database was away) may be over already.
    } while (this.window !== null && Date.parse(this.window.endsAt) <= Date.now());
    await this.apply();
  }

  /**
   * Until it is cancelled: holds at each window's start, asks at its end, at every change, and from
   * time to time.
   */
  async keepOn(): Promise<void> {
    for (;;) {
      await condition(() => this.changed, this.waitMs());
      try {
        // At the start no question is needed; a database that is away must not let the run go on
        // into the window.
        if (!this.changed && this.gate.heldUntil === null && this.isIn()) await this.apply();
        else await this.ask();
      } catch (error) {
        if (isCancellation(error)) throw error;
        log.warn('Blackout windows could not be asked for; the run stays as it is.', {
          error: String(error),
        });
        await condition(() => this.changed, askEveryMs());
      }
    }
  }

  private async apply(): Promise<void> {
    const heldUntil = this.window !== null && this.isIn() ? this.window.endsAt : null;
    if (heldUntil === this.gate.heldUntil) return;
    await this.gate.set({ heldUntil });
    this.progress.tell();
    await noteHold({ resyncId: this.request.resyncId, heldUntil });
  }

  private isIn(): boolean {
    if (this.window === null) return false;
    const now = Date.now();
    return Date.parse(this.window.startsAt) <= now && now < Date.parse(this.window.endsAt);
  }

  private waitMs(): number {
    if (this.window === null) return askEveryMs();
    const boundary = this.gate.heldUntil === null ? this.window.startsAt : this.window.endsAt;
    return Math.min(askEveryMs(), Math.max(1, Date.parse(boundary) - Date.now()));
  }
}
