import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { call } from '../../api/call';
import { useNotices, whileLost } from '../../api/live';
import { useSignedIn } from '../../api/session';
import { Answer } from '../../parts/answer';
import { longYear } from '../../parts/format';
import { Person } from '../../parts/person';
import { NotHere, useTitle } from '../../parts/states';
import { Time } from '../../parts/zone';
import type { Approvals } from '../../api/answers';
import { DecideBar } from './decide-bar';

/** `/approvals`: removals that wait for a person, in all districts of the reader. */
export function ApprovalsPage() {
  useTitle('Approvals');
  const { rights } = useSignedIn().session;
  if (!rights.includes('resyncBatch') && !rights.includes('resyncView')) {
    return (
      <NotHere title="Approvals">
        This page needs the tool right resyncBatch, or resyncView. Who has administration grants it.
      </NotHere>
    );
  }
  return <Approvals />;
}

function Approvals() {
  const { districts } = useSignedIn();
  const live = useNotices('approvals', ['approvals']);
  const awaiting = useQuery({
    queryKey: ['approvals'],
    queryFn: () => call('/approvals'),
    refetchInterval: whileLost(live),
    staleTime: 0,
  });
  return (
    <main className="page" id="content">
      <h1>Approvals</h1>
      <p>
        A resync that was asked to remove what is only at the state stops and asks when it is more of an
        object than its threshold. Somebody else than who asked for it decides. Nothing is removed before
        that.
      </p>
      <Answer query={awaiting} what="what waits for an approval">
        {({ items }) =>
          items.length === 0 ? (
            <p>Nothing waits for an approval.</p>
          ) : (
            items.map((resync) => (
              <section key={resync.resyncId} className="cause">
                <h2>
                  {districts.find(({ id }) => id === resync.districtId)?.name ?? resync.districtId},{' '}
                  {longYear(resync.schoolYear)}
                </h2>
                <p className="soft">
                  asked by <Person by={resync.requestedBy} />, <Time at={resync.requestedAt} /> ·{' '}
                  <Link href={`/runs/${resync.resyncId}/removals`}>look at the records</Link>
                </p>
                <DecideBar found={resync} />
              </section>
            ))
          )
        }
      </Answer>
    </main>
  );
}
