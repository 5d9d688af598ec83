import { type ReactNode, useState } from 'react';
import { useSignedIn } from '../../../api/session';
import { Button } from '../../../parts/button';
import { Dialog } from '../../../parts/dialog';
import { Input, Select } from '../../../parts/fields';
import { Failed } from '../../../parts/states';
import { type TimesDraft, timesOf } from '../../schedules/schedule-draft';
import { NextFirings, Times, whyNotTimes } from '../../schedules/times';
import { ZoneSelect } from '../../schedules/zone-select';

/** What is said of a recurring request beside whom it asks for what. */
export interface RecurringDraft extends TimesDraft {
  readonly name: string;
  readonly reason: string;
  readonly timezone: string;
  /** Empty: as long as is configured. */
  readonly windowHours: string;
}

const hours = [4, 12, 24, 72, 168] as const;

interface RecurringDialogProps {
  readonly title: string;
  /** `null`: a new one, of which nothing is said yet. */
  readonly begun: RecurringDraft;
  readonly save: {
    readonly isPending: boolean;
    readonly error: unknown;
    readonly mutate: (said: object) => void;
  };
  readonly onClose: () => void;
  /** What else there is to know. */
  readonly children: ReactNode;
}

/** Of which time zone the state's own are. */
export function useNear(): { readonly timezone: string | null } {
  const { districts } = useSignedIn();
  return { timezone: districts[0]?.timezone ?? null };
}

/** Name, reason and times of a recurring request. */
export function RecurringDialog({ title, begun, save, onClose, children }: RecurringDialogProps) {
  const near = useNear();
  const [draft, setDraft] = useState(begun);
  const change = (part: Partial<RecurringDraft>): void => setDraft({ ...draft, ...part });
  const { name, reason, timezone, windowHours } = draft;
  const times = timesOf(draft);
  const missing =
    name.trim() === '' ? 'Give it a name.' : reason.trim() === '' ? 'Say why.' : whyNotTimes(times);
  const send = (): void =>
    save.mutate({
      ...{ ...times, timezone, name: name.trim(), reason: reason.trim() },
      windowHours: windowHours === '' ? undefined : Number(windowHours),
    });
  return (
    <Dialog
      title={title}
      onClose={onClose}
      buttons={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button main onPress={send} whyNot={save.isPending ? 'It is being saved.' : missing}>
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
        <Select
          label="Begin no resync later than"
          value={windowHours}
          onChange={(value) => change({ windowHours: value })}
          none="as long as is configured"
          options={hours.map((hour) => ({ value: String(hour), label: `${hour} hours after it fires` }))}
        />
        <ZoneSelect district={near} value={timezone} onChange={(zone) => change({ timezone: zone })} />
      </div>
      <Times draft={draft} onChange={change} />
      <NextFirings times={whyNotTimes(times) === null ? times : null} timezone={timezone} />
      {children}
      {save.error != null && <Failed error={save.error} onAgain={send} />}
    </Dialog>
  );
}
