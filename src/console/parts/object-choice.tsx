import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/call';
import { counted } from './format';
import { SearchField } from './search-field';

interface ObjectChoiceProps {
  /** Whose objects there are to choose from; absent: only by their names. */
  readonly districtId: string | undefined;
  /** What stands for all of them. */
  readonly allLabel: string;
  readonly chosen: 'all' | readonly string[];
  readonly checkDependencies: boolean;
  readonly onChoose: (chosen: 'all' | readonly string[]) => void;
  readonly onCheck: (checked: boolean) => void;
}

/** Which objects are asked for: all, or ticked ones with what they need. */
export function ObjectChoice({
  districtId,
  allLabel,
  chosen,
  checkDependencies,
  onChoose,
  onCheck,
}: ObjectChoiceProps) {
  const names = useObjectNames(districtId ?? '');
  const [text, setText] = useState('');
  const picked = chosen === 'all' ? null : new Set(chosen);
  const found = names?.filter((name) => name.toLowerCase().includes(text.toLowerCase())) ?? [];
  const toggle = (name: string): void => {
    const after = new Set(picked);
    if (!after.delete(name)) after.add(name);
    onChoose([...after]);
  };
  return (
    <fieldset className="frame request__part">
      <legend>Objects</legend>
      <div className="bar">
        <label className="choice">
          <input
            type="checkbox"
            className="tick"
            checked={picked === null}
            onChange={({ target }) => onChoose(target.checked ? 'all' : [])}
          />
          {allLabel}
        </label>
        {picked !== null && (
          <label className="choice">
            <input
              type="checkbox"
              className="tick"
              checked={checkDependencies}
              onChange={({ target }) => onCheck(target.checked)}
            />
            Check dependencies
          </label>
        )}
      </div>
      {picked !== null && names !== null && (
        <>
          <SearchField label="Find an object" value={text} onSearch={setText} />
          <ul className="request__list">
            {found.map((name) => (
              <li key={name}>
                <label className="choice">
                  <input
                    type="checkbox"
                    className="tick"
                    checked={picked.has(name)}
                    onChange={() => toggle(name)}
                  />
                  {name}
                </label>
              </li>
            ))}
          </ul>
          <p className="small soft" role="status">
            {counted(picked.size, 'object')} ticked
          </p>
        </>
      )}
      {picked !== null && names === null && <NamesField chosen={[...picked]} onChoose={onChoose} />}
    </fieldset>
  );
}

/** Who may see no district's objects names them. */
function NamesField({
  chosen,
  onChoose,
}: {
  chosen: readonly string[];
  onChoose: (chosen: readonly string[]) => void;
}) {
  const [text, setText] = useState(chosen.join(', '));
  return (
    <label className="request__reason">
      Names of objects, separated by commas
      <input
        className="field"
        value={text}
        onChange={({ target }) => setText(target.value)}
        onBlur={() =>
          onChoose(
            text
              .split(',')
              .map((name) => name.trim())
              .filter((name) => name !== ''),
          )
        }
      />
    </label>
  );
}

/** Names of the district's catalog; `null`: they aren't the reader's to see. */
function useObjectNames(districtId: string): readonly string[] | null {
  const table = useQuery({
    queryKey: ['object-names', districtId],
    queryFn: () => call(`/districts/${districtId}/objects`),
    staleTime: Infinity,
    retry: false,
    enabled: districtId !== '',
  });
  return table.data?.items.map(({ object }) => object) ?? null;
}
