import { useState } from 'react';
import { Link } from 'wouter';
import type { ToolRight } from '../../../../domain/rights';
import { useSignedIn } from '../../../api/session';
import type { Person } from '../../../api/answers';
import { Button } from '../../../parts/button';
import { NeedsRight } from '../../../parts/needs-right';
import { ListView, usePaged } from '../../../parts/paged';
import { SearchField } from '../../../parts/search-field';
import { Failed } from '../../../parts/states';
import { NewPersonDialog } from './new-person-dialog';
import { allRights, rightNames } from './right-words';
import { useRightChange } from './use-right-change';

/** `/admin/rights`: who may do what, a row a person, a column a tool. */
export function RightsPage() {
  return (
    <NeedsRight title="Tool Rights" rights={['administration']}>
      <Rights />
    </NeedsRight>
  );
}

function Rights() {
  const list = usePaged('/principals', { limit: '200' }, 'people');
  const [text, setText] = useState('');
  const [making, setMaking] = useState(false);
  const change = useRightChange();
  const { session } = useSignedIn();
  const people = list.pages?.flatMap(({ items }) => items) ?? [];
  const found = people.filter(({ name }) => name.toLowerCase().includes(text.toLowerCase()));
  const rights = allRights.filter((right) => session.level === 'state' || right !== 'stateRequest');
  return (
    <main className="page" id="content">
      <div className="page__head">
        <h1>Tool Rights</h1>
        <Button onPress={() => setMaking(true)}>New person or service…</Button>
      </div>
      <p className="soft">
        A tick is a right: it is granted or withdrawn at once, and counts at the person’s next click.
      </p>
      <SearchField label="Find by name" value={text} onSearch={setText} />
      {change.error && <Failed error={change.error} onAgain={() => change.reset()} />}
      <ListView
        list={list}
        what="the people"
        empty="Nobody is here yet."
        onClear={null}
        moreWord="Show more people"
      >
        {found.length === 0 ? (
          <p>Nobody has this in the name.</p>
        ) : (
          <Matrix
            people={found}
            rights={rights}
            busy={change.isPending}
            onChange={(person, right, granted) => change.mutate({ person, right, granted })}
          />
        )}
      </ListView>
      {making && <NewPersonDialog onClose={() => setMaking(false)} />}
    </main>
  );
}

interface MatrixProps {
  readonly people: readonly Person[];
  readonly rights: readonly ToolRight[];
  readonly busy: boolean;
  readonly onChange: (person: Person, right: ToolRight, granted: boolean) => void;
}

function Matrix({ people, rights, busy, onChange }: MatrixProps) {
  return (
    <div className="frame" tabIndex={0} role="region" aria-label="Rights by person">
      <table className="table matrix">
        <thead>
          <tr>
            <th scope="col">Name</th>
            {rights.map((right) => (
              <th key={right} scope="col" className="matrix__right">
                {rightNames[right]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {people.map((person) => (
            <tr key={person.principalId}>
              <th scope="row">
                <Link href={`/admin/principals/${person.principalId}`}>{person.name}</Link>
                <div className="small soft">
                  <Reach person={person} />
                </div>
              </th>
              {rights.map((right) => (
                <td key={right} className="matrix__right">
                  <input
                    type="checkbox"
                    className="tick"
                    aria-label={`${person.name}: ${rightNames[right]}`}
                    checked={person.rights.includes(right)}
                    disabled={busy || (right === 'stateRequest' && person.level === 'district')}
                    onChange={({ target }) => onChange(person, right, target.checked)}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** How far somebody reaches: "State, all districts". */
export function Reach({ person: { level, districts, disabledAt } }: { person: Person }) {
  const named =
    districts === null
      ? 'all districts'
      : districts.length > 3
        ? `${districts.length} districts`
        : districts.join(', ');
  return (
    <>
      {level === 'state' ? 'State' : 'District'}, {named}
      {disabledAt !== null && <strong>, disabled</strong>}
    </>
  );
}
