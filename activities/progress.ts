import { Context } from '@temporalio/activity';

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

/** The running attempt has come on. @returns which attempt that is, for the heartbeat's details */
export function noteProgress(): number {
  const context = Context.current();
  progressed.set(context, context.info.attempt);
  return context.info.attempt;
}
