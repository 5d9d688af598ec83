import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { Session, SignIn } from '../api/answers';
import { call } from '../api/call';

/** Takes the code of a sign-in link out of the address, so that it stays in no history. */
function takeCode(): string | null {
  const code = new URLSearchParams(location.hash.slice(1)).get('code');
  if (code !== null) history.replaceState(null, '', location.pathname + location.search);
  return code;
}

/** Signs in by a token, or by the code of the link that led here. */
export function SignInForm({ onIn }: { onIn: (session: Session) => void }) {
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const token = useRef<HTMLInputElement>(null);
  const ways = useQuery({ queryKey: ['sign-in'], queryFn: () => call<SignIn>('/sign-in') });
  const open = async (body: { token: string } | { code: string }): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      onIn(await call<Session>('/session', { method: 'POST', body }));
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'Signing in failed.');
      setBusy(false);
      token.current?.focus();
    }
  };
  const latest = useRef(open);
  useEffect(() => {
    latest.current = open;
  });
  useEffect(() => {
    const openByLink = (): void => {
      const code = takeCode();
      if (code !== null) void latest.current({ code });
    };
    openByLink();
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
  const refusal = problem ?? ways.data?.whyNot ?? null;
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
    </form>
  );
}
