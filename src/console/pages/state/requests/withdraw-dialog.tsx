import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Board } from '../../../api/answers';
import { call } from '../../../api/call';
import { Button } from '../../../parts/button';
import { Dialog } from '../../../parts/dialog';
import { counted } from '../../../parts/format';
import { Failed } from '../../../parts/states';

interface WithdrawDialogProps {
  readonly board: Board;
  readonly onClose: () => void;
  readonly onWithdrawn: (board: Board) => void;
}

/** Asks before a request is withdrawn, and what becomes of the runs under way. */
export function WithdrawDialog({ board, onClose, onWithdrawn }: WithdrawDialogProps) {
  const [running, setRunning] = useState(false);
  const { waiting, queued, running: under } = board.counts;
  const withdraw = useMutation({
    mutationFn: () =>
      call(`/state-requests/${board.stateRequestId}/cancel`, {
        method: 'POST',
        body: { running: running ? 'cancel' : 'leave' },
      }),
    onSuccess: (after) => {
      onWithdrawn(after);
      onClose();
    },
  });
  return (
    <Dialog
      title={`Withdraw from ${counted(waiting + queued, 'district')}?`}
      onClose={onClose}
      buttons={
        <>
          <Button onPress={onClose}>Keep the request</Button>
          <Button
            main
            onPress={() => withdraw.mutate()}
            whyNot={withdraw.isPending ? 'It is being done.' : null}
          >
            Withdraw
          </Button>
        </>
      }
    >
      <p>Districts that have not begun are left out. What was sent stays at the state.</p>
      <label className="choice">
        <input
          type="checkbox"
          className="tick"
          checked={running}
          onChange={({ target }) => setRunning(target.checked)}
        />
        Cancel the {counted(under, 'run')} under way too
      </label>
      {withdraw.error && <Failed error={withdraw.error} onAgain={() => withdraw.mutate()} />}
    </Dialog>
  );
}
