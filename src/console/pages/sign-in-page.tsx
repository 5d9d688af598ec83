import { useQueryClient } from '@tanstack/react-query';
import { useLocation, useSearchParams } from 'wouter';
import { rememberSession } from '../api/call';
import { noteSignedIn } from '../api/signed-in';
import { SignInForm } from '../parts/sign-in-form';
import { useTitle } from '../parts/states';

/** Where to go after it: only a path of ours, never another host. */
function pathOf(next: string | null): string {
  if (next === null || !/^\/(?![/\\])/.test(next)) return '/';
  const { origin, pathname, search } = new URL(next, location.origin);
  return origin === location.origin ? pathname + search : '/';
}

/** `/sign-in`: by a token, or by the one-use code of a link. */
export function SignInPage() {
  useTitle('Sign in');
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const [search] = useSearchParams();
  return (
    <main className="page">
      <div className="card">
        <h1>State Data Resync</h1>
        <h2>Sign in</h2>
        <SignInForm
          onIn={(session) => {
            rememberSession(session);
            noteSignedIn(true);
            client.clear();
            client.setQueryData(['session'], session);
            navigate(pathOf(search.get('next')), { replace: true });
          }}
        />
      </div>
    </main>
  );
}
