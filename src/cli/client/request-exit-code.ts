import type { StateRequestBoard } from './answers';
import { type ExitCode, exitCodes, type FailOn } from './exit-codes';

/**
 * The code of a request: that of its worst district. A district that was not done, or whose resync
 * gave up, counts as not finished.
 */
export function exitCodeOfRequest(
  { status, districts }: Pick<StateRequestBoard, 'status' | 'districts'>,
  failOn: FailOn = 'yellow',
): ExitCode {
  if (status === 'cancelled') return exitCodes.cancelled;
  if (status !== 'finished' || districts.some((district) => district.status !== 'done'))
    return exitCodes.notFinished;
  const has = (color: string): boolean => districts.some((district) => district.color === color);
  if (failOn !== 'never' && has('red')) return exitCodes.red;
  if (failOn === 'yellow' && has('yellow')) return exitCodes.yellow;
  return exitCodes.green;
}
