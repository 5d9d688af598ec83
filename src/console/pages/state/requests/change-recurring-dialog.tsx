import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { bodyOfRecurring } from '../../../../domain/recurring-request';
import type { RecurringRequest } from '../../../api/answers';
import { call, ifStill } from '../../../api/call';
import type { Choice } from './choice';
import { RecurringDialog, type RecurringDraft } from './recurring-dialog';
import { timesDraftOf } from '../../schedules/schedule-draft';

interface ChangeRecurringDialogProps {
  readonly recurring: RecurringRequest;
  /** Whom it shall ask for what from now on; absent: as before. */
  readonly choice?: Choice;
  readonly onClose: () => void;
  readonly onSaved?: () => void;
}

/** Changes when a recurring request fires, what it is called, why, and whom it asks for what. */
export function ChangeRecurringDialog({
  recurring,
  choice,
  onClose,
  onSaved = onClose,
}: ChangeRecurringDialogProps) {
  const queries = useQueryClient();
  const { scheduleId, name, timing, request, version } = recurring;
  const [begun] = useState((): RecurringDraft => ({
    ...timesDraftOf(timing.times),
    ...{ name, reason: request.reason, timezone: timing.timezone },
    windowHours: request.windowHours === null ? '' : String(request.windowHours),
  }));
  const save = useMutation({
    mutationFn: (said: object) => {
      const {
        cron: _cron,
        calendar: _calendar,
        ...same
      } = { cron: '', calendar: {}, ...bodyOfRecurring(recurring) };
      return call(`/recurring-requests/${scheduleId}`, {
        ...{ method: 'PUT', body: { ...same, ...said, ...choice } },
        headers: ifStill(version),
      });
    },
    onSuccess: onSaved,
    onSettled: () => queries.invalidateQueries({ queryKey: ['recurring'] }),
  });
  return (
    <RecurringDialog
      title={`Change the recurring request ${name}`}
      begun={begun}
      save={save}
      onClose={onClose}
    >
      <p className="soft">
        The requests that it made stay what they are.
        {choice === undefined && (
          <>
            {' '}
            Whom it asks for what is changed <Link href={`/requests/new?recurring=${scheduleId}`}>apart</Link>
            .
          </>
        )}
      </p>
    </RecurringDialog>
  );
}
