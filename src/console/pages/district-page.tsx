import type { ReactNode } from 'react';
import type { ToolRight } from '../../domain/rights';
import type { District } from '../api/answers';
import { useSignedIn } from '../api/session';
import { NotHere, useTitle } from '../parts/states';

interface DistrictPageProps {
  readonly id: string;
  readonly title: string;
  readonly right: ToolRight;
  /** Any of which is enough as well, it may be for less of the page. */
  readonly orRights?: readonly ToolRight[];
  readonly children: (district: District) => ReactNode;
}

/**
 * A page of one district that needs a right: what is missing is said instead. Who may only look at
 * resyncs sees what who runs them sees.
 */
export function DistrictPage({ id, title, right, orRights = [], children }: DistrictPageProps) {
  const { session, districts } = useSignedIn();
  useTitle(title);
  const district = districts.find((known) => known.id === id);
  if (!district)
    return <NotHere title="Not here">There is no such district, or it is not yours to see.</NotHere>;
  const mayLook = right === 'resyncBatch' && session.rights.includes('resyncView');
  const enough = [right, ...orRights].some((one) => session.rights.includes(one));
  if (!enough && !mayLook) {
    return (
      <NotHere title={title}>
        This page needs the tool right {right}. Who has administration for {district.name} grants it.
      </NotHere>
    );
  }
  return children(district);
}
