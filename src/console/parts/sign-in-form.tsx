import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { Session } from '../api/answers';
import { call } from '../api/call';
import { withQuery } from './query';

/** Takes the code of a sign-in link out of the address, so that it stays in no history. */
function takeCode(): string | null {
  const code = new URLSearchParams(location.hash.slice(1)).get('code');
  if (code !== null) history.replaceState(null, '', location.pathname + location.search);
  return code;
}

/** Why another issuer's page led back without a session. */
const refusals: Readonly<Record<string, string>> = {
  state: 'This sign-in was not begun in this browser, or more than ten minutes ago: begin it again.',
  refused: 'You were not signed in there. Begin again, or use a token.',
  rights: 'You are known there, but without a district or a tool right here. Your administrators give them.',
};

const backFrom = (name: string): string | null => new URLSearchParams(location.search).get(name);
const ignore = (): void => undefined;

/** Signs in by a token, by another issuer, or by the code of the link that led here. */
export function SignInForm({ onIn }: { onIn: (session: Session) => void }) {
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const token = useRef<HTMLInputElement>(null);
  const ways = useQuery({ queryKey: ['sign-in'], queryFn: () => call('/sign-in') });
  const open = async (body: { token: string } | { code: string }): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      onIn(await call('/session', { method: 'POST', body }));
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'Signing in failed.');
      setBusy(false);
      token.current?.focus();
    }
  };
  const latest = useRef(open);
  const onInNow = useRef(onIn);
  useEffect(() => {
    latest.current = open;
    onInNow.current = onIn;
  });
  useEffect(() => {
    const openByLink = (): void => {
      const code = takeCode();
      if (code !== null) void latest.current({ code });
    };
    openByLink();
    // Another issuer's page has led back here: the session is there already.
    if (backFrom('signed') === 'in') void call('/session').then(onInNow.current, ignore);
    // A link that is opened in this very tab changes no more than the fragment.
    addEventListener('hashchange', openByLink);
    return () => removeEventListener('hashchange', openByLink);
  }, []);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const text = token.current?.value.trim() ?? '';
    if (text === '') setProblem('Paste your token first. An administrator makes one for you.');
    else void open({ token: text });
  };
  const refused = refusals[backFrom('refused') ?? ''];
  const refusal = problem ?? refused ?? ways.data?.whyNot ?? null;
  const here =
    location.pathname === '/sign-in' ? (backFrom('next') ?? '/') : location.pathname + location.search;
  return (
    <form className="form" onSubmit={submit}>
      <label>
        Token
        <input
          ref={token}
          className="field"
          type="password"
          name="token"
          autoComplete="current-password"
          spellCheck={false}
          aria-invalid={problem !== null}
        />
      </label>
      <p className="small soft">
        It starts with rsk_. It is not kept in this browser: signing in gives a session, which ends after an
        hour without use.
      </p>
      {refusal !== null && (
        <p role="alert" className="banner banner--error">
          {refusal}
        </p>
      )}
      <div>
        <button type="submit" className="button button--main" aria-disabled={busy}>
          Sign in
        </button>
      </div>
      {ways.data?.oidc && (
        <p>
          <a className="button" href={withQuery(ways.data.oidc.path, { next: here })}>
            Sign in with {ways.data.oidc.name}
          </a>
        </p>
      )}
    </form>
  );
}
