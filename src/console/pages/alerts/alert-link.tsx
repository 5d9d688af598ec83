import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Alert, AlertLink } from '../../api/answers';
import { useSignedIn } from '../../api/session';

const pathOf: Record<AlertLink['kind'], (id: string) => string> = {
  resync: (id) => `/runs/${id}`,
  removals: (id) => `/runs/${id}/removals`,
  verification: (id) => `/verifications/${id}`,
  certification: (id) => `/certifications/${id}`,
  stateRequest: (id) => `/requests/${id}`,
  year: (id) => `/d/${id}/year`,
};

interface AboutProps {
  readonly alert: Alert;
  readonly onOpen: () => void;
  readonly children: ReactNode;
}

/** Leads to what a message is about; without such a place, or who may not open it, only says it. */
export function About({ alert: { link }, onOpen, children }: AboutProps) {
  const { session } = useSignedIn();
  if (link === null || (link.kind === 'stateRequest' && session.level !== 'state')) return <>{children}</>;
  return (
    <Link href={pathOf[link.kind](link.id)} onClick={onOpen}>
      {children}
    </Link>
  );
}
