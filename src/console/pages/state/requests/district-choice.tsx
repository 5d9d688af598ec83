import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useSignedIn } from '../../../api/session';
import { Button } from '../../../parts/button';
import { counted } from '../../../parts/format';
import { Failed } from '../../../parts/states';
import { SearchField } from '../../../parts/search-field';
import { districtsLike } from './choice';

interface DistrictChoiceProps {
  readonly chosen: 'all' | readonly string[];
  readonly onChoose: (chosen: 'all' | readonly string[]) => void;
}

const shownAtOnce = 60;

const kinds = [
  ['Red', { color: 'red' }],
  ['Yellow', { color: 'yellow' }],
  ['Never sent', { color: 'none' }],
  ['Drifted', { drift: 'true' }],
  ['Overdue', { overdue: 'true' }],
] as const;

/** Which districts are asked: all, ticked ones, or all of a kind. */
export function DistrictChoice({ chosen, onChoose }: DistrictChoiceProps) {
  const { districts } = useSignedIn();
  const [text, setText] = useState('');
  const picked = chosen === 'all' ? null : new Set(chosen);
  const wanted = text.toLowerCase();
  const found = districts.filter(({ id, number, name }) =>
    [id.toLowerCase(), String(number), name.toLowerCase()].some((known) => known.includes(wanted)),
  );
  // Those that are ticked come first: what was chosen elsewhere is seen without a search.
  const shown = [...found]
    .sort((a, b) => Number(picked?.has(b.id) ?? false) - Number(picked?.has(a.id) ?? false))
    .slice(0, shownAtOnce);
  const add = useMutation({
    mutationFn: (filter: Readonly<Record<string, string>>) => districtsLike(filter),
    onSuccess: (ids) => onChoose([...new Set([...(picked ?? []), ...ids])]),
  });
  const toggle = (id: string): void => {
    const after = new Set(picked);
    if (!after.delete(id)) after.add(id);
    onChoose([...after]);
  };
  return (
    <fieldset className="frame request__part">
      <legend>Districts</legend>
      <label className="choice">
        <input
          type="checkbox"
          className="tick"
          checked={picked === null}
          onChange={({ target }) => onChoose(target.checked ? 'all' : [])}
        />
        All {counted(districts.length, 'district')}
      </label>
      {picked !== null && (
        <>
          <div className="bar">
            <SearchField label="Find by number, name or id" value={text} onSearch={setText} />
            <span className="chips" role="group" aria-label="Tick all of a kind">
              {kinds.map(([label, filter]) => (
                <button key={label} type="button" className="chip" onClick={() => add.mutate(filter)}>
                  + {label}
                </button>
              ))}
            </span>
            {picked.size > 0 && <Button onPress={() => onChoose([])}>Tick none</Button>}
          </div>
          {add.error && <Failed error={add.error} onAgain={() => add.reset()} />}
          <ul className="request__list">
            {shown.map(({ id, number, name }) => (
              <li key={id}>
                <label className="choice">
                  <input
                    type="checkbox"
                    className="tick"
                    checked={picked.has(id)}
                    onChange={() => toggle(id)}
                  />
                  <span>
                    {name} <span className="small soft">{number}</span>
                  </span>
                </label>
              </li>
            ))}
          </ul>
          <p className="small soft" role="status">
            {counted(picked.size, 'district')} ticked
            {found.length > shown.length &&
              `; ${shown.length} of ${found.length} are shown, type more of one`}
            {found.length === 0 && '; none has this in its number, name or id'}
          </p>
        </>
      )}
    </fieldset>
  );
}
