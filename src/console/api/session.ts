import { createContext, useContext } from 'react';
import type { ToolRight } from '../../domain/rights';
import type { District, Session } from './answers';

interface SignedIn {
  readonly session: Session;
  /** Those the reader may see. */
  readonly districts: readonly District[];
}

/** Who is signed in, for every page. */
export const SessionContext = createContext<SignedIn | null>(null);

/** Who is signed in. */
export function useSignedIn(): SignedIn {
  const signedIn = useContext(SessionContext);
  if (signedIn === null) throw new Error('Nobody is signed in around this.');
  return signedIn;
}

/** May the reader use this tool? */
export function useRight(right: ToolRight): boolean {
  return useSignedIn().session.rights.includes(right);
}
