import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { useSignedIn } from '../../../api/session';
import type { Person } from '../../../api/answers';
import { call } from '../../../api/call';
import { useNotices } from '../../../api/live';
import { Button } from '../../../parts/button';
import { Dialog } from '../../../parts/dialog';
import { NeedsRight } from '../../../parts/needs-right';
import { Failed, Loading } from '../../../parts/states';
import { Time } from '../../../parts/zone';
import { allRights, rightNames } from './right-words';
import { Reach } from './rights-page';
import { Tokens } from './tokens';
import { useRightChange } from './use-right-change';

/** `/admin/principals/{principal}`: one person or service, with its rights and tokens. */
export function PersonPage({ principalId }: { principalId: string }) {
  return (
    <NeedsRight title="Person" rights={['administration']}>
      <LoadedPerson principalId={principalId} />
    </NeedsRight>
  );
}

function LoadedPerson({ principalId }: { principalId: string }) {
  useNotices('people', ['principal', principalId], ['tokens', principalId]);
  const person = useQuery({
    queryKey: ['principal', principalId],
    queryFn: () => call(`/principals/${encodeURIComponent(principalId)}`),
  });
  return (
    <main className="page" id="content">
      <p className="small">
        <Link href="/admin/rights">Tool Rights</Link>
      </p>
      {!person.data && <h1>Person</h1>}
      {person.error && <Failed error={person.error} onAgain={() => void person.refetch()} />}
      {person.isPending && <Loading what="the person" />}
      {person.data && <Shown person={person.data} />}
    </main>
  );
}

function Shown({ person }: { person: Person }) {
  const { session } = useSignedIn();
  const change = useRightChange();
  const { name, createdAt, disabledAt, schools } = person;
  const rights = allRights.filter((right) => person.level === 'state' || right !== 'stateRequest');
  return (
    <>
      <div className="page__head">
        <h1>{name}</h1>
        <DisableButton person={person} self={person.principalId === session.principalId} />
      </div>
      <p className="soft">
        <Reach person={person} />
        {schools !== null && `, limited to the schools ${schools.join(', ')}`}. Made <Time at={createdAt} />
        {disabledAt !== null && (
          <>
            , disabled <Time at={disabledAt} />
          </>
        )}
        .
      </p>
      <fieldset className="frame request__part">
        <legend>May use</legend>
        <ul className="request__list">
          {rights.map((right) => (
            <li key={right}>
              <label className="choice">
                <input
                  type="checkbox"
                  className="tick"
                  checked={person.rights.includes(right)}
                  disabled={change.isPending}
                  onChange={({ target }) => change.mutate({ person, right, granted: target.checked })}
                />
                {rightNames[right]}
              </label>
            </li>
          ))}
        </ul>
        {change.error && <Failed error={change.error} onAgain={() => change.reset()} />}
      </fieldset>
      <Tokens person={person} />
    </>
  );
}

function DisableButton({ person, self }: { person: Person; self: boolean }) {
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const action = person.disabledAt === null ? 'disable' : 'enable';
  const change = useMutation({
    mutationFn: () => call(`/principals/${person.principalId}/${action}`, { method: 'POST' }),
    onSuccess: (after) => {
      queries.setQueryData(['principal', person.principalId], after);
      setAsking(false);
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['list', '/principals'] }),
  });
  if (action === 'enable') return <Button onPress={() => change.mutate()}>Enable</Button>;
  return (
    <>
      <Button onPress={() => setAsking(true)} whyNot={self ? 'Nobody disables themselves.' : null}>
        Disable…
      </Button>
      {asking && (
        <Dialog
          title={`Disable ${person.name}?`}
          onClose={() => setAsking(false)}
          buttons={
            <>
              <Button onPress={() => setAsking(false)}>Cancel</Button>
              <Button
                main
                onPress={() => change.mutate()}
                whyNot={change.isPending ? 'It is being done.' : null}
              >
                Disable
              </Button>
            </>
          }
        >
          <p>Their tokens and sessions are refused from now on. Rights are kept for when they are enabled.</p>
          {change.error && <Failed error={change.error} onAgain={() => change.mutate()} />}
        </Dialog>
      )}
    </>
  );
}
