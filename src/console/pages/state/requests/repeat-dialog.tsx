import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { call } from '../../../api/call';
import { useSignedIn } from '../../../api/session';
import { Button } from '../../../parts/button';
import { Dialog } from '../../../parts/dialog';
import { Input } from '../../../parts/fields';
import { Failed } from '../../../parts/states';
import { everyNight, timesOf } from '../../schedules/schedule-draft';
import { NextFirings, Times, whyNotTimes } from '../../schedules/times';
import { zoneOfDistrict } from '../../schedules/zone-of-district';
import { ZoneSelect } from '../../schedules/zone-select';
import type { Choice } from './choice';

interface RepeatDialogProps {
  readonly choice: Choice;
  readonly onClose: () => void;
}

/** Has the same asked again and again; each time it is a request of its own. */
export function RepeatDialog({ choice, onClose }: RepeatDialogProps) {
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const { districts } = useSignedIn();
  const near = { timezone: districts[0]?.timezone ?? null };
  const [draft, setDraft] = useState(() => ({
    ...everyNight,
    ...{ name: '', reason: '', timezone: zoneOfDistrict(near) },
  }));
  const change = (part: Partial<typeof draft>): void => setDraft({ ...draft, ...part });
  const { name, reason, timezone } = draft;
  const times = timesOf(draft);
  const save = useMutation({
    mutationFn: () =>
      call('/recurring-requests', {
        method: 'POST',
        body: { ...choice, ...times, timezone, name: name.trim(), reason: reason.trim() },
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['recurring'] });
      navigate('/requests');
    },
  });
  const missing =
    name.trim() === '' ? 'Give it a name.' : reason.trim() === '' ? 'Say why.' : whyNotTimes(times);
  return (
    <Dialog
      title="Ask again and again"
      onClose={onClose}
      buttons={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button main onPress={() => save.mutate()} whyNot={save.isPending ? 'It is being saved.' : missing}>
            Save
          </Button>
        </>
      }
    >
      <div className="filters">
        <Input label="Name" value={name} onChange={(text) => change({ name: text })} />
        <Input
          label="Why, for people of the state"
          value={reason}
          onChange={(text) => change({ reason: text })}
        />
        <ZoneSelect district={near} value={timezone} onChange={(zone) => change({ timezone: zone })} />
      </div>
      <Times draft={draft} onChange={change} />
      <NextFirings times={whyNotTimes(times) === null ? times : null} timezone={timezone} />
      {choice.districts === 'all' && <p className="soft">All districts that there are by then are asked.</p>}
      {save.error && <Failed error={save.error} onAgain={() => save.mutate()} />}
    </Dialog>
  );
}
