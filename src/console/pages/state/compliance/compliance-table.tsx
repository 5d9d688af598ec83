import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import type { ComplianceRow } from '../../../api/answers';
import { Button } from '../../../parts/button';
import { longYear } from '../../../parts/format';
import { Status } from '../../../parts/status';
import { Time } from '../../../parts/zone';

const rowsAtOnce = 200;

/** Districts with what the turn of the year asks of them. */
export function ComplianceTable({ rows }: { rows: readonly ComplianceRow[] }) {
  const [shown, setShown] = useState(rowsAtOnce);
  return (
    <>
      <div className="frame">
        <table className="table table--stack">
          <thead>
            <tr>
              <th scope="col">District</th>
              <th scope="col">End-of-year resync</th>
              <th scope="col" className="wide">
                Switched
              </th>
              <th scope="col">Start-of-year resync</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shown).map((row) => (
              <tr key={row.districtId}>
                <th scope="row">
                  <Link href={`/d/${row.districtId}/batch`}>{row.name}</Link>
                  <div className="small soft">in {longYear(row.scopedYear)}</div>
                </th>
                <td>
                  <EndOfYear row={row} />
                </td>
                <td className="wide">
                  <Switched row={row} />
                </td>
                <td>
                  <StartOfYear row={row} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown < rows.length && (
        <div>
          <Button onPress={() => setShown(shown + rowsAtOnce)}>Show more districts</Button>
        </div>
      )}
    </>
  );
}

function EndOfYear({ row: { endOfYear } }: { row: ComplianceRow }) {
  const { status, resync, why } = endOfYear;
  return (
    <>
      <RunLink resync={resync}>
        {status === 'done' ? <Status glyph="green">Done</Status> : <Status glyph="red">Missing</Status>}
      </RunLink>
      {resync?.accepted && <span className="small soft"> accepted by the state</span>}
      {why !== null && <div className="small soft wide">{why}</div>}
    </>
  );
}

function Switched({ row: { switched } }: { row: ComplianceRow }) {
  if (switched === null) return <Status glyph="none">Not yet</Status>;
  return (
    <>
      <Time at={switched.switchedAt} /> <span className="small soft">by {switched.switchedBy}</span>
      {switched.overridden && (
        <div className="small">by decision of the state{switched.reason && `: ${switched.reason}`}</div>
      )}
    </>
  );
}

const starts = {
  notDue: { glyph: 'none', text: 'Not due' },
  due: { glyph: 'waiting', text: 'Due' },
  overdue: { glyph: 'red', text: 'Overdue' },
  done: { glyph: 'green', text: 'Done' },
} as const;

function StartOfYear({ row: { startOfYear } }: { row: ComplianceRow }) {
  const { status, dueOn, resync, why } = startOfYear;
  const { glyph, text } = starts[status];
  return (
    <>
      <RunLink resync={resync}>
        <Status glyph={glyph}>{text}</Status>
      </RunLink>
      {dueOn !== null && status !== 'done' && <div className="small soft">by {dueOn}</div>}
      {why !== null && <div className="small soft wide">{why}</div>}
    </>
  );
}

function RunLink({
  resync,
  children,
}: {
  resync: { readonly resyncId: string } | null;
  children: ReactNode;
}) {
  return resync === null ? children : <Link href={`/runs/${resync.resyncId}`}>{children}</Link>;
}
