import { withFailures } from './failures';
import { type HeartbeatTools, withHeartbeat } from './heartbeat';

/** A short activity: what it throws becomes a failure that the retry policy knows. */
export function shortActivity<Input, Output>(
  work: (input: Input) => Promise<Output>,
): (input: Input) => Promise<Output> {
  return (input) => withFailures(() => work(input));
}

/**
 * As `shortActivity`, for work that may take longer than seconds: it heartbeats and hears a
 * cancellation.
 */
export function activity<Input, Output>(
  work: (tools: HeartbeatTools, input: Input) => Promise<Output>,
): (input: Input) => Promise<Output> {
  return (input) => withFailures(() => withHeartbeat((tools) => work(tools, input)));
}
