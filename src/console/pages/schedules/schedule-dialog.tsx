import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { scenarios, type Scenario } from '../../../domain/resync';
import type { ScheduleKind, ScheduleTimes } from '../../../domain/schedule';
import type { District, Schedule } from '../../api/answers';
import { call, ifStill } from '../../api/call';
import { useSignedIn } from '../../api/session';
import { Button } from '../../parts/button';
import { Dialog } from '../../parts/dialog';
import { Input, Select } from '../../parts/fields';
import { ObjectChoice } from '../../parts/object-choice';
import { Failed } from '../../parts/states';
import { scenarioNames } from '../../text';
import { type Draft, draftOf, timesOf } from './schedule-draft';
import { NextFirings, Times, whyNotTimes } from './times';
import { useRenewed } from './use-renewed';
import { ZoneSelect } from './zone-select';

interface ScheduleDialogProps {
  readonly district: District;
  /** `null`: a new one. */
  readonly schedule: Schedule | null;
  readonly onClose: () => void;
}

/** Makes or changes a schedule, and says when it would fire. */
export function ScheduleDialog({ district, schedule, onClose }: ScheduleDialogProps) {
  const { session } = useSignedIn();
  const renew = useRenewed(district);
  const [draft, setDraft] = useState(() => draftOf(district, schedule));
  const change = (part: Partial<Draft>): void => setDraft({ ...draft, ...part });
  const times = timesOf(draft);
  const whyNot = whyNotSaved(draft, times);
  const path = `/districts/${district.id}/schedules` as const;
  const save = useMutation({
    mutationFn: () => {
      const body = bodyOf(draft, times, schedule);
      if (schedule === null) return call(path, { method: 'POST', body });
      const { scheduleId, version } = schedule;
      return call(`${path}/${scheduleId}`, { method: 'PUT', body, headers: ifStill(version) });
    },
    onSuccess: onClose,
    onSettled: renew,
  });
  const kinds: readonly { readonly value: ScheduleKind; readonly label: string }[] = [
    { value: 'resync', label: 'a resync' },
    ...(session.rights.includes('verificationSummary')
      ? [{ value: 'verification' as const, label: 'a verification, which writes nothing' }]
      : []),
  ];
  return (
    <Dialog
      title={schedule === null ? 'New schedule' : `Change the schedule ${schedule.name}`}
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
        <Input label="Name" value={draft.name} onChange={(name) => change({ name })} />
        {schedule === null && (
          <Select
            label="It starts"
            value={draft.kind}
            onChange={(kind) => change({ kind: kind as ScheduleKind })}
            options={kinds}
          />
        )}
        <ZoneSelect
          district={district}
          value={draft.timezone}
          onChange={(timezone) => change({ timezone })}
        />
      </div>
      <Times draft={draft} onChange={change} />
      <NextFirings times={whyNotTimes(times) === null ? times : null} timezone={draft.timezone} />
      <ObjectChoice
        districtId={district.id}
        allLabel={`All that ${district.name} sends`}
        chosen={draft.objects}
        checkDependencies={draft.checkDependencies}
        onChoose={(objects) => change({ objects })}
        onCheck={(checkDependencies) => change({ checkDependencies })}
      />
      <div className="filters">
        {draft.kind === 'resync' && session.level === 'district' && (
          <Select
            label="Why"
            value={draft.scenario}
            onChange={(scenario) => change({ scenario: scenario as Scenario })}
            options={scenarios
              .filter((scenario) => scenario !== 'STATE_REQUEST')
              .map((value) => ({ value, label: scenarioNames[value] }))}
          />
        )}
        <Select
          label="When the service was away"
          value={draft.missed}
          onChange={(missed) => change({ missed: missed as Draft['missed'] })}
          options={[
            { value: 'one', label: 'make up for one firing' },
            { value: 'skip', label: 'make up for none' },
            { value: 'all', label: 'make up for all of a day' },
          ]}
        />
        <Input label="Note" value={draft.note} onChange={(note) => change({ note })} />
      </div>
      {save.error && <Failed error={save.error} onAgain={() => save.mutate()} />}
    </Dialog>
  );
}

function whyNotSaved({ name, objects }: Draft, times: ScheduleTimes | null): string | null {
  if (name.trim() === '') return 'Give it a name.';
  if (objects.length === 0) return 'Tick at least one object.';
  return whyNotTimes(times);
}

function bodyOf(draft: Draft, times: ScheduleTimes | null, schedule: Schedule | null): object {
  const { kind, timezone, objects, checkDependencies, missed, note, scenario } = draft;
  const timing = schedule?.timing;
  return {
    ...{ name: draft.name.trim(), kind, ...times, timezone, objects, checkDependencies, missed },
    ...(kind === 'resync' && scenario !== '' && { scenario }),
    ...(note.trim() !== '' && { note: note.trim() }),
    // What this window doesn't ask for stays as it is.
    ...(timing && {
      jitterMinutes: timing.jitterMinutes,
      catchupWindowMinutes: timing.catchupWindowMinutes,
      ...(missed !== 'all' && { overlap: timing.overlap }),
    }),
    ...(schedule?.request?.mode && { mode: schedule.request.mode }),
  };
}
