import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { type BlackoutRule, type Weekday, weekdays } from '../../../domain/blackout';
import type { Blackout, District } from '../../api/answers';
import { call } from '../../api/call';
import { Button } from '../../parts/button';
import { Dialog } from '../../parts/dialog';
import { Input, Select } from '../../parts/fields';
import { Failed } from '../../parts/states';
import { instantOf, wallTime } from '../../../domain/local-day';
import { DaysField } from './days-field';
import { useRenewed } from './use-renewed';
import { zoneOfDistrict } from './zone-of-district';
import { ZoneSelect } from './zone-select';

interface BlackoutDialogProps {
  readonly district: District;
  /** `null`: a new one. */
  readonly blackout: Blackout | null;
  readonly onClose: () => void;
}

interface Draft {
  readonly kind: BlackoutRule['kind'];
  readonly days: readonly Weekday[];
  /** Weekly: local times; dated: local days and times. */
  readonly from: string;
  readonly to: string;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly timezone: string;
  readonly note: string;
}

/** Makes or changes a window in which nothing is sent. */
export function BlackoutDialog({ district, blackout, onClose }: BlackoutDialogProps) {
  const renew = useRenewed(district);
  const [draft, setDraft] = useState(() => draftOf(district, blackout));
  const change = (part: Partial<Draft>): void => setDraft({ ...draft, ...part });
  const whyNot = whyNotSaved(draft);
  const path = `/districts/${district.id}/blackouts` as const;
  const save = useMutation({
    mutationFn: () => {
      const body = { rule: ruleOf(draft), ...(draft.note.trim() !== '' && { note: draft.note.trim() }) };
      return blackout === null
        ? call(path, { method: 'POST', body })
        : call(`${path}/${blackout.blackoutId}`, { method: 'PUT', body });
    },
    onSuccess: onClose,
    onSettled: renew,
  });
  return (
    <Dialog
      title={blackout === null ? 'New blackout window' : 'Change the blackout window'}
      onClose={onClose}
      buttons={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button main onPress={() => save.mutate()} whyNot={save.isPending ? 'It is being saved.' : whyNot}>
            Save
          </Button>
        </>
      }
    >
      <div className="filters">
        <Select
          label="When"
          value={draft.kind}
          onChange={(kind) => change({ kind: kind as Draft['kind'] })}
          options={[
            { value: 'weekly', label: 'every week' },
            { value: 'dated', label: 'once' },
          ]}
        />
        <ZoneSelect
          district={district}
          value={draft.timezone}
          onChange={(timezone) => change({ timezone })}
        />
      </div>
      {draft.kind === 'weekly' ? (
        <div className="filters">
          <Input label="From" type="time" value={draft.from} onChange={(from) => change({ from })} />
          <Input
            label="To"
            type="time"
            value={draft.to}
            onChange={(to) => change({ to })}
            hint={draft.to !== '' && draft.to <= draft.from ? 'of the next day' : undefined}
          />
          <DaysField
            legend="Days on which it begins"
            days={draft.days}
            onChange={(days) => change({ days })}
          />
        </div>
      ) : (
        <div className="filters">
          <Input
            label="Begins"
            type="datetime-local"
            value={draft.startsAt}
            onChange={(startsAt) => change({ startsAt })}
          />
          <Input
            label="Ends"
            type="datetime-local"
            value={draft.endsAt}
            onChange={(endsAt) => change({ endsAt })}
          />
        </div>
      )}
      <Input label="Why" value={draft.note} onChange={(note) => change({ note })} />
      {save.error && <Failed error={save.error} onAgain={() => save.mutate()} />}
    </Dialog>
  );
}

function draftOf(district: District, blackout: Blackout | null): Draft {
  const rule = blackout?.rule;
  const timezone = rule?.kind === 'weekly' ? rule.timezone : zoneOfDistrict(district);
  const local = (at: string): string => wallTime(at, timezone).slice(0, 16).replace(' ', 'T');
  const weekly = rule?.kind === 'weekly' ? rule : null;
  const dated = rule?.kind === 'dated' ? rule : null;
  return {
    kind: rule?.kind ?? 'weekly',
    days: weekly?.days ?? weekdays.slice(0, 5),
    from: weekly?.from ?? '07:00',
    to: weekly?.to ?? '16:00',
    startsAt: dated ? local(dated.startsAt) : '',
    endsAt: dated ? local(dated.endsAt) : '',
    timezone,
    note: blackout?.note ?? '',
  };
}

function ruleOf({ kind, days, from, to, startsAt, endsAt, timezone }: Draft): BlackoutRule {
  if (kind === 'weekly') return { kind, days, from, to, timezone };
  const instant = (local: string): string => new Date(instantOf(local, timezone)).toISOString();
  return { kind, startsAt: instant(startsAt), endsAt: instant(endsAt) };
}

function whyNotSaved({ kind, days, from, to, startsAt, endsAt }: Draft): string | null {
  if (kind === 'weekly') {
    if (days.length === 0) return 'Tick at least one day.';
    return from === '' || to === '' ? 'Say from when to when.' : null;
  }
  if (startsAt === '' || endsAt === '') return 'Say when it begins and ends.';
  return endsAt <= startsAt ? 'It has to end after it begins.' : null;
}
