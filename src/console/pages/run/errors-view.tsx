import { useInfiniteQuery } from '@tanstack/react-query';
import { useSearchParams } from 'wouter';
import type { RecordError, Resync } from '../../api/answers';
import { call } from '../../api/call';
import { number } from '../../parts/format';
import { Failed, Loading } from '../../parts/states';
import { type Column, VirtualRows } from '../../parts/virtual-rows';
import { RecordLink } from '../records/record-link';

const pageRows = 500;

interface ErrorsPage {
  readonly items: readonly RecordError[];
  readonly nextCursor: string | null;
}

/** The errors of a run, record by record; only the rows in sight are in the page. */
export function ErrorsView({ run }: { run: Resync }) {
  const [search, setSearch] = useSearchParams();
  const filter = { object: search.get('object'), outcome: search.get('outcome'), code: search.get('code') };
  const objects = (run.objectResults ?? [])
    .filter(({ counts }) => counts.errors > 0)
    .map(({ object }) => object);
  const set = (name: string, value: string): void => {
    setSearch(
      (before) => {
        const after = new URLSearchParams(before);
        if (value === '') after.delete(name);
        else after.set(name, value);
        return after;
      },
      { replace: true },
    );
  };
  return (
    <>
      <div className="bar">
        <label>
          Object{' '}
          <select
            className="field"
            value={filter.object ?? ''}
            onChange={({ target }) => set('object', target.value)}
          >
            <option value="">all</option>
            {[...new Set([...objects, ...(filter.object ? [filter.object] : [])])].map((object) => (
              <option key={object}>{object}</option>
            ))}
          </select>
        </label>
        <label>
          Outcome{' '}
          <select
            className="field"
            value={filter.outcome ?? ''}
            onChange={({ target }) => set('outcome', target.value)}
          >
            <option value="">all</option>
            <option value="excluded">excluded</option>
            <option value="blocked">blocked</option>
            <option value="failed">failed</option>
          </select>
        </label>
        {filter.code !== null && (
          <button type="button" className="button" onClick={() => set('code', '')}>
            Code {filter.code} <span aria-hidden="true">×</span>
            <span className="hidden">: show all codes</span>
          </button>
        )}
      </div>
      <List run={run} filter={filter} key={JSON.stringify(filter)} />
    </>
  );
}

interface Filter {
  readonly object: string | null;
  readonly outcome: string | null;
  readonly code: string | null;
}

function List({ run, filter }: { run: Resync; filter: Filter }) {
  const errors = useInfiniteQuery({
    queryKey: ['errors', run.resyncId, filter],
    queryFn: ({ pageParam }) => {
      const query = new URLSearchParams({ limit: String(pageRows) });
      for (const [name, value] of Object.entries(filter)) if (value) query.set(name, value as string);
      if (pageParam !== '') query.set('cursor', pageParam);
      return call<ErrorsPage>(`/resyncs/${run.resyncId}/errors?${query.toString()}`);
    },
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
  const rows = errors.data?.pages.flatMap(({ items }) => items) ?? [];
  if (errors.error && rows.length === 0)
    return <Failed error={errors.error} onAgain={() => void errors.refetch()} />;
  if (!errors.data) return <Loading what="the errors" />;
  if (rows.length === 0) {
    const filtered = Object.values(filter).some((value) => value !== null);
    return <p>{filtered ? 'No error has all of this.' : 'No record has an error.'}</p>;
  }
  return (
    <>
      <p role="status" className="soft">
        {number(rows.length)} records{errors.hasNextPage && ' so far: scroll for more'}
      </p>
      <VirtualRows
        label="Records with errors"
        rows={rows}
        columns={columnsOf(run.districtId)}
        widths="list--run-errors"
        onEnd={() => {
          if (errors.hasNextPage && !errors.isFetching) void errors.fetchNextPage();
        }}
      />
      {errors.error && <Failed error={errors.error} onAgain={() => void errors.fetchNextPage()} />}
    </>
  );
}

const columnsOf = (districtId: string): readonly Column<RecordError>[] => [
  {
    name: 'Key',
    cell: ({ object, key }) => <RecordLink districtId={districtId} object={object} recordKey={key} />,
  },
  { name: 'Object', cell: ({ object }) => object },
  { name: 'Outcome', cell: ({ outcome }) => outcome },
  { name: 'Code', cell: ({ code }) => <span className="code">{code}</span> },
  { name: 'Field', cell: ({ field }) => field ?? '–' },
  { name: 'Message', cell: ({ message }) => <span title={message}>{message}</span> },
  {
    name: 'Parent',
    cell: ({ parent }) => (parent ? `${parent.object} ${parent.key?.join(', ') ?? ''}` : '–'),
  },
  { name: 'Mended in', cell: ({ screen }) => screen ?? '–' },
];
