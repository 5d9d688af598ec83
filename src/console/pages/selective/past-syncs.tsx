import { Link } from 'wouter';
import type { District } from '../../api/answers';
import { useSignedIn } from '../../api/session';
import { longYear } from '../../parts/format';
import { Person } from '../../parts/person';
import { ListView, usePaged } from '../../parts/paged';
import { Status } from '../../parts/status';
import { Time } from '../../parts/zone';
import { runStatusNames } from '../../text';
import { RecordLink } from '../records/record-link';
import { glyphOf, isUnderWay } from '../run/run-verdict';

/** Records that were sent by themselves, newest first. */
export function PastSyncs({ district }: { district: District }) {
  const { session } = useSignedIn();
  const seesRuns = session.rights.some((right) => right === 'resyncBatch' || right === 'resyncView');
  const list = usePaged(
    `/districts/${district.id}/selective-syncs`,
    { limit: '20' },
    `district:${district.id}`,
  );
  return (
    <section className="section" aria-label="Sent before">
      <h2>Sent before</h2>
      <ListView
        list={list}
        what="what was sent before"
        empty="No record has been sent by itself yet."
        moreWord="Older ones"
      >
        <div className="frame">
          <table className="table table--stack">
            <thead>
              <tr>
                <th scope="col">Asked for</th>
                <th scope="col">Record</th>
                <th scope="col">Status</th>
                <th scope="col" className="wide">
                  School year
                </th>
                <th scope="col" className="wide">
                  By
                </th>
              </tr>
            </thead>
            <tbody>
              {list.pages
                ?.flatMap(({ items }) => items)
                .map((run) => (
                  <tr key={run.resyncId}>
                    <th scope="row">
                      {seesRuns ? (
                        <Link href={`/runs/${run.resyncId}`}>
                          <Time at={run.requestedAt} />
                        </Link>
                      ) : (
                        <Time at={run.requestedAt} />
                      )}
                    </th>
                    <td>
                      {run.selected === undefined || !('key' in run.selected) ? (
                        '–'
                      ) : (
                        <>
                          {run.selected.object}{' '}
                          <span className="code">
                            {seesRuns ? (
                              <RecordLink
                                districtId={district.id}
                                object={run.selected.object}
                                recordKey={run.selected.key}
                              />
                            ) : (
                              run.selected.key.join(', ')
                            )}
                          </span>
                        </>
                      )}
                    </td>
                    <td>
                      <Status glyph={glyphOf(run)}>
                        {runStatusNames[run.status]}
                        {isUnderWay(run) && run.percent !== null && `, ${run.percent} %`}
                      </Status>
                      {run.message !== null && <div className="small soft">{run.message}</div>}
                    </td>
                    <td className="wide">{longYear(run.schoolYear)}</td>
                    <td className="wide">
                      <Person by={run.requestedBy} />
                    </td>
                  </tr>
                ))}
            </tbody>
          </table>
        </div>
      </ListView>
    </section>
  );
}
