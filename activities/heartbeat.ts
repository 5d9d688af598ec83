import { Context, heartbeat } from '@temporalio/activity';
import { cameFurther } from './lanes';
import { noteProgress } from './progress';

const heartbeatEveryMs = 2_000;

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
 * worker and a cancellation is heard within seconds.
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
    return await work({
      signal: Context.current().cancellationSignal,
      note: (next) => say(next),
      advance: (next) => {
        say({ ...next, attempt: noteProgress() });
      },
    });
  } finally {
    clearInterval(timer);
  }
}
