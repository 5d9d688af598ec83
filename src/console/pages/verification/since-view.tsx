import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { Verification } from '../../api/answers';
import { call } from '../../api/call';
import { Answer } from '../../parts/answer';
import { number } from '../../parts/format';
import { Time } from '../../parts/zone';

interface Compared {
  readonly missing: number;
  readonly different: number;
  readonly extra: number;
}

const differing = (counts: Compared | null): number | null =>
  counts && counts.missing + counts.different + counts.extra;
const shown = (count: number | null): string => (count === null ? '–' : number(count));

/** How much differed the time before, beside how much does now. */
export function SinceView({ verification }: { verification: Verification }) {
  const { verificationId } = verification;
  const changes = useQuery({
    queryKey: ['verification', verificationId, 'changes'],
    queryFn: () => call(`/verifications/${verificationId}/changes`),
  });
  return (
    <Answer query={changes} what="the comparison before">
      {({ then, objects }) =>
        then === null ? (
          <p>It is the first comparison of this school year.</p>
        ) : (
          <>
            <p className="soft">
              Records that differed in the{' '}
              <Link href={`/verifications/${then.verificationId}`}>
                comparison of <Time at={then.requestedAt} />
              </Link>
              , and that differ now.
            </p>
            <div className="frame">
              <table className="table">
                <thead>
                  <tr>
                    <th scope="col">Object</th>
                    <th scope="col" className="number">
                      Then
                    </th>
                    <th scope="col" className="number">
                      Now
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {objects.map((row) => (
                    <tr key={row.object}>
                      <th scope="row">{row.object}</th>
                      <td className="number">{shown(differing(row.then))}</td>
                      <td className="number">{shown(differing(row.now))}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </>
        )
      }
    </Answer>
  );
}
