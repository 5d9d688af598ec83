import { Context, heartbeat } from '@temporalio/activity';
import { givingUpReads } from '../src/editions/connection/give-up';
import { cameFurther } from './lanes';
import { noteProgress } from './progress';

/** A cancellation is heard with the answer to one: the state's run waits for it. */
export const heartbeatEveryMs = 500;

export interface HeartbeatTools {
  /** Aborted when the activity is cancelled. */
  readonly signal: AbortSignal;
  /** The newest resume point: page number and counts, no keys. */
  readonly note: (details: unknown) => void;
  /** The same for what no later attempt has to do again. */
  readonly advance: (details: object) => void;
}

/**
 * Heartbeats from a timer while the work runs, so that a long statement isn't taken for a dead
 * worker and a cancellation is heard within a second, which also ends a read that waits for a lock
 * of the district.
 */
export async function withHeartbeat<T>(work: (tools: HeartbeatTools) => Promise<T>): Promise<T> {
  const context = Context.current();
  let details: unknown = context.info.heartbeatDetails ?? null;
  const timer = setInterval(() => heartbeat(details), heartbeatEveryMs);
  const say = (next: unknown): void => {
    cameFurther();
    details = next;
    heartbeat(details);
  };
  try {
    const signal = context.cancellationSignal;
    const tools: HeartbeatTools = {
      signal,
      note: (next) => say(next),
      advance: (next) => {
        say({ ...next, attempt: noteProgress() });
      },
    };
    return await givingUpReads(signal, () => work(tools));
  } finally {
    clearInterval(timer);
  }
}
