import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Resync } from '../../api/answers';
import { call } from '../../api/call';
import { resyncKey } from '../../api/live';
import { useSignedIn } from '../../api/session';
import { Button } from '../../parts/button';
import { Dialog } from '../../parts/dialog';
import { Failed } from '../../parts/states';
import { RetryButton } from './retry-button';
import { isUnderWay } from './run-verdict';

/** What may be done with a run now. */
export function RunControls({ run }: { run: Resync }) {
  const { session } = useSignedIn();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const act = useMutation({
    mutationFn: (action: 'pause' | 'resume') =>
      call(`/resyncs/${run.resyncId}/${action}`, { method: 'POST' }),
    onSettled: () => queries.invalidateQueries({ queryKey: resyncKey(run.resyncId) }),
  });
  // A state's request is the state's to stop, and who may only look at resyncs runs none.
  if (run.objectResults === null || !session.rights.includes('resyncBatch')) return null;
  const open = isUnderWay(run);
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
      {open && <Button onPress={() => setAsking(true)}>Cancel…</Button>}
      <RetryButton run={run} records={run.totals?.errors ?? 0} word="Retry errors…" />
      {act.error && <Failed error={act.error} onAgain={() => act.reset()} />}
      {asking && <CancelDialog run={run} onClose={() => setAsking(false)} />}
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
