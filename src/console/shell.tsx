import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { alertsPath, useUnreadAlerts } from './api/alerts';
import { call } from './api/call';
import { useSignedIn } from './api/session';
import { noteSignedIn } from './api/signed-in';
import { districtEntries } from './navigation/district-entries';
import { entriesFor } from './navigation/entry';
import { stateEntries } from './navigation/state-entries';
import { useSingleKeys } from './navigation/single-keys';
import { ToolMenu } from './navigation/tool-menu';
import { number } from './parts/format';
import { later } from './parts/later';
import { useLook } from './parts/look';
import { ZonePicker } from './parts/zone';

const GoTo = later(() => import('./navigation/go-to').then(({ GoTo: dialog }) => dialog));
const KeyHelp = later(() => import('./navigation/key-help').then(({ KeyHelp: dialog }) => dialog));

/** Header and navigation around every page. */
export function Shell({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const { session, districts } = useSignedIn();
  const [path, navigate] = useLocation();
  const named = /^\/d\/([^/]+)/.exec(path)?.[1];
  const district =
    districts.find(({ id }) => id === named) ?? (districts.length === 1 ? districts[0] : undefined);
  const entries = entriesFor([...districtEntries, ...stateEntries], {
    ...{ level: session.level, rights: session.rights, district: district?.id ?? null },
  });
  const [open, setOpen] = useState<'goTo' | 'help' | null>(null);
  const close = (): void => setOpen(null);
  useSingleKeys(entries, useLook().keys !== 'off', {
    ...{ go: navigate, openGoTo: () => setOpen('goTo'), openHelp: () => setOpen('help') },
  });
  const signOut = async (): Promise<void> => {
    await call('/session', { method: 'DELETE' }).catch(() => undefined);
    noteSignedIn(false);
    client.clear();
    if (session.signOutUrl === null) navigate('/sign-in', { replace: true });
    else location.assign(session.signOutUrl);
  };
  return (
    <>
      <a className="skip" href="#content">
        Skip to the page
      </a>
      <header className="header">
        <Link className="header__brand" href="/">
          State Data Resync
        </Link>
        {district && districts.length === 1 && <span>{district.name}</span>}
        {districts.length > 1 && (
          <button type="button" className="button header__district" onClick={() => setOpen('goTo')}>
            {district?.name ?? 'Go to a district…'}
          </button>
        )}
        <nav className="header__nav" aria-label="Pages">
          {districts.length > 1 && <NavLink to="/">Districts</NavLink>}
          {entries
            // A district's own pages fill the line; what is of all districts is a click away.
            .filter(({ header, stateOnly }) => header && !(stateOnly && district))
            .map(({ to, label }) => (
              <NavLink key={to} to={to}>
                {label}
                {to === alertsPath && <UnreadCount />}
              </NavLink>
            ))}
          <ToolMenu entries={entries} />
        </nav>
        <div className="header__end">
          <ZonePicker />
          <Link href="/me">{session.name}</Link>
          <button type="button" className="button" onClick={() => void signOut()}>
            Sign out
          </button>
        </div>
      </header>
      {children}
      {open === 'goTo' && <GoTo {...{ districts, entries, path, onClose: close }} />}
      {open === 'help' && <KeyHelp {...{ entries, onClose: close }} />}
    </>
  );
}

/** Beside the link to the alerts. */
function UnreadCount() {
  const count = useUnreadAlerts();
  if (count === null || count.unread === 0) return null;
  return (
    <>
      {' '}
      <span className="count">
        {number(count.unread)}
        {count.capped && '+'}
        <span className="hidden"> unread</span>
      </span>
    </>
  );
}

function NavLink({ to, children }: { to: string; children: ReactNode }) {
  const [path] = useLocation();
  return (
    <Link href={to} aria-current={path === to ? 'page' : undefined}>
      {children}
    </Link>
  );
}
