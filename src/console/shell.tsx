import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { call } from './api/call';
import { useRight, useSeesResyncs, useSignedIn } from './api/session';
import { noteSignedIn } from './api/signed-in';
import { ZonePicker } from './parts/zone';

/** Header and navigation around every page. */
export function Shell({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const { session, districts } = useSignedIn();
  const alerts = useRight('processAlerts');
  const [path, navigate] = useLocation();
  const named = /^\/d\/([^/]+)/.exec(path)?.[1];
  const district =
    districts.find(({ id }) => id === named) ?? (districts.length === 1 ? districts[0] : undefined);
  const signOut = async (): Promise<void> => {
    await call('/session', { method: 'DELETE' }).catch(() => undefined);
    noteSignedIn(false);
    client.clear();
    navigate('/sign-in', { replace: true });
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
        {district && <span>{district.name}</span>}
        <nav className="header__nav" aria-label="Pages">
          {districts.length > 1 && <NavLink to="/">Districts</NavLink>}
          {district && <DistrictLinks district={district.id} />}
          {alerts && <NavLink to="/alerts">Alerts</NavLink>}
        </nav>
        <div className="header__end">
          <ZonePicker />
          <span>{session.name}</span>
          <button type="button" className="button" onClick={() => void signOut()}>
            Sign out
          </button>
        </div>
      </header>
      {children}
    </>
  );
}

/** Pages of a district, as far as the reader may see them. */
function DistrictLinks({ district }: { district: string }) {
  const batch = useSeesResyncs();
  const verifications = useRight('verificationSummary');
  return (
    <>
      {batch && <NavLink to={`/d/${district}/batch`}>Batch</NavLink>}
      {batch && <NavLink to={`/d/${district}/history`}>History</NavLink>}
      {verifications && <NavLink to={`/d/${district}/verifications`}>Verifications</NavLink>}
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
