import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { District, ScopedYear } from '../../api/answers';
import { call } from '../../api/call';
import { Button } from '../../parts/button';
import { Dialog } from '../../parts/dialog';
import { longYear } from '../../parts/format';
import { Failed } from '../../parts/states';

interface SwitchDialogProps {
  readonly district: District;
  readonly year: ScopedYear;
  readonly onClose: () => void;
  readonly onSwitched: (after: ScopedYear) => void;
}

/** Asks before the year is switched; where its end doesn't hold, the state says why it does so. */
export function SwitchDialog({ district, year, onClose, onSwitched }: SwitchDialogProps) {
  const [reason, setReason] = useState('');
  const next = year.scopedYear + 1;
  const { holds, why } = year.endOfYear;
  const change = useMutation({
    mutationFn: () =>
      call(`/districts/${district.id}/scoped-year`, {
        method: 'PUT',
        body: { schoolYear: next, ...(!holds && { override: { reason: reason.trim() } }) },
      }),
    onSuccess: onSwitched,
  });
  const whyNot = change.isPending
    ? 'It is being done.'
    : !holds && reason.trim() === ''
      ? 'Say why, although the year can’t end yet.'
      : null;
  return (
    <Dialog
      title={`Switch ${district.name} from ${longYear(year.scopedYear)} to ${longYear(next)}?`}
      onClose={onClose}
      buttons={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button main onPress={() => change.mutate()} whyNot={whyNot}>
            Switch
          </Button>
        </>
      }
    >
      <p>
        From now on resyncs are of {longYear(next)}, and its start-of-year resync is due.{' '}
        {longYear(year.scopedYear)} is the previous year then: only what is configured for it can still be
        sent.
      </p>
      {!holds && (
        <>
          <p className="banner">{why}</p>
          <label className="request__reason">
            Why it is switched all the same
            <input
              className="field"
              maxLength={1000}
              value={reason}
              onChange={({ target }) => setReason(target.value)}
            />
          </label>
        </>
      )}
      {change.error && <Failed error={change.error} onAgain={() => change.mutate()} />}
    </Dialog>
  );
}
