import type { Color } from '../../domain/outcome';
import type { ResyncStatus } from '../../domain/resync';
import type { Verification } from './answers';

/** What a script can tell an end by. */
export const exitCodes = {
  green: 0,
  usage: 2,
  yellow: 3,
  red: 4,
  notFinished: 5,
  cancelled: 6,
  refused: 7,
  unreachable: 8,
  /** Ctrl-C: 128 and the signal's number, as shells have it. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** From which color on a finished resync fails the command; one that did not finish always does. */
export const failOns = ['yellow', 'red', 'never'] as const;
export type FailOn = (typeof failOns)[number];

/** The code of an ended resync. */
export function exitCodeOf(
  { status, color }: { status: ResyncStatus | 'ended'; color: Color | null },
  failOn: FailOn = 'yellow',
): ExitCode {
  switch (status) {
    case 'cancelled':
      return exitCodes.cancelled;
    case 'finished':
      if (color === 'yellow' && failOn === 'yellow') return exitCodes.yellow;
      if (color === 'red' && failOn !== 'never') return exitCodes.red;
      return exitCodes.green;
    case 'ended':
      // A state's request seen by its district: how it ended is not the district's to know.
      return exitCodes.green;
    case 'failed':
    case 'lost':
    case 'accepted':
    case 'queued':
    case 'running':
    case 'paused':
    case 'preempted':
    case 'awaitingApproval':
      return exitCodes.notFinished;
  }
}

/**
 * The code of a verification. `yellow`: a resync repairs all that differs. `red`: something it
 * doesn't repair is there, values that don't fit or records only at the state. `notFinished`: not
 * all could be compared.
 */
export function exitCodeOfVerification(view: Verification): ExitCode {
  if (view.status === 'cancelled') return exitCodes.cancelled;
  if (view.status !== 'finished' || view.objectResults.some(({ status }) => status !== 'finished'))
    return exitCodes.notFinished;
  if (view.equal) return exitCodes.green;
  const { missing, different, extra } = view.totals;
  const sent = view.objectResults.reduce(
    (sum, { predicted }) => sum + predicted.inserted + predicted.updated,
    0,
  );
  return extra === 0 && missing + different === sent ? exitCodes.yellow : exitCodes.red;
}

/** Ends a command with a code and a sentence on standard error. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  constructor(
    message: string,
    readonly exitCode: ExitCode,
  ) {
    super(message);
  }
}
