import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { District } from '../api/answers';
import { call } from '../api/call';
import { useNotices } from '../api/live';
import { Button } from '../parts/button';
import { longYear } from '../parts/format';
import { Person } from '../parts/person';
import { Failed, Loading } from '../parts/states';
import { Time } from '../parts/zone';
import { DistrictPage } from './district-page';
import { VerificationStatusMark } from './verification-mark';

/** `/d/{district}/verifications`: comparisons of the district with the state, newest first. */
export function VerificationsPage({ district: id }: { district: string }) {
  return (
    <DistrictPage id={id} title="Verification Summary" right="verificationSummary">
      {(district) => <Verifications district={district} />}
    </DistrictPage>
  );
}

function Verifications({ district }: { district: District }) {
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const [key] = useState(() => crypto.randomUUID());
  useNotices(`district:${district.id}`, ['verifications', district.id]);
  const list = useInfiniteQuery({
    queryKey: ['verifications', district.id],
    queryFn: ({ pageParam }) =>
      call('/verifications', { query: { limit: '50', district: district.id, cursor: pageParam } }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    staleTime: 0,
  });
  const compare = useMutation({
    mutationFn: () =>
      call('/verifications', {
        method: 'POST',
        body: { district: district.id, objects: 'all', schoolYear: district.schoolYear },
        headers: { 'Idempotency-Key': key },
      }),
    onSuccess: ({ verificationId }) => {
      void queries.invalidateQueries({ queryKey: ['verifications'] });
      navigate(`/verifications/${verificationId}`);
    },
  });
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <main className="page" id="content">
      <h1>Verification Summary</h1>
      <p>
        Compares what the district and the state hold, and writes nothing to either. It tells whether a resync
        is necessary.
      </p>
      <div>
        <Button
          main
          onPress={() => compare.mutate()}
          whyNot={compare.isPending ? 'It is being asked for.' : null}
        >
          {`Compare all of ${longYear(district.schoolYear)} now`}
        </Button>
      </div>
      {compare.error && <Failed error={compare.error} onAgain={() => compare.mutate()} />}
      {list.error && <Failed error={list.error} onAgain={() => void list.refetch()} />}
      {!list.data && !list.error && <Loading what="the verifications" />}
      {list.data && items.length === 0 && <p>No verification yet.</p>}
      {items.length > 0 && (
        <div className="frame">
          <table className="table table--stack">
            <thead>
              <tr>
                <th scope="col">Asked for</th>
                <th scope="col">Verdict</th>
                <th scope="col" className="wide">
                  School year
                </th>
                <th scope="col" className="wide">
                  By
                </th>
              </tr>
            </thead>
            <tbody>
              {items.map((verification) => (
                <tr key={verification.verificationId}>
                  <th scope="row">
                    <Link href={`/verifications/${verification.verificationId}`}>
                      <Time at={verification.requestedAt} />
                    </Link>
                  </th>
                  <td>
                    <VerificationStatusMark verification={verification} />
                  </td>
                  <td className="wide">{longYear(verification.schoolYear)}</td>
                  <td className="wide">
                    <Person by={verification.requestedBy} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {list.hasNextPage && (
        <div>
          <Button
            onPress={() => void list.fetchNextPage()}
            whyNot={list.isFetching ? 'They are on their way.' : null}
          >
            Older verifications
          </Button>
        </div>
      )}
    </main>
  );
}
