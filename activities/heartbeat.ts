import { Context, heartbeat } from '@temporalio/activity';

const heartbeatEveryMs = 2_000;

export interface HeartbeatTools {
  /** Aborted when the activity is cancelled. */
  readonly signal: AbortSignal;
  /** The newest resume point: page number and counts, no keys. */
  readonly note: (details: unknown) => void;
}

/**
 * Heartbeats from a timer while the work runs, so that a long statement isn't taken for a dead
 * worker and a cancellation is heard within seconds.
 */
export async function withHeartbeat<T>(work: (tools: HeartbeatTools) => Promise<T>): Promise<T> {
  let details: unknown = Context.current().info.heartbeatDetails ?? null;
  const timer = setInterval(() => heartbeat(details), heartbeatEveryMs);
  try {
    return await work({
      signal: Context.current().cancellationSignal,
      note: (next) => {
        details = next;
        heartbeat(details);
      },
    });
  } finally {
    clearInterval(timer);
  }
}
