import type { ReactNode } from 'react';
import type { ToolRight } from '../../domain/rights';
import { useSignedIn } from '../api/session';
import { NotHere, useTitle } from './states';

interface NeedsRightProps {
  readonly title: string;
  /** Any of them. */
  readonly rights: readonly ToolRight[];
  readonly stateOnly?: boolean;
  readonly children: ReactNode;
}

/** A page of no one district that needs a right: what is missing is said instead. */
export function NeedsRight({ title, rights, stateOnly = false, children }: NeedsRightProps) {
  const { session } = useSignedIn();
  useTitle(title);
  if (stateOnly && session.level !== 'state')
    return <NotHere title={title}>Only people of the state use this page.</NotHere>;
  if (!rights.some((right) => session.rights.includes(right))) {
    return (
      <NotHere title={title}>
        This page needs the tool right {rights.join(' or ')}. Who has administration grants it.
      </NotHere>
    );
  }
  return children;
}
