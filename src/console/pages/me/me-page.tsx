import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../../api/call';
import { useSignedIn } from '../../api/session';
import { Answer } from '../../parts/answer';
import { Select } from '../../parts/fields';
import { densities, letterKeys, themes, useLook } from '../../parts/look';
import { Failed, useTitle } from '../../parts/states';
import { ZonePicker } from '../../parts/zone';
import { Mail } from './mail';
import { Webhooks } from './webhooks';
import { TokenTable } from '../state/access/token-table';
import { rightNames } from '../state/access/right-words';

/** `/me`: who one is here, how the pages look, and one's own tokens. */
export function MePage() {
  useTitle('Your settings');
  const { session, districts } = useSignedIn();
  return (
    <main className="page" id="content">
      <h1>Your settings</h1>
      <dl className="facts">
        <dt>Signed in as</dt>
        <dd>{session.name}</dd>
        <dt>For</dt>
        <dd>
          {session.level === 'state' ? 'the state' : 'the district'}:{' '}
          {districts.length > 5
            ? `${districts.length} districts`
            : districts.map(({ name }) => name).join(', ')}
        </dd>
        <dt>Tools</dt>
        <dd>{session.rights.map((right) => rightNames[right]).join(', ') || 'none'}</dd>
      </dl>
      <Look />
      {session.rights.includes('processAlerts') && (
        <>
          <Mail />
          <Webhooks />
        </>
      )}
      <OwnTokens />
    </main>
  );
}

function Look() {
  const { theme, density, keys, choose } = useLook();
  return (
    <section className="section" aria-label="How the pages look">
      <h2>How the pages look in this browser</h2>
      <div className="filters">
        <ZonePicker />
        <Select label="Colors" value={theme} onChange={(value) => choose('theme', value)} options={themes} />
        <Select
          label="Rows"
          value={density}
          onChange={(value) => choose('density', value)}
          options={densities}
        />
        <Select
          label="Single letters as keys (? lists them)"
          value={keys}
          onChange={(value) => choose('keys', value)}
          options={letterKeys}
        />
      </div>
    </section>
  );
}

function OwnTokens() {
  const queries = useQueryClient();
  const key = ['own-tokens'];
  const tokens = useQuery({
    queryKey: key,
    queryFn: () => call('/me/tokens'),
  });
  const revoke = useMutation({
    mutationFn: (tokenId: string) => call(`/me/tokens/${tokenId}`, { method: 'DELETE' }),
    onSettled: () => queries.invalidateQueries({ queryKey: key }),
  });
  return (
    <section className="section" aria-label="Your tokens">
      <h2>Your tokens</h2>
      <p className="soft">
        Whoever has one is taken for you. Revoke what you don’t use: it is refused from then on, and what was
        signed in with it is signed out. Who has administration makes new ones.
      </p>
      {revoke.error && <Failed error={revoke.error} onAgain={() => revoke.reset()} />}
      <Answer query={tokens} what="your tokens">
        {({ items }) =>
          items.length === 0 ? (
            <p>You have none: you sign in another way.</p>
          ) : (
            <TokenTable tokens={items} onRevoke={(tokenId) => revoke.mutate(tokenId)} />
          )
        }
      </Answer>
    </section>
  );
}
