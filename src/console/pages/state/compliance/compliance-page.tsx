import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { Link } from 'wouter';
import type { ComplianceRow } from '../../../api/answers';
import { call } from '../../../api/call';
import { useSignedIn } from '../../../api/session';
import { FilterChips } from '../../../parts/filter-chips';
import { counted, longYear } from '../../../parts/format';
import { NeedsRight } from '../../../parts/needs-right';
import { ListFiles } from '../../../parts/list-files';
import { SearchField } from '../../../parts/search-field';
import { Failed, Loading } from '../../../parts/states';
import { useUrlFilters } from '../../../parts/url-filters';
import { ComplianceTable } from './compliance-table';

const filters = ['q', 'show'] as const;

const shows: Record<string, (row: ComplianceRow) => boolean> = {
  missing: ({ endOfYear, switched }) => endOfYear.status === 'missing' && switched === null,
  switched: ({ switched }) => switched !== null,
  due: ({ startOfYear }) => startOfYear.status === 'due',
  overdue: ({ startOfYear }) => startOfYear.status === 'overdue',
};

/** `/compliance`: who has made the resyncs that the turn of a school year asks for. */
export function CompliancePage() {
  return (
    <NeedsRight title="Compliance" rights={['resyncBatch', 'resyncView']} stateOnly>
      <LoadedCompliance />
    </NeedsRight>
  );
}

function LoadedCompliance() {
  const url = useUrlFilters(filters);
  const schoolYear = useUrlFilters(['schoolYear']).of('schoolYear');
  const compliance = useQuery({
    queryKey: ['compliance', schoolYear],
    queryFn: () => call('/compliance', { query: { schoolYear } }),
    placeholderData: (before) => before,
  });
  const { set } = url;
  const search = useCallback((text: string) => set('q', text), [set]);
  const { data } = compliance;
  const numbers = useNumbers();
  const wanted = url.of('q').toLowerCase();
  const found = (data?.items ?? []).filter(({ districtId, name }) =>
    [districtId.toLowerCase(), name.toLowerCase(), numbers.get(districtId) ?? ''].some((known) =>
      known.includes(wanted),
    ),
  );
  const shown = found.filter((row) => shows[url.of('show')]?.(row) ?? true);
  const countOf = (show: string) => found.filter((row) => shows[show]!(row)).length;
  return (
    <main className="page" id="content">
      <div className="page__head">
        <h1>Compliance{data && ` around the end of ${longYear(data.schoolYear)}`}</h1>
        <ListFiles path="/compliance" query={{ schoolYear }} />
      </div>
      <p className="soft">
        A district ends its school year with a full resync, switches to the next one, and begins that with
        another.
      </p>
      <div className="bar">
        <SearchField label="Find by number, name or id" value={url.of('q')} onSearch={search} />
        {data && <YearChoice ending={data.schoolYear} />}
      </div>
      <FilterChips
        label="Show only"
        chips={[
          { value: 'missing', label: 'End of year missing', count: data && countOf('missing') },
          { value: 'switched', label: 'Switched', count: data && countOf('switched') },
          { value: 'due', label: 'Start of year due', count: data && countOf('due') },
          { value: 'overdue', label: 'Start of year overdue', count: data && countOf('overdue') },
        ]}
        chosen={url.of('show')}
        onChoose={(chosen) => url.set('show', chosen)}
      />
      {compliance.error && <Failed error={compliance.error} onAgain={() => void compliance.refetch()} />}
      {compliance.isPending && <Loading what="the list" />}
      {data && (
        <p role="status" className="small soft">
          {counted(shown.length, 'district')} of {data.items.length}
        </p>
      )}
      {data && shown.length === 0 && (
        <p>
          {data.items.length === 0 ? 'No district is yours to see.' : 'No district is like this. '}
          {url.any && (
            <button type="button" className="button button--link" onClick={url.clear}>
              Show all
            </button>
          )}
        </p>
      )}
      {shown.length > 0 && <ComplianceTable rows={shown} />}
      {url.of('show') === 'overdue' && shown.length > 0 && (
        <p>
          <Link href="/requests/new?overdue=true">Request a resync of these districts</Link>
        </p>
      )}
    </main>
  );
}

function YearChoice({ ending }: { ending: number }) {
  const url = useUrlFilters(['schoolYear']);
  const newest = new Date().getFullYear() + 1;
  const years = [...new Set([newest, newest - 1, newest - 2, newest - 3, ending])].sort((a, b) => b - a);
  return (
    <label className="choice">
      Year that ends
      <select
        className="field"
        value={String(ending)}
        onChange={({ target }) => url.set('schoolYear', target.value)}
      >
        {years.map((year) => (
          <option key={year} value={year}>
            {longYear(year)}
          </option>
        ))}
      </select>
    </label>
  );
}

function useNumbers(): ReadonlyMap<string, string> {
  return new Map(useSignedIn().districts.map(({ id, number }) => [id, String(number)]));
}
