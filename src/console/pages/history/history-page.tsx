import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useSearchParams } from 'wouter';
import { scenarios } from '../../../domain/resync';
import type { District, ResyncHead } from '../../api/answers';
import { call } from '../../api/call';
import { useNotices } from '../../api/live';
import { Button } from '../../parts/button';
import { Select } from '../../parts/fields';
import { counted, duration, longYear } from '../../parts/format';
import { ListFiles } from '../../parts/list-files';
import { Person } from '../../parts/person';
import { PeriodFields, periodFilters, usePeriod } from '../../parts/period-fields';
import { SearchField } from '../../parts/search-field';
import { Failed, Loading } from '../../parts/states';
import { Status } from '../../parts/status';
import { useUrlFilters } from '../../parts/url-filters';
import { Time } from '../../parts/zone';
import { runStatusNames, scenarioNames } from '../../text';
import { DistrictPage } from '../district-page';
import { Matrix } from './matrix';
import { colorNames, glyphOf, isUnderWay, statusInWords } from '../run/run-verdict';

const filters = ['status', 'color', 'scenario', 'object', ...periodFilters] as const;
const colors = ['green', 'yellow', 'red'] as const;
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
  const url = useUrlFilters(filters);
  const query = {
    ...{ status: url.of('status'), color: url.of('color'), scenario: url.of('scenario') },
    ...{ object: url.of('object'), ...usePeriod(url) },
  };
  useNotices(`district:${district.id}`, ['resyncs', district.id]);
  const resyncs = useInfiniteQuery({
    queryKey: ['resyncs', district.id, query],
    queryFn: ({ pageParam }) =>
      call(`/districts/${district.id}/resyncs`, { query: { ...query, limit: '50', cursor: pageParam } }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    staleTime: 0,
  });
  const items = resyncs.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <div className="filters" role="group" aria-label="Filters">
        <Select
          label="Status"
          value={url.of('status')}
          onChange={(value) => url.set('status', value)}
          none="all"
          options={statuses.map((value) => ({ value, label: runStatusNames[value] }))}
        />
        <Select
          label="Color"
          value={url.of('color')}
          onChange={(value) => url.set('color', value)}
          none="all"
          options={colors.map((value) => ({ value, label: colorNames[value] }))}
        />
        <Select
          label="Why"
          value={url.of('scenario')}
          onChange={(value) => url.set('scenario', value)}
          none="all"
          options={scenarios.map((value) => ({ value, label: scenarioNames[value] }))}
        />
        <SearchField label="Object" value={url.of('object')} onSearch={(text) => url.set('object', text)} />
        <PeriodFields {...url} />
        {url.any && <Button onPress={url.clear}>Clear the filters</Button>}
      </div>
      {resyncs.error && <Failed error={resyncs.error} onAgain={() => void resyncs.refetch()} />}
      {!resyncs.data && !resyncs.error && <Loading what="the resyncs" />}
      {resyncs.data && items.length === 0 && (
        <p>
          {url.any ? 'No resync is like this.' : 'No resync yet.'}{' '}
          {!url.any && <Link href={`/d/${district.id}/batch`}>Send one</Link>}
        </p>
      )}
      {items.length > 0 && <Runs items={items} />}
      {items.length > 0 && (
        <ListFiles
          path={`/districts/${district.id}/resyncs`}
          query={query}
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
