const key = 'resync.signedIn';

/**
 * Remembers whether this browser has signed in. The cookie itself is no script's to see, and asking
 * the server of a browser that never signed in would only be refused.
 */
export function noteSignedIn(signedIn: boolean): void {
  if (signedIn) localStorage.setItem(key, '1');
  else localStorage.removeItem(key);
}

/** May there be a session? */
export function maybeSignedIn(): boolean {
  return localStorage.getItem(key) !== null;
}
