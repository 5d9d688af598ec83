import { Link } from 'wouter';
import type { AgentLogEntry, RunLogEntry } from '../../api/answers';
import { Time } from '../../parts/zone';

const words: Record<AgentLogEntry['kind'], string> = {
  asked: 'Asked for',
  pauseAsked: 'Asked for a pause',
  resumeAsked: 'Asked to go on',
  cancelAsked: 'Asked to cancel it',
  objectCancelAsked: 'Asked to stop',
  removalsApproved: 'Approved the removals',
  removalsRejected: 'Rejected the removals',
  queued: 'Waits for its turn',
  running: 'Began',
  paused: 'Paused: ranges under way were finished, no new one starts',
  preempted: 'Stands aside for a request of the state',
  awaitingApproval: 'Waits for an approval of its removals',
  held: 'Held by a blackout window until',
  released: 'No longer held by a blackout window',
  objectFailed: 'failed',
  objectCancelled: 'was stopped',
  objectSkipped: 'was not sent',
  finished: 'Finished',
  failed: 'Failed',
  cancelled: 'Cancelled: what was committed stays',
  lost: 'Lost',
  ended: 'Ended',
  retried: 'Its errors are sent again:',
};

interface LogWordsProps {
  readonly entry: Pick<RunLogEntry, 'object' | 'heldUntil'> &
    Pick<AgentLogEntry, 'kind'> & { readonly retry?: string | null };
  /** It had begun before. */
  readonly again?: boolean;
}

/** What happened to a run, in a sentence. */
export function LogWords({ entry: { kind, object, heldUntil, retry = null }, again = false }: LogWordsProps) {
  if (kind === 'running' && again) return 'Goes on';
  if (kind === 'objectCancelAsked') return `${words[kind]} ${object ?? ''}`;
  if (object !== null) return `${object} ${words[kind]}`;
  return (
    <>
      {words[kind]}
      {heldUntil !== null && (
        <>
          {' '}
          <Time at={heldUntil} />
        </>
      )}
      {retry !== null && (
        <>
          {' '}
          <Link href={`/runs/${retry}`}>{retry}</Link>
        </>
      )}
    </>
  );
}
