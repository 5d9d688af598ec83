import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { Resync } from '../../api/answers';
import { call } from '../../api/call';
import { resyncKey } from '../../api/live';
import { useSignedIn } from '../../api/session';
import { Button } from '../../parts/button';
import { Dialog } from '../../parts/dialog';
import { counted } from '../../parts/format';
import { Failed } from '../../parts/states';
import { isUnderWay } from './run-verdict';

type Asking = 'cancel' | 'retry' | null;

/** What may be done with a run now. */
export function RunControls({ run }: { run: Resync }) {
  const { session } = useSignedIn();
  const queries = useQueryClient();
  const [asking, setAsking] = useState<Asking>(null);
  const act = useMutation({
    mutationFn: (action: 'pause' | 'resume') =>
      call(`/resyncs/${run.resyncId}/${action}`, { method: 'POST' }),
    onSettled: () => queries.invalidateQueries({ queryKey: resyncKey(run.resyncId) }),
  });
  // A state's request is the state's to stop, and who may only look at resyncs runs none.
  if (run.objectResults === null || !session.rights.includes('resyncBatch')) return null;
  const open = isUnderWay(run);
  const errors = run.totals?.errors ?? 0;
  const mayRetry = run.initiator === 'district' || session.rights.includes('stateRequest');
  const busy = act.isPending ? 'It is being told.' : null;
  return (
    <div className="bar bar__end">
      {open && run.status === 'running' && (
        <Button onPress={() => act.mutate('pause')} whyNot={busy}>
          Pause
        </Button>
      )}
      {open && run.status === 'paused' && (
        <Button onPress={() => act.mutate('resume')} whyNot={busy}>
          Resume
        </Button>
      )}
      {open && <Button onPress={() => setAsking('cancel')}>Cancel…</Button>}
      {!open && errors > 0 && mayRetry && <Button onPress={() => setAsking('retry')}>Retry errors…</Button>}
      {act.error && <Failed error={act.error} onAgain={() => act.reset()} />}
      {asking === 'cancel' && <CancelDialog run={run} onClose={() => setAsking(null)} />}
      {asking === 'retry' && <RetryDialog run={run} onClose={() => setAsking(null)} />}
    </div>
  );
}

function CancelDialog({ run, onClose }: { run: Resync; onClose: () => void }) {
  const queries = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => call(`/resyncs/${run.resyncId}/cancel`, { method: 'POST' }),
    onSuccess: onClose,
    onSettled: () => queries.invalidateQueries({ queryKey: resyncKey(run.resyncId) }),
  });
  return (
    <Dialog
      title="Cancel this resync?"
      onClose={onClose}
      buttons={
        <>
          <Button onPress={onClose}>Go on with it</Button>
          <Button main onPress={() => cancel.mutate()} whyNot={cancel.isPending ? 'It is being told.' : null}>
            Cancel the resync
          </Button>
        </>
      }
    >
      <p>What is committed at the state stays and is counted. Objects that have not begun are not sent.</p>
      {cancel.error && <Failed error={cancel.error} onAgain={() => cancel.mutate()} />}
    </Dialog>
  );
}

function RetryDialog({ run, onClose }: { run: Resync; onClose: () => void }) {
  const [, navigate] = useLocation();
  const [key] = useState(() => crypto.randomUUID());
  const retry = useMutation({
    mutationFn: () =>
      call(`/resyncs/${run.resyncId}/retry`, {
        method: 'POST',
        body: {},
        headers: { 'Idempotency-Key': key },
      }),
    onSuccess: ({ resyncId }) => navigate(`/runs/${resyncId}`),
  });
  return (
    <Dialog
      title={`Send ${counted(run.totals?.errors ?? 0, 'record')} with errors again?`}
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
      {retry.error && <Failed error={retry.error} onAgain={() => retry.mutate()} />}
    </Dialog>
  );
}
