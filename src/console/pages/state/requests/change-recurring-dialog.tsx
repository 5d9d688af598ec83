import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { bodyOfRecurring } from '../../../../domain/recurring-request';
import type { RecurringRequest } from '../../../api/answers';
import { call, ifStill } from '../../../api/call';
import { RecurringDialog, type RecurringDraft } from './recurring-dialog';
import { timesDraftOf } from '../../schedules/schedule-draft';

interface ChangeRecurringDialogProps {
  readonly recurring: RecurringRequest;
  readonly onClose: () => void;
}

/** Changes when a recurring request fires, what it is called and why; whom it asks stays. */
export function ChangeRecurringDialog({ recurring, onClose }: ChangeRecurringDialogProps) {
  const queries = useQueryClient();
  const { scheduleId, name, timing, request, version } = recurring;
  const [begun] = useState((): RecurringDraft => ({
    ...timesDraftOf(timing.times),
    ...{ name, reason: request.reason, timezone: timing.timezone },
  }));
  const save = useMutation({
    mutationFn: (said: object) => {
      const {
        cron: _cron,
        calendar: _calendar,
        ...same
      } = { cron: '', calendar: {}, ...bodyOfRecurring(recurring) };
      return call(`/recurring-requests/${scheduleId}`, {
        ...{ method: 'PUT', body: { ...same, ...said } },
        headers: ifStill(version),
      });
    },
    onSuccess: onClose,
    onSettled: () => queries.invalidateQueries({ queryKey: ['recurring'] }),
  });
  return (
    <RecurringDialog
      title={`Change the recurring request ${name}`}
      begun={begun}
      save={save}
      onClose={onClose}
    >
      <p className="soft">Whom it asks for what stays as it is, and so do the requests that it made.</p>
    </RecurringDialog>
  );
}
