import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { call } from '../../../api/call';
import { everyNight } from '../../schedules/schedule-draft';
import { zoneOfDistrict } from '../../schedules/zone-of-district';
import type { Choice } from './choice';
import { RecurringDialog, useNear } from './recurring-dialog';

interface RepeatDialogProps {
  readonly choice: Choice;
  readonly onClose: () => void;
}

/** Has the same asked again and again; each time it is a request of its own. */
export function RepeatDialog({ choice, onClose }: RepeatDialogProps) {
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const near = useNear();
  const [begun] = useState(() => ({
    ...everyNight,
    ...{ name: '', reason: '', timezone: zoneOfDistrict(near), windowHours: '' },
  }));
  const save = useMutation({
    mutationFn: (said: object) =>
      call('/recurring-requests', { method: 'POST', body: { ...choice, ...said } }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['recurring'] });
      navigate('/requests');
    },
  });
  return (
    <RecurringDialog title="Ask again and again" begun={begun} save={save} onClose={onClose}>
      {choice.districts === 'all' && <p className="soft">All districts that there are by then are asked.</p>}
    </RecurringDialog>
  );
}
