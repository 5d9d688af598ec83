import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { RequestPlan } from '../../../api/answers';
import { call } from '../../../api/call';
import { Button } from '../../../parts/button';
import { Dialog } from '../../../parts/dialog';
import { counted, number } from '../../../parts/format';
import { Failed } from '../../../parts/states';
import type { Choice } from './choice';

interface AskDialogProps {
  readonly choice: Choice;
  readonly plan: RequestPlan;
  readonly onClose: () => void;
  /** The server refused it as no longer what was shown. */
  readonly onChanged: () => void;
}

const hours = [4, 12, 24, 72, 168] as const;

/** Asks before districts are asked; what was shown is what is sent, or it is refused. */
export function AskDialog({ choice, plan, onClose, onChanged }: AskDialogProps) {
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const [reason, setReason] = useState('');
  const [window, setWindow] = useState(24);
  // The same key for every try of this window: pressed twice, they are asked once.
  const [key] = useState(() => crypto.randomUUID());
  const [asked] = useState(() => Date.now());
  const ask = useMutation({
    mutationFn: () =>
      call('/state-requests', {
        method: 'POST',
        body: {
          ...choice,
          reason,
          planHash: plan.planHash,
          window: { until: new Date(asked + window * 3_600_000).toISOString() },
        },
        headers: { 'Idempotency-Key': key },
      }),
    onSuccess: ({ stateRequestId }) => {
      void queries.invalidateQueries({ queryKey: ['list', '/state-requests'] });
      navigate(`/requests/${stateRequestId}`);
    },
    onError: onChanged,
  });
  const whyNot = ask.isPending ? 'It is being sent.' : reason.trim() === '' ? 'Say why.' : null;
  return (
    <Dialog
      title={`Ask ${counted(plan.districts, 'district')} for a resync of ${counted(plan.objects.length, 'object')}?`}
      onClose={onClose}
      buttons={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button main onPress={() => ask.mutate()} whyNot={whyNot}>
            OK
          </Button>
        </>
      }
    >
      <p>
        About {number(plan.records.expected)} records. It goes ahead of what the districts sent themselves,
        and they can’t stop it.
        {plan.notRun.length > 0 && ` ${counted(plan.notRun.length, 'district')} can’t carry it out.`}
      </p>
      <label className="request__reason">
        Why, for people of the state
        <textarea
          className="field"
          rows={2}
          maxLength={1000}
          value={reason}
          onChange={({ target }) => setReason(target.value)}
        />
      </label>
      <label className="choice">
        Begin no resync later than
        <select className="field" value={window} onChange={({ target }) => setWindow(Number(target.value))}>
          {hours.map((hour) => (
            <option key={hour} value={hour}>
              {hour < 48 ? `${hour} hours` : `${hour / 24} days`}
            </option>
          ))}
        </select>
        from now
      </label>
      {ask.error && <Failed error={ask.error} onAgain={() => ask.mutate()} />}
    </Dialog>
  );
}
