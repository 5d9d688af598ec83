import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Person } from '../../../api/answers';
import { call } from '../../../api/call';
import { Button } from '../../../parts/button';
import { Failed, Loading } from '../../../parts/states';
import { TokenTable } from './token-table';

const days = [30, 90, 365] as const;

/** Tokens that somebody signs in with: made, seen once, revoked. */
export function Tokens({ person }: { person: Person }) {
  const path = `/principals/${person.principalId}/tokens` as const;
  const queries = useQueryClient();
  const [label, setLabel] = useState('');
  const [expires, setExpires] = useState(90);
  const tokens = useQuery({
    queryKey: ['tokens', person.principalId],
    queryFn: () => call(path),
  });
  const again = () => queries.invalidateQueries({ queryKey: ['tokens', person.principalId] });
  const make = useMutation({
    mutationFn: () =>
      call(path, {
        method: 'POST',
        body: { label: label.trim(), expiresInDays: expires },
      }),
    onSuccess: () => {
      setLabel('');
      return again();
    },
  });
  const revoke = useMutation({
    mutationFn: (tokenId: string) => call(`${path}/${tokenId}`, { method: 'DELETE' }),
    onSettled: again,
  });
  const failed = make.error ?? revoke.error;
  return (
    <section className="frame request__part" aria-label="Tokens">
      <h2>Tokens</h2>
      <div className="bar">
        <label className="choice">
          For
          <input
            className="field"
            maxLength={100}
            placeholder="what it is for"
            value={label}
            onChange={({ target }) => setLabel(target.value)}
          />
        </label>
        <label className="choice">
          valid for
          <select
            className="field"
            value={expires}
            onChange={({ target }) => setExpires(Number(target.value))}
          >
            {days.map((count) => (
              <option key={count} value={count}>
                {count} days
              </option>
            ))}
          </select>
        </label>
        <Button
          onPress={() => make.mutate()}
          whyNot={label.trim() === '' ? 'Say what it is for.' : make.isPending ? 'It is being made.' : null}
        >
          Make a token
        </Button>
      </div>
      {make.data && (
        <div className="banner" role="status">
          <p>Copy it now: it is shown this once.</p>
          <p className="code">{make.data.token}</p>
        </div>
      )}
      {failed && <Failed error={failed} onAgain={() => void again()} />}
      {tokens.error && <Failed error={tokens.error} onAgain={() => void tokens.refetch()} />}
      {tokens.isPending && <Loading what="the tokens" />}
      {tokens.data?.items.length === 0 && <p>No token yet.</p>}
      {tokens.data && tokens.data.items.length > 0 && (
        <TokenTable tokens={tokens.data.items} onRevoke={(tokenId) => revoke.mutate(tokenId)} />
      )}
    </section>
  );
}
