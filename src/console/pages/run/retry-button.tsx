import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { Resync } from '../../api/answers';
import { call } from '../../api/call';
import { useSignedIn } from '../../api/session';
import { Button } from '../../parts/button';
import { Dialog } from '../../parts/dialog';
import { counted } from '../../parts/format';
import { Failed } from '../../parts/states';
import { isUnderWay } from './run-verdict';

/** Which errors are sent again; `null`: whatever they are. */
interface Which {
  readonly object: string | null;
  readonly outcome: string | null;
  readonly code: string | null;
  /** What a retry can't be narrowed by. */
  readonly field?: string | null;
  readonly key?: string | null;
}

const all: Which = { object: null, outcome: null, code: null };

interface RetryButtonProps {
  readonly run: Resync;
  readonly filter?: Which;
  /** How many errors that is. */
  readonly records: number;
  readonly word?: string;
}

/** Sends the errors of a run that has ended again; nothing where there are none to be sent. */
export function RetryButton({ run, filter = all, records, word }: RetryButtonProps) {
  const { session } = useSignedIn();
  const [asking, setAsking] = useState(false);
  const mayRetry =
    session.rights.includes('resyncBatch') &&
    (run.initiator === 'district' || session.rights.includes('stateRequest'));
  if (isUnderWay(run) || records === 0 || !mayRetry || filter.field || filter.key) return null;
  return (
    <>
      <Button onPress={() => setAsking(true)}>{word ?? `Retry ${counted(records, 'record')}…`}</Button>
      {asking && <RetryDialog {...{ run, filter, records, onClose: () => setAsking(false) }} />}
    </>
  );
}

interface RetryDialogProps {
  readonly run: Resync;
  readonly filter: Which;
  readonly records: number;
  readonly onClose: () => void;
}

function RetryDialog({ run, filter, records, onClose }: RetryDialogProps) {
  const [, navigate] = useLocation();
  const [key] = useState(() => crypto.randomUUID());
  const { object, outcome, code } = filter;
  const retry = useMutation({
    mutationFn: () =>
      call(`/resyncs/${run.resyncId}/retry`, {
        method: 'POST',
        body: {
          ...(object !== null && { objects: [object] }),
          ...(outcome !== null && { outcomes: [outcome] }),
          ...(code !== null && { codes: [code] }),
        },
        headers: { 'Idempotency-Key': key },
      }),
    onSuccess: ({ resyncId }) => navigate(`/runs/${resyncId}`),
  });
  const narrowed = [object, outcome, code].filter((name) => name !== null);
  return (
    <Dialog
      title={`Send ${counted(records, 'record')} with errors again?`}
      onClose={onClose}
      buttons={
        <>
          <Button onPress={onClose}>Not now</Button>
          <Button main onPress={() => retry.mutate()} whyNot={retry.isPending ? 'It is being sent.' : null}>
            OK
          </Button>
        </>
      }
    >
      <p>
        A resync of its own sends just the records that have an error, parents first. What arrived stays as it
        is, and records that the state still excludes are excluded again.
      </p>
      {narrowed.length > 0 && (
        <p>
          Only these: {narrowed.join(', ')}. Other errors stay as they are; what waits for one of these
          follows by itself once it is at the state.
        </p>
      )}
      {retry.error && <Failed error={retry.error} onAgain={() => retry.mutate()} />}
    </Dialog>
  );
}
