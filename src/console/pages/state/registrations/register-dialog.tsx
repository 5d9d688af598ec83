import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { settingsSaidOf } from '../../../../domain/registration';
import type { Registration } from '../../../api/answers';
import { call, ifStill } from '../../../api/call';
import { Button } from '../../../parts/button';
import { Dialog } from '../../../parts/dialog';
import { Input, Select } from '../../../parts/fields';
import { Failed } from '../../../parts/states';

interface RegisterDialogProps {
  /** The district that is changed; `null`: a new one. */
  readonly former: Registration | null;
  readonly onClose: () => void;
}

const kinds = [
  { value: 'url', label: 'its URL, kept sealed' },
  { value: 'file', label: 'a file of the worker' },
  { value: 'variable', label: 'a variable of the worker' },
];

const hints: Readonly<Record<string, string>> = {
  url: 'mysql://user:password@host:port/database; it is shown to nobody again',
  file: 'its name in the worker’s registration.filesFolder',
  variable: 'its name, e.g. DISTRICT_NORTH_URL',
};

/** What is said of a district; what a change doesn't name stays as it is. */
export function RegisterDialog({ former, onClose }: RegisterDialogProps) {
  const [id, setId] = useState(former?.id ?? '');
  const [number, setNumber] = useState(former === null ? '' : String(former.number));
  const [name, setName] = useState(former?.name ?? '');
  const [schoolYear, setSchoolYear] = useState(former === null ? '' : String(former.schoolYear));
  const [timezone, setTimezone] = useState(former?.timezone ?? '');
  const [kind, setKind] = useState(former === null ? 'url' : '');
  const [place, setPlace] = useState('');
  const send = useMutation({
    mutationFn: () => {
      const said = {
        ...(former === null ? {} : settingsSaidOf(former)),
        ...{ number: Number(number), name: name.trim(), schoolYear: Number(schoolYear) },
        timezone: timezone === '' ? undefined : timezone,
        ...(kind !== '' && { database: { [kind]: place.trim() } }),
      };
      return former === null
        ? call('/districts', { method: 'POST', body: { id, ...said } })
        : call(`/registrations/${former.id}`, {
            ...{ method: 'PUT', body: said },
            headers: ifStill(former.version),
          });
    },
    onSuccess: onClose,
  });
  const lacks =
    [id, number, name, schoolYear].some((text) => text.trim() === '') || (kind !== '' && place.trim() === '');
  const whyNot = send.isPending ? 'It is being tested.' : lacks ? 'Fill in what is asked for.' : null;
  return (
    <Dialog
      title={former === null ? 'Register a district' : `Change ${former.name}`}
      onClose={onClose}
      buttons={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button main onPress={() => send.mutate()} whyNot={whyNot}>
            {former === null ? 'Test and register' : 'Test and change'}
          </Button>
        </>
      }
    >
      <div className="form">
        {former === null && (
          <Input label="Id" value={id} onChange={setId} hint="lower-case letters, digits and dashes" />
        )}
        <Input label="Number at the state" value={number} onChange={setNumber} type="number" />
        <Input label="Name" value={name} onChange={setName} />
        <Input label="School year, by its end" value={schoolYear} onChange={setSchoolYear} type="number" />
        <Input label="Time zone" value={timezone} onChange={setTimezone} hint="empty: the state’s" />
        <Select
          label="Where its database is"
          value={kind}
          onChange={setKind}
          options={kinds}
          {...(former !== null && { none: 'as it is' })}
        />
        {kind !== '' && (
          <Input
            label="Database"
            value={place}
            onChange={setPlace}
            type={kind === 'url' ? 'password' : 'text'}
            hint={hints[kind]}
          />
        )}
      </div>
      {send.error && <Failed error={send.error} onAgain={() => send.mutate()} />}
    </Dialog>
  );
}
