import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { District, SelectiveObject } from '../../api/answers';
import { call } from '../../api/call';
import { Input, Select } from '../../parts/fields';
import { Failed } from '../../parts/states';
import type { useAddress } from '../../parts/use-address';
import { YearSelect } from '../../parts/year-select';

/** A record by its key. */
export interface WantedRecord {
  readonly object: string;
  readonly key: readonly string[];
  readonly schoolYear: number;
}

interface RecordFormProps {
  readonly district: District;
  readonly objects: readonly SelectiveObject[];
  readonly address: ReturnType<typeof useAddress>;
  readonly onWant: (record: WantedRecord) => void;
  /** What was wanted isn't what the form says any more. */
  readonly onChange: () => void;
}

/** Which record: its object, and its key or its GUID. */
export function RecordForm({ district, objects, address, onWant, onChange }: RecordFormProps) {
  const [object, setObject] = useState(() => address.get('object'));
  const [key, setKey] = useState<readonly string[]>(() => keyIn(address.get('key')));
  const [guid, setGuid] = useState('');
  const [byGuid, setByGuid] = useState(false);
  const [missing, setMissing] = useState<string | null>(null);
  const year = Number(address.get('year')) || district.schoolYear;
  const chosen = objects.find((one) => one.object === object);
  const find = useMutation({
    mutationFn: () =>
      call(`/districts/${district.id}/selective-syncs/find`, {
        method: 'POST',
        body: { object, guid: guid.trim(), schoolYear: year },
      }),
    onSuccess: ({ key: found }) => {
      if (found === null) return setMissing(`No ${object} of ${district.name} has this GUID.`);
      setKey(found);
      onWant({ object, key: found, schoolYear: year });
    },
  });
  const changed = (): void => {
    setMissing(null);
    find.reset();
    onChange();
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const parts = chosen?.keyColumns.map((_, index) => key[index]?.trim() ?? '') ?? [];
    if (!chosen) setMissing('Choose an object first.');
    else if (byGuid && chosen.guid && guid.trim() === '') setMissing('Say its GUID.');
    else if (byGuid && chosen.guid) find.mutate();
    else if (parts.includes('')) setMissing(`Say its ${chosen.keyColumns[parts.indexOf('')]}.`);
    else onWant({ object, key: parts, schoolYear: year });
  };
  return (
    <form className="filters" onSubmit={submit} aria-label="The record">
      <YearSelect
        district={district}
        value={String(year)}
        onChange={(value) => {
          changed();
          address.set('year', value);
        }}
      />
      <Select
        label="Object"
        value={object}
        none="choose"
        onChange={(value) => {
          setObject(value);
          setKey([]);
          changed();
        }}
        options={objects.map((one) => ({ value: one.object, label: one.object }))}
      />
      {chosen?.guid && (
        <Select
          label="Found by"
          value={byGuid ? 'guid' : 'key'}
          onChange={(value) => {
            setByGuid(value === 'guid');
            changed();
          }}
          options={[
            { value: 'key', label: 'its key' },
            { value: 'guid', label: 'its GUID' },
          ]}
        />
      )}
      {chosen && byGuid && chosen.guid && (
        <Input
          label="GUID"
          value={guid}
          onChange={(text) => {
            setGuid(text);
            changed();
          }}
        />
      )}
      {chosen &&
        !(byGuid && chosen.guid) &&
        chosen.keyColumns.map((column, place) => (
          <Input
            key={column}
            label={column}
            value={key[place] ?? ''}
            onChange={(text) => {
              setKey(chosen.keyColumns.map((_, index) => (index === place ? text : (key[index] ?? ''))));
              changed();
            }}
          />
        ))}
      <button type="submit" className="button button--main" aria-disabled={find.isPending}>
        Preview
      </button>
      {missing !== null && <p role="alert">{missing}</p>}
      {find.error && <Failed error={find.error} onAgain={() => find.mutate()} />}
    </form>
  );
}

function keyIn(text: string): readonly string[] {
  try {
    const parts = JSON.parse(text) as unknown;
    return Array.isArray(parts) ? parts.map(String) : [];
  } catch {
    return [];
  }
}
