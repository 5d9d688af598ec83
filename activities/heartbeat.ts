import { Context, heartbeat } from '@temporalio/activity';

const heartbeatEveryMs = 2_000;

export interface HeartbeatTools {
  /** Aborted when the activity is cancelled. */
  readonly signal: AbortSignal;
  /** The newest resume point: page number and counts, no keys. */
  readonly note: (details: unknown) => void;
  /** The same for what no later attempt has to do again. */
  readonly advance: (details: object) => void;
}

/** The attempt in which an activity last came on, where it did in this process. */
const progressed = new WeakMap<Context, number>();

/** Attempts of the running activity, this one among them, since it last came on. */
export function attemptsWithoutProgress(): number {
  const context = Context.current();
  const { attempt } = context.info;
  const details = context.info.heartbeatDetails as { readonly attempt?: unknown } | null | undefined;
  const before = details?.attempt;
  return attempt - (progressed.get(context) ?? (typeof before === 'number' ? before : 0));
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
    details = next;
    heartbeat(details);
  };
  try {
    return await work({
      signal: Context.current().cancellationSignal,
      note: (next) => say(next),
      advance: (next) => {
        const { attempt } = context.info;
        progressed.set(context, attempt);
        say({ ...next, attempt });
      },
    });
  } finally {
    clearInterval(timer);
  }
}
