import { type ReactNode, useEffect, useState } from 'react';
import { CallError } from '../api/call';

/** While something is asked for; quick answers show nothing of it. */
export function Loading({ what }: { what: string }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 200);
    return () => clearTimeout(timer);
  }, []);
  return <p role="status">{shown ? `Loading ${what} …` : ''}</p>;
}

/** What went wrong, with the request's id, and a way to try again. */
export function Failed({ error, onAgain }: { error: unknown; onAgain: () => void }) {
  const known = error instanceof CallError ? error : null;
  return (
    <div role="alert" className="banner banner--error">
      <p>{known?.message ?? 'Something went wrong in this page.'}</p>
      {known?.requestId && <p className="small soft">Request {known.requestId}</p>}
      <button type="button" className="button" onClick={onAgain}>
        Try again
      </button>
    </div>
  );
}

/** A page that isn't there or isn't the reader's, or for which a right is missing. */
export function NotHere({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="page" id="content">
      <h1>{title}</h1>
      <p>{children}</p>
    </main>
  );
}

/** Sets what the browser's tab says. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} – State Data Resync`;
  }, [title]);
}
