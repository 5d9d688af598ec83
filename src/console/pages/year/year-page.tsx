import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import type { YearKind } from '../../../domain/school-year';
import type { District, ScopedYear, YearRun } from '../../api/answers';
import { call } from '../../api/call';
import { useRight, useSignedIn } from '../../api/session';
import { Answer } from '../../parts/answer';
import { Button } from '../../parts/button';
import { counted, longYear } from '../../parts/format';
import { Status } from '../../parts/status';
import { Time } from '../../parts/zone';
import { scenarioNames } from '../../text';
import { DistrictPage } from '../district-page';
import { SwitchDialog } from './switch-dialog';

/** `/d/{district}/year`: the scoped year, what its end still needs, and the switch to the next. */
export function YearPage({ district: id }: { district: string }) {
  return (
    <DistrictPage id={id} title="School Year" right="resyncBatch">
      {(district) => <Year district={district} />}
    </DistrictPage>
  );
}

function Year({ district }: { district: District }) {
  const queries = useQueryClient();
  const key = ['scoped-year', district.id];
  const year = useQuery({
    queryKey: key,
    queryFn: () => call(`/districts/${district.id}/scoped-year`),
  });
  return (
    <main className="page" id="content">
      <h1>School Year</h1>
      <p>
        The scoped year is the one that {district.name} works in. It ends once everything of it has been sent
        in full, so that nothing of it is missing at the state when the next one begins.
      </p>
      <Answer query={year} what="the year">
        {(found) => (
          <>
            <Standing year={found} district={district} />
            <SwitchBar
              year={found}
              district={district}
              onSwitched={(after) => {
                queries.setQueryData(key, after);
                void queries.invalidateQueries({ queryKey: ['districts'] });
              }}
            />
            <Switches switches={found.switches} />
          </>
        )}
      </Answer>
    </main>
  );
}

const kindNames: Record<YearKind, string> = {
  previous: 'the previous year',
  current: 'the scoped year',
  next: 'the next year',
};
const starts = {
  notDue: { glyph: 'none', text: 'Not due' },
  due: { glyph: 'waiting', text: 'Due' },
  overdue: { glyph: 'red', text: 'Overdue' },
  done: { glyph: 'green', text: 'Done' },
} as const;

function Standing({ year, district }: { year: ScopedYear; district: District }) {
  const { endOfYear, startOfYear } = year;
  const start = starts[startOfYear.status];
  return (
    <dl className="facts">
      <dt>Scoped year</dt>
      <dd>
        <strong>{longYear(year.scopedYear)}</strong>
      </dd>
      <dt>Can be sent</dt>
      <dd>
        <ul className="plain">
          {year.offeredYears.map(({ schoolYear, kind, objects }) => (
            <li key={schoolYear}>
              <Link href={`/d/${district.id}/batch?year=${schoolYear}`}>{longYear(schoolYear)}</Link>,{' '}
              {kindNames[kind]}
              {objects !== null && `: ${counted(objects.length, 'object')}`}
            </li>
          ))}
        </ul>
      </dd>
      <dt>End of the year</dt>
      <dd>
        <Status glyph={endOfYear.holds ? 'green' : 'red'}>
          {endOfYear.holds ? 'It may end' : 'Its full resync is missing'}
        </Status>
        <RunWords run={endOfYear.resync} />
        {endOfYear.why !== null && <p className="small soft">{endOfYear.why}</p>}
        {!endOfYear.holds && (
          <p>
            <Link href={`/d/${district.id}/batch`}>Send all of {longYear(year.scopedYear)}</Link>
          </p>
        )}
      </dd>
      <dt>Start of the year</dt>
      <dd>
        <Status glyph={start.glyph}>{start.text}</Status>
        {startOfYear.dueOn !== null && startOfYear.status !== 'done' && (
          <span className="small soft"> by {startOfYear.dueOn}</span>
        )}
        <RunWords run={startOfYear.resync} />
        {startOfYear.why !== null && <p className="small soft">{startOfYear.why}</p>}
      </dd>
    </dl>
  );
}

function RunWords({ run }: { run: YearRun | null }): ReactNode {
  if (run === null) return null;
  return (
    <p className="small">
      <Link href={`/runs/${run.resyncId}`}>
        {scenarioNames[run.scenario]}
        {run.endedAt !== null && (
          <>
            , ended <Time at={run.endedAt} />
          </>
        )}
      </Link>
      {run.accepted && ', accepted by the state'}
    </p>
  );
}

interface SwitchBarProps {
  readonly year: ScopedYear;
  readonly district: District;
  readonly onSwitched: (after: ScopedYear) => void;
}

function SwitchBar({ year, district, onSwitched }: SwitchBarProps) {
  const { session } = useSignedIn();
  const mayChange = useRight('administration');
  const [asking, setAsking] = useState(false);
  const { holds, why } = year.endOfYear;
  const whyNot = !mayChange
    ? 'It needs the tool right administration.'
    : holds || session.level === 'state'
      ? null
      : (why ?? 'The year can’t end yet.');
  return (
    <div>
      <Button main onPress={() => setAsking(true)} whyNot={whyNot}>
        {`Switch to ${longYear(year.scopedYear + 1)}…`}
      </Button>
      {asking && (
        <SwitchDialog
          district={district}
          year={year}
          onClose={() => setAsking(false)}
          onSwitched={(after) => {
            setAsking(false);
            onSwitched(after);
          }}
        />
      )}
    </div>
  );
}

function Switches({ switches }: Pick<ScopedYear, 'switches'>) {
  if (switches.length === 0) return <p className="soft">The year has not been switched here yet.</p>;
  return (
    <div className="frame">
      <table className="table table--stack">
        <thead>
          <tr>
            <th scope="col">Switched</th>
            <th scope="col">Years</th>
            <th scope="col">By</th>
            <th scope="col" className="wide">
              Because
            </th>
          </tr>
        </thead>
        <tbody>
          {switches.map((change) => (
            <tr key={change.switchedAt}>
              <th scope="row">
                <Time at={change.switchedAt} />
              </th>
              <td>
                {longYear(change.fromYear)} → {longYear(change.toYear)}
              </td>
              <td>{change.switchedBy}</td>
              <td className="wide">
                {change.overridden && 'by decision of the state. '}
                {change.reason}
                {change.resyncId !== null && <Link href={`/runs/${change.resyncId}`}>its full resync</Link>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
