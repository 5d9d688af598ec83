import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Board } from '../../../api/answers';
import { call } from '../../../api/call';
import { Button } from '../../../parts/button';
import { Dialog } from '../../../parts/dialog';
import { Select } from '../../../parts/fields';
import { Failed } from '../../../parts/states';
import { Time } from '../../../parts/zone';

interface ExtendDialogProps {
  readonly board: Board;
  readonly onClose: () => void;
  readonly onExtended: (board: Board) => void;
}

const hours = [4, 12, 24, 72, 168] as const;

/** Gives the districts of a request more time to begin. */
export function ExtendDialog({ board, onClose, onExtended }: ExtendDialogProps) {
  const [more, setMore] = useState('24');
  const until = new Date(Date.parse(board.windowUntil) + Number(more) * 3_600_000).toISOString();
  const extend = useMutation({
    mutationFn: () =>
      call(`/state-requests/${board.stateRequestId}/extend`, { method: 'POST', body: { until } }),
    onSuccess: (after) => {
      onExtended(after);
      onClose();
    },
  });
  return (
    <Dialog
      title="Give it more time?"
      onClose={onClose}
      buttons={
        <>
          <Button onPress={onClose}>Leave it</Button>
          <Button main onPress={() => extend.mutate()} whyNot={extend.isPending ? 'It is being done.' : null}>
            Give more time
          </Button>
        </>
      }
    >
      <p>
        No run begins after <Time at={board.windowUntil} />: districts that have not begun by then are left
        out.
      </p>
      <Select
        label="Longer by"
        value={more}
        onChange={setMore}
        options={hours.map((hour) => ({
          value: String(hour),
          label: hour < 48 ? `${hour} hours` : `${hour / 24} days`,
        }))}
      />
      <p>
        From then on no run begins after <Time at={until} />.
      </p>
      {extend.error && <Failed error={extend.error} onAgain={() => extend.mutate()} />}
    </Dialog>
  );
}
