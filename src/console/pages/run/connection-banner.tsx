import { useEffect, useState } from 'react';
import type { Live } from '../../api/live';
import { Time } from '../../parts/zone';

const patienceMs = 3_000;

/** Says that what is shown may be old: nobody should wait for figures that don't come. */
export function ConnectionBanner({ live, onAgain }: { live: Live; onAgain: () => void }) {
  const since = live.state === 'lost' ? live.since : null;
  const [long, setLong] = useState(false);
  useEffect(() => {
    if (since === null) return;
    const timer = setTimeout(() => setLong(true), patienceMs);
    return () => {
      clearTimeout(timer);
      setLong(false);
    };
  }, [since]);
  if (since === null || !long) return null;
  return (
    <div role="alert" className="banner bar">
      <span>
        Not connected since <Time at={new Date(since).toISOString()} clock />; trying again. The figures are
        of that time.
      </span>
      <button type="button" className="button" onClick={onAgain}>
        Try now
      </button>
    </div>
  );
}
