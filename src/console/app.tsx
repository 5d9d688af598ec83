import { QueryClient, QueryClientProvider, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import type { District } from './api/answers';
import { call, CallError, rememberSession, whenSignedOut } from './api/call';
import { maybeSignedIn } from './api/signed-in';
import { SessionContext } from './api/session';
import { HomePage } from './pages/home-page';
import { SignInPage } from './pages/sign-in-page';
import { Dialog } from './parts/dialog';
import { Failed, Loading, NotHere } from './parts/states';
import { ZoneProvider } from './parts/zone';
import { routes } from './routes';
import { Shell } from './shell';
import { SignInForm } from './parts/sign-in-form';

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      // What is refused stays refused; a server that is away is asked again.
      retry: (tries, error) => tries < 2 && (!(error instanceof CallError) || error.status >= 500),
      refetchOnWindowFocus: true,
    },
  },
});

/** The console: who is signed in, and the page that the address names. */
export function App() {
  return (
    <QueryClientProvider client={queries}>
      <Switch>
        <Route path="/sign-in">
          <SignInPage />
        </Route>
        <Route>
          <SignedIn />
        </Route>
      </Switch>
    </QueryClientProvider>
  );
}

function SignedIn() {
  const client = useQueryClient();
  const session = useQuery({
    queryKey: ['session'],
    queryFn: async () => {
      const found = await call('/session');
      rememberSession(found);
      return found;
    },
    staleTime: Infinity,
    enabled: maybeSignedIn(),
  });
  const districts = useQuery({
    queryKey: ['districts'],
    queryFn: () => call('/districts'),
    enabled: maybeSignedIn(),
  });
  const [path] = useLocation();
  const [over, setOver] = useState(false);
  useEffect(() => whenSignedOut(() => setOver(true)), []);
  const refused = session.error instanceof CallError && session.error.status === 401;
  if (refused || !maybeSignedIn()) {
    const next = `${location.pathname}${location.search}`;
    return <Redirect to={next === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`} />;
  }
  const failed = session.error ?? districts.error;
  if (failed && !districts.data) {
    return (
      <NotHere title="State Data Resync">
        <Failed error={failed} onAgain={() => void client.invalidateQueries()} />
      </NotHere>
    );
  }
  if (!session.data || !districts.data) return <Loading what="the console" />;
  return (
    <SessionContext value={{ session: session.data, districts: districts.data.items }}>
      <ZoneProvider district={zoneOf(path, districts.data.items)}>
        <Shell>
          <Pages />
        </Shell>
        {over && <SessionOver onIn={() => setOver(false)} />}
      </ZoneProvider>
    </SessionContext>
  );
}

/** Of the district that the page is of; where it says none, of the reader's first. */
function zoneOf(path: string, districts: readonly District[]): string | null {
  const named = /^\/d\/([^/]+)/.exec(path)?.[1];
  const district = districts.find(({ id }) => id === named) ?? districts[0];
  return district?.timezone ?? null;
}

function Pages() {
  return (
    <Switch>
      <Route path="/">
        <HomePage />
      </Route>
      {routes.map(({ path, page }) => (
        <Route key={path} path={path}>
          {(named) => page(named as Readonly<Record<string, string>>)}
        </Route>
      ))}
      <Route>
        <NotHere title="Not here">There is no such page.</NotHere>
      </Route>
    </Switch>
  );
}

/** Signing in again over the page: nothing that was chosen is lost. */
function SessionOver({ onIn }: { onIn: () => void }) {
  const client = useQueryClient();
  return (
    <Dialog title="Your session is over" onClose={() => undefined} buttons={null}>
      <p>Sign in again to go on. What you chose on this page stays.</p>
      <SignInForm
        onIn={(session) => {
          rememberSession(session);
          client.setQueryData(['session'], session);
          onIn();
          void client.invalidateQueries();
        }}
      />
    </Dialog>
  );
}
