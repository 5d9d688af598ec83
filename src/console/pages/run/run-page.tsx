import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import type { Resync } from '../../api/answers';
import { call, CallError } from '../../api/call';
import { resyncKey, useLiveResync } from '../../api/live';
import { useRight, useSignedIn } from '../../api/session';
import { longYear, number } from '../../parts/format';
import { Person } from '../../parts/person';
import { Failed, Loading, NotHere, useTitle } from '../../parts/states';
import { Time } from '../../parts/zone';
import { scenarioNames } from '../../text';
import { RemovalsView } from '../removals/removals-view';
import { CausesView } from './causes-view';
import { ChangesView } from './changes-view';
import { ConnectionBanner } from './connection-banner';
import { ErrorsView } from './errors-view';
import { LogView } from './log-view';
import { ObjectsView } from './objects-view';
import { RunControls } from './run-controls';
import { RunVerdict } from './run-verdict';
import { TimelineView } from './timeline-view';

/** One resync: live while it runs, its verdict after. */
export function RunPage({ resyncId }: { resyncId: string }) {
  useTitle(`Resync ${resyncId}`);
  const run = useQuery({
    queryKey: resyncKey(resyncId),
    queryFn: () => call(`/resyncs/${encodeURIComponent(resyncId)}`),
    staleTime: Infinity,
  });
  const { error } = run;
  if (error instanceof CallError && error.status === 404)
    return <NotHere title="Not here">There is no such resync, or it is not yours to see.</NotHere>;
  if (error instanceof CallError && error.status === 403)
    return (
      <NotHere title="Resync">
        This page needs the tool right resyncBatch, or resyncView. Your administrators grant it.
      </NotHere>
    );
  if (!run.data) {
    return (
      <main className="page" id="content">
        <h1>Resync {resyncId}</h1>
        {error ? <Failed error={error} onAgain={() => void run.refetch()} /> : <Loading what="the resync" />}
      </main>
    );
  }
  return <Run run={run.data} />;
}

function Run({ run }: { run: Resync }) {
  const live = useLiveResync(run.resyncId);
  const queries = useQueryClient();
  const { districts } = useSignedIn();
  const [path] = useLocation();
  const mayReadErrors = useRight('errorLog');
  const district = districts.find(({ id }) => id === run.districtId);
  const base = `/runs/${run.resyncId}`;
  const view = path.slice(base.length + 1);
  const lost = live.state === 'lost';
  return (
    <main className="page" id="content">
      <p>
        <Link href={`/d/${run.districtId}/batch`}>{district?.name ?? run.districtId}: Batch</Link>
      </p>
      <div className="page__head">
        <h1>
          {titleOf(run)} · <Time at={run.requestedAt} />
        </h1>
        <span className="code">{run.resyncId}</span>
      </div>
      <p className="soft">
        asked by <Person by={run.requestedBy} /> ·{' '}
        {run.scenario in scenarioNames ? scenarioNames[run.scenario] : run.scenario} ·{' '}
        {longYear(run.schoolYear)}
        {run.startedAt !== null && (
          <>
            {' '}
            · started <Time at={run.startedAt} clock />
          </>
        )}
        {run.retryOf !== undefined && (
          <>
            {' '}
            · the errors of <Link href={`/runs/${run.retryOf}`}>{run.retryOf}</Link> once more
          </>
        )}
      </p>
      <ConnectionBanner
        live={live}
        onAgain={() => void queries.invalidateQueries({ queryKey: resyncKey(run.resyncId) })}
      />
      <div className={lost ? 'bar stale' : 'bar'}>
        <RunVerdict run={run} live={live} />
        <RunControls run={run} />
      </div>
      {run.status === 'awaitingApproval' && view !== 'removals' && (
        <p className="banner">
          Removals wait for an approval. <Link href={`${base}/removals`}>Look at them</Link>
        </p>
      )}
      {run.objectResults === null ? (
        <p className="banner">
          The state asked for this resync. Which objects it asked for, and what came of them, is the state’s
          to see.
        </p>
      ) : (
        <>
          <nav className="tabs" aria-label="Parts of the resync">
            <Tab to={base}>Objects</Tab>
            <Tab to={`${base}/timeline`}>Timeline</Tab>
            <Tab to={`${base}/changes`}>Changes</Tab>
            <Tab to={`${base}/removals`}>Removals</Tab>
            {mayReadErrors && <Tab to={`${base}/causes`}>Causes</Tab>}
            {mayReadErrors && <Tab to={`${base}/errors`}>Errors {number(run.totals?.errors ?? 0)}</Tab>}
            <Tab to={`${base}/log`}>Log</Tab>
          </nav>
          {view === '' && <ObjectsView run={run} stale={lost} />}
          {view === 'timeline' && <TimelineView run={run} stale={lost} />}
          {view === 'changes' && <ChangesView run={run} />}
          {view === 'removals' && <RemovalsView run={run} />}
          {view === 'causes' && mayReadErrors && <CausesView run={run} />}
          {view === 'errors' && mayReadErrors && <ErrorsView run={run} />}
          {view === 'log' && <LogView run={run} />}
          {(view === 'causes' || view === 'errors') && !mayReadErrors && (
            <p className="banner">
              This needs the tool right errorLog. Who has administration for{' '}
              {district?.name ?? 'the district'} grants it.
            </p>
          )}
        </>
      )}
    </main>
  );
}

function Tab({ to, children }: { to: string; children: React.ReactNode }) {
  const [path] = useLocation();
  return (
    <Link href={to} aria-current={path === to ? 'page' : undefined}>
      {children}
    </Link>
  );
}

function titleOf({ retryOf, objects, objectResults }: Resync): string {
  if (retryOf !== undefined) return 'Retry';
  if (objects === 'all') return 'Full resync';
  if (objectResults === null) return 'Resync of the state';
  return 'Partial resync';
}
