import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useSearchParams } from 'wouter';
import type { District, ResyncHead } from '../../api/answers';
import { call } from '../../api/call';
import { useNotices } from '../../api/live';
import { Button } from '../../parts/button';
import { counted, duration, longYear } from '../../parts/format';
import { ListFiles } from '../../parts/list-files';
import { Person } from '../../parts/person';
import { Failed, Loading } from '../../parts/states';
import { Status } from '../../parts/status';
import { Time } from '../../parts/zone';
import { runStatusNames, scenarioNames } from '../../text';
import { DistrictPage } from '../district-page';
import { Matrix } from './matrix';
import { glyphOf, isUnderWay, statusInWords } from '../run/run-verdict';

const statuses = ['running', 'queued', 'finished', 'failed', 'cancelled', 'lost'] as const;

/** `/d/{district}/history`: the resyncs of a district, newest first. */
export function HistoryPage({ district: id }: { district: string }) {
  return (
    <DistrictPage id={id} title="Resync History" right="resyncBatch">
      {(district) => (
        <main className="page" id="content">
          <h1>Resync History</h1>
          <Views district={district} />
        </main>
      )}
    </DistrictPage>
  );
}

function Views({ district }: { district: District }) {
  const [search] = useSearchParams();
  const view = search.get('view') ?? 'list';
  const base = `/d/${district.id}/history`;
  return (
    <>
      <nav className="tabs" aria-label="Views of the history">
        <Link href={base} aria-current={view === 'list' ? 'page' : undefined}>
          List
        </Link>
        <Link href={`${base}?view=matrix`} aria-current={view === 'matrix' ? 'page' : undefined}>
          Matrix
        </Link>
      </nav>
      {view === 'matrix' ? <Matrix district={district} /> : <List district={district} />}
    </>
  );
}

function List({ district }: { district: District }) {
  const [search, setSearch] = useSearchParams();
  const status = search.get('status') ?? '';
  useNotices(`district:${district.id}`, ['resyncs', district.id]);
  const resyncs = useInfiniteQuery({
    queryKey: ['resyncs', district.id, status],
    queryFn: ({ pageParam }) =>
      call(`/districts/${district.id}/resyncs`, { query: { limit: '50', status, cursor: pageParam } }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    staleTime: 0,
  });
  const items = resyncs.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <label>
        Status{' '}
        <select
          className="field"
          value={status}
          onChange={({ target }) => setSearch(target.value === '' ? {} : { status: target.value })}
        >
          <option value="">all</option>
          {statuses.map((name) => (
            <option key={name} value={name}>
              {runStatusNames[name]}
            </option>
          ))}
        </select>
      </label>
      {resyncs.error && <Failed error={resyncs.error} onAgain={() => void resyncs.refetch()} />}
      {!resyncs.data && !resyncs.error && <Loading what="the resyncs" />}
      {resyncs.data && items.length === 0 && (
        <p>
          {status === '' ? 'No resync yet. ' : 'No resync is like this. '}
          <Link href={`/d/${district.id}/batch`}>Send one</Link>
        </p>
      )}
      {items.length > 0 && <Runs items={items} />}
      {items.length > 0 && (
        <ListFiles
          path={`/districts/${district.id}/resyncs`}
          query={{ status }}
          total={resyncs.data?.pages[0]?.total}
          capped={resyncs.data?.pages[0]?.totalCapped}
        />
      )}
      {resyncs.hasNextPage && (
        <div>
          <Button
            onPress={() => void resyncs.fetchNextPage()}
            whyNot={resyncs.isFetching ? 'They are on their way.' : null}
          >
            Older resyncs
          </Button>
        </div>
      )}
    </>
  );
}

function Runs({ items }: { items: readonly ResyncHead[] }) {
  return (
    <div className="frame">
      <table className="table table--stack">
        <thead>
          <tr>
            <th scope="col">Asked for</th>
            <th scope="col">Status</th>
            <th scope="col" className="wide">
              Objects
            </th>
            <th scope="col" className="wide">
              School year
            </th>
            <th scope="col" className="wide">
              Why
            </th>
            <th scope="col" className="wide">
              By
            </th>
            <th scope="col" className="wide number">
              Time
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((run) => (
            <tr key={run.resyncId}>
              <th scope="row">
                <Link href={`/runs/${run.resyncId}`}>
                  <Time at={run.requestedAt} />
                </Link>
              </th>
              <td>
                <Status glyph={glyphOf(run)}>
                  {statusInWords(run)}
                  {isUnderWay(run) && run.percent !== null && `, ${run.percent} %`}
                </Status>
              </td>
              <td className="wide">{objectsOf(run)}</td>
              <td className="wide">{longYear(run.schoolYear)}</td>
              <td className="wide">
                {run.scenario in scenarioNames ? scenarioNames[run.scenario] : run.scenario}
              </td>
              <td className="wide">
                <Person by={run.requestedBy} />
              </td>
              <td className="wide number">
                {run.startedAt !== null && run.endedAt !== null
                  ? duration(Date.parse(run.endedAt) - Date.parse(run.startedAt))
                  : '–'}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function objectsOf({ objects, retryOf }: ResyncHead): string {
  if (retryOf !== undefined) return 'errors of another resync';
  if (objects === null) return 'the state’s to see';
  if (objects === 'all') return 'all';
  const [first = '', ...more] = objects;
  return more.length === 0
    ? first
    : `${first} and ${counted(more.length, 'more object')}`.replace('more objects', 'more');
}
