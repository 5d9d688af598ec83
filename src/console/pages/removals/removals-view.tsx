import { useQuery } from '@tanstack/react-query';
import type { RemovalObject, Resync } from '../../api/answers';
import { call } from '../../api/call';
import { useNotices, whileLost } from '../../api/live';
import { Answer } from '../../parts/answer';
import { counted, number } from '../../parts/format';
import { Person } from '../../parts/person';
import { Time } from '../../parts/zone';
import { isUnderWay } from '../run/run-verdict';
import { DecideBar } from './decide-bar';
import { DecisionMark } from './decision-mark';
import { SamplesDialog } from './samples-dialog';

/** What a resync found only at the state, and what becomes of it. */
export function RemovalsView({ run }: { run: Resync }) {
  const { resyncId, districtId } = run;
  const underWay = isUnderWay(run);
  const live = useNotices(underWay ? `removals:${resyncId}` : null, ['removals', resyncId]);
  const removals = useQuery({
    queryKey: ['removals', resyncId],
    queryFn: () => call(`/resyncs/${resyncId}/removals`),
    refetchInterval: underWay && whileLost(live),
    staleTime: 0,
  });
  return (
    <Answer query={removals} what="the removals">
      {(found) =>
        found.removals === 'report' ? (
          <ReportedOnly extra={run.totals?.extra ?? 0} />
        ) : found.objects.length === 0 ? (
          <p>
            {underWay
              ? 'They are looked for once the objects are sent.'
              : 'Nothing was found that is only at the state.'}
          </p>
        ) : (
          <>
            <DecideBar found={found} />
            <Objects objects={found.objects} resyncId={resyncId} districtId={districtId} />
          </>
        )
      }
    </Answer>
  );
}

function ReportedOnly({ extra }: { extra: number }) {
  return (
    <p>
      {extra === 0
        ? 'Nothing was found that is only at the state.'
        : `${counted(extra, 'record')} ${extra === 1 ? 'is' : 'are'} only at the state.`}{' '}
      This resync only counts them. To have them removed, send the objects again and choose under Advanced
      that they are removed.
    </p>
  );
}

interface ObjectsProps {
  readonly objects: readonly RemovalObject[];
  readonly resyncId: string;
  readonly districtId: string;
}

function Objects({ objects, resyncId, districtId }: ObjectsProps) {
  return (
    <div className="frame">
      <table className="table table--stack">
        <thead>
          <tr>
            <th scope="col">Object</th>
            <th scope="col" className="number">
              Found
            </th>
            <th scope="col" className="number">
              Share
            </th>
            <th scope="col" className="wide number">
              Removed
            </th>
            <th scope="col" className="wide number">
              Kept
            </th>
            <th scope="col">Decision</th>
            <th scope="col">Records</th>
          </tr>
        </thead>
        <tbody>
          {objects.map((row) => (
            <tr key={row.object}>
              <th scope="row">
                {row.object}
                {row.reason !== null && <div className="small soft">{row.reason}</div>}
              </th>
              <td className="number">{number(row.found)}</td>
              <td className="number">
                {row.sharePercent} %
                <div className="small soft">
                  of {number(row.records)}; asks above {row.thresholdPercent} %
                </div>
              </td>
              <td className="wide number">{number(row.removed)}</td>
              <td className="wide number">{number(row.kept)}</td>
              <td>
                <DecisionMark decision={row.decision} />
                <div className="small soft">
                  <Decided {...row} />
                </div>
              </td>
              <td>
                <SamplesDialog resyncId={resyncId} districtId={districtId} row={row} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Decided({ decision, decidedBy, decidedAt, expiresAt }: RemovalObject) {
  if (decidedBy !== null && decidedAt !== null)
    return (
      <>
        by <Person by={decidedBy} />, <Time at={decidedAt} />
      </>
    );
  if (decision === 'awaiting' && expiresAt !== null)
    return (
      <>
        until <Time at={expiresAt} />, then they stay
      </>
    );
  return null;
}
