import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { Link } from 'wouter';
import { useRight, useSignedIn } from '../../../api/session';
import type { BusyAgent, OpenRun } from '../../../api/answers';
import { call } from '../../../api/call';
import { useNotices } from '../../../api/live';
import { Button } from '../../../parts/button';
import { counted, longYear } from '../../../parts/format';
import { Person } from '../../../parts/person';
import { NeedsRight } from '../../../parts/needs-right';
import { SearchField } from '../../../parts/search-field';
import { Failed, Loading } from '../../../parts/states';
import { type Glyph, Status } from '../../../parts/status';
import { useUrlFilters } from '../../../parts/url-filters';
import { Time } from '../../../parts/zone';
import { runStatusNames, scenarioNames } from '../../../text';

/** `/agents`: what runs and what waits, of all districts. */
export function AgentsPage() {
  return (
    <NeedsRight title="Resync Agents" rights={['agents']}>
      <Agents />
    </NeedsRight>
  );
}

function Agents() {
  const url = useUrlFilters(['q']);
  const names = new Map(useSignedIn().districts.map((district) => [district.id, district]));
  useNotices('agents', ['agents']);
  const agents = useQuery({
    queryKey: ['agents'],
    queryFn: () => call('/agents'),
    staleTime: 0,
  });
  const { set } = url;
  const search = useCallback((text: string) => set('q', text), [set]);
  const wanted = url.of('q').toLowerCase();
  const all = agents.data?.items ?? [];
  const shown = all.filter(({ districtId }) => {
    const district = names.get(districtId);
    return [districtId, district?.name.toLowerCase() ?? '', String(district?.number ?? '')].some((known) =>
      known.includes(wanted),
    );
  });
  const waiting = all.reduce((sum, { resyncs }) => sum + resyncs.filter(waits).length, 0);
  return (
    <main className="page" id="content">
      <h1>Resync Agents</h1>
      <p className="soft">
        An agent does one resync of its district and school year at a time. What the state asked for goes
        ahead.
      </p>
      <SearchField label="Find by number, name or id" value={url.of('q')} onSearch={search} />
      {agents.error && <Failed error={agents.error} onAgain={() => void agents.refetch()} />}
      {agents.isPending && <Loading what="the agents" />}
      {agents.data && (
        <p role="status" className="small soft">
          {counted(all.length, 'agent')} at work, {counted(waiting, 'resync')} waiting
        </p>
      )}
      {agents.data && shown.length === 0 && (
        <p>
          {all.length === 0 ? (
            'Nothing runs and nothing waits.'
          ) : (
            <>
              No agent of such a district is at work.{' '}
              <button type="button" className="button button--link" onClick={url.clear}>
                Show all
              </button>
            </>
          )}
        </p>
      )}
      {shown.map((agent) => (
        <Queue
          key={`${agent.districtId}:${agent.schoolYear}`}
          agent={agent}
          name={names.get(agent.districtId)?.name ?? agent.districtId}
        />
      ))}
    </main>
  );
}

function waits({ status }: OpenRun): boolean {
  return status === 'accepted' || status === 'queued';
}

function Queue({ agent, name }: { agent: BusyAgent; name: string }) {
  return (
    <section className="frame" aria-label={`${name}, ${longYear(agent.schoolYear)}`}>
      <div className="frame__title">
        <h2>
          {name} <span className="small soft">{longYear(agent.schoolYear)}</span>
        </h2>
        <Link className="small" href={`/d/${agent.districtId}/agent`}>
          What it has done
        </Link>
      </div>
      <table className="table table--stack">
        <thead>
          <tr>
            <th scope="col">Resync</th>
            <th scope="col">Status</th>
            <th scope="col" className="wide">
              Why
            </th>
            <th scope="col" className="wide">
              By
            </th>
            <th scope="col" className="wide">
              Asked for
            </th>
            <th scope="col">
              <span className="hidden">What to do</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {agent.resyncs.map((run, index) => (
            <tr key={run.resyncId}>
              <th scope="row">
                <Link href={`/runs/${run.resyncId}`}>
                  {waits(run) ? `${index + 1}. in the queue` : 'under way'}
                </Link>
              </th>
              <td>
                <Status glyph={glyphOf(run)} turning={run.status === 'running'}>
                  {runStatusNames[run.status]}
                  {!waits(run) && run.percent !== null && `, ${run.percent} %`}
                </Status>
                {run.heldUntil !== null && (
                  <div className="small soft">
                    held by a blackout until <Time at={run.heldUntil} />
                  </div>
                )}
                {run.otherCatalog !== null && <div className="small soft">{run.otherCatalog.text}</div>}
              </td>
              <td className="wide">
                {run.scenario === null
                  ? 'the state’s to see'
                  : (scenarioNames[run.scenario as keyof typeof scenarioNames] ?? run.scenario)}
              </td>
              <td className="wide">
                <Person by={run.requestedBy} />
              </td>
              <td className="wide">
                <Time at={run.requestedAt} />
              </td>
              <td>
                <RunActions run={run} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function glyphOf({ status }: OpenRun): Glyph {
  if (status === 'paused' || status === 'preempted') return 'paused';
  return status === 'running' ? 'gray' : 'waiting';
}

/** Pausing and going on; cancelling asks on the run's own page, which says what stays. */
function RunActions({ run }: { run: OpenRun }) {
  const queries = useQueryClient();
  const may = useRight('resyncBatch');
  const { level } = useSignedIn().session;
  const action = run.status === 'paused' ? 'resume' : 'pause';
  const change = useMutation({
    mutationFn: () => call(`/resyncs/${run.resyncId}/${action}`, { method: 'POST' }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['agents'] }),
  });
  if (run.status !== 'paused' && run.status !== 'running') return null;
  const whyNot = !may
    ? 'This needs the tool right resyncBatch.'
    : run.initiator === 'state' && level !== 'state'
      ? 'The state asked for it: a district can’t stop it.'
      : change.isPending
        ? 'It is being done.'
        : null;
  return (
    <>
      <Button onPress={() => change.mutate()} whyNot={whyNot}>
        {action === 'pause' ? 'Pause' : 'Resume'}
      </Button>
      {change.error && <span role="alert"> {change.error.message}</span>}
    </>
  );
}
