import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/call';
import { resyncKey } from '../../api/live';
import { useRight } from '../../api/session';
import { Button } from '../../parts/button';
import { Dialog } from '../../parts/dialog';
import { counted, number } from '../../parts/format';
import { Failed } from '../../parts/states';
import type { Removals } from '../../api/answers';

type Verb = 'approve' | 'reject';

/** What waits for a person, and the two answers to it. */
export function DecideBar({ found }: { found: Pick<Removals, 'resyncId' | 'approval' | 'objects'> }) {
  const [asking, setAsking] = useState<Verb | null>(null);
  const mayReject = useRight('resyncBatch');
  const awaiting = found.objects.filter(({ decision }) => decision === 'awaiting');
  if (awaiting.length === 0) return null;
  const records = awaiting.reduce((sum, object) => sum + object.found, 0);
  return (
    <section className="banner" aria-label="Approval">
      <p>
        {counted(records, 'record')} of {awaiting.map(({ object }) => object).join(', ')}{' '}
        {records === 1 ? 'waits' : 'wait'} for a decision. They are at the state and no longer at the
        district, and they are more than the threshold.
      </p>
      {found.approval.whyNot !== null && <p className="soft">{found.approval.whyNot}</p>}
      <div className="bar">
        <Button main onPress={() => setAsking('approve')} whyNot={found.approval.whyNot}>
          Remove them…
        </Button>
        <Button
          onPress={() => setAsking('reject')}
          whyNot={mayReject ? null : 'Rejecting needs the tool right resyncBatch.'}
        >
          Keep them…
        </Button>
      </div>
      {asking !== null && (
        <DecideDialog
          verb={asking}
          resyncId={found.resyncId}
          objects={awaiting}
          onClose={() => setAsking(null)}
        />
      )}
    </section>
  );
}

interface DecideDialogProps {
  readonly verb: Verb;
  readonly resyncId: string;
  readonly objects: Removals['objects'];
  readonly onClose: () => void;
}

function DecideDialog({ verb, resyncId, objects, onClose }: DecideDialogProps) {
  const queries = useQueryClient();
  const decide = useMutation({
    mutationFn: () =>
      call(`/resyncs/${resyncId}/removals/${verb}`, {
        method: 'POST',
        // Just what was shown: what is found meanwhile waits for its own answer.
        body: { objects: objects.map(({ object }) => object) },
      }),
    onSuccess: onClose,
    onSettled: () =>
      Promise.all(
        [['removals', resyncId], ['approvals'], resyncKey(resyncId)].map((queryKey) =>
          queries.invalidateQueries({ queryKey }),
        ),
      ),
  });
  const removes = verb === 'approve';
  return (
    <Dialog
      title={removes ? 'Remove these records at the state?' : 'Keep these records at the state?'}
      onClose={onClose}
      buttons={
        <>
          <Button onPress={onClose}>Not now</Button>
          <Button main onPress={() => decide.mutate()} whyNot={decide.isPending ? 'It is being told.' : null}>
            {removes ? 'Remove' : 'Keep'}
          </Button>
        </>
      }
    >
      <ul>
        {objects.map(({ object, found, records, sharePercent }) => (
          <li key={object}>
            {object}: {number(found)} of {number(records)} ({sharePercent} %)
          </li>
        ))}
      </ul>
      <p>
        {removes
          ? 'What refers to another record goes first. A record that is back at the district by then stays. It can’t be undone here; a resync sends what the district has.'
          : 'The resync ends without removing them. A later one finds them again.'}
      </p>
      {decide.error && <Failed error={decide.error} onAgain={() => decide.mutate()} />}
    </Dialog>
  );
}
