import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { ObjectChange, Resync } from '../../api/answers';
import { call } from '../../api/call';
import { Answer } from '../../parts/answer';
import { Tick } from '../../parts/fields';
import { counted, number } from '../../parts/format';
import { Status } from '../../parts/status';
import { Time } from '../../parts/zone';
import { colorNames } from './run-verdict';

/** What a run changed since each object's run before. */
export function ChangesView({ run }: { run: Resync }) {
  const [changedOnly, setChangedOnly] = useState(true);
  const changes = useQuery({
    queryKey: ['changes', run.resyncId, run.endedAt],
    queryFn: () => call(`/resyncs/${run.resyncId}/changes`),
  });
  return (
    <Answer query={changes} what="the changes">
      {({ whyNot, items }) => {
        if (whyNot !== null) return <p>{whyNot}</p>;
        const shown = items.filter((row) => !changedOnly || row.new + row.resolved > 0);
        const sum = (of: 'new' | 'resolved') => items.reduce((total, row) => total + row[of], 0);
        return (
          <>
            <p role="status">
              {counted(sum('new'), 'error')} new, {number(sum('resolved'))} resolved, each object beside the
              resync that sent it before.
            </p>
            <Tick label="Changed only" ticked={changedOnly} onChange={setChangedOnly} />
            {items.length === 0 && <p>The objects are shown when they have begun.</p>}
            {items.length > 0 && shown.length === 0 && <p>No error has come or gone.</p>}
            {shown.length > 0 && <Objects rows={shown} run={run} />}
          </>
        );
      }}
    </Answer>
  );
}

function Objects({ rows, run }: { rows: readonly ObjectChange[]; run: Resync }) {
  return (
    <div className="frame">
      <table className="table table--stack">
        <thead>
          <tr>
            <th scope="col">Object</th>
            <th scope="col" className="number">
              New errors
            </th>
            <th scope="col" className="number">
              Resolved
            </th>
            <th scope="col" className="wide">
              Now
            </th>
            <th scope="col" className="wide">
              Before
            </th>
            <th scope="col" className="wide">
              By code
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.object}>
              <th scope="row">
                <Link href={`/d/${run.districtId}/objects/${row.object}?year=${run.schoolYear}`}>
                  {row.object}
                </Link>
              </th>
              <td className="number">{number(row.new)}</td>
              <td className="number">{number(row.resolved)}</td>
              <td className="wide">
                <Status glyph={row.color}>{colorNames[row.color]}</Status>
                <div className="small soft">{resultsOf(row.counts)}</div>
              </td>
              <td className="wide">
                {row.before === null ? (
                  'never sent'
                ) : (
                  <>
                    <Link href={`/runs/${row.before.resyncId}`}>
                      <Time at={row.before.startedAt} />
                    </Link>
                    <div className="small soft">{resultsOf(row.before.counts)}</div>
                  </>
                )}
              </td>
              <td className="wide small">
                {row.codes.map(({ code, new: added, resolved }) => (
                  <div key={code}>
                    <span className="code">{code}</span> {added > 0 && `+${number(added)} `}
                    {resolved > 0 && `−${number(resolved)}`}
                  </div>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function resultsOf({ processed, errors }: ObjectChange['counts']): string {
  return `${number(processed)} processed, ${counted(errors, 'error')}`;
}
