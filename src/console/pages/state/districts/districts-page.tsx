import { useCallback, useState } from 'react';
import { Link } from 'wouter';
import { districtActions, rightOfAction } from '../../../../domain/district-action';
import { useRight, useSignedIn } from '../../../api/session';
import { FilterChips } from '../../../parts/filter-chips';
import { counted } from '../../../parts/format';
import { ListView, usePaged } from '../../../parts/paged';
import { withQuery } from '../../../parts/query';
import { SearchField } from '../../../parts/search-field';
import { useTitle } from '../../../parts/states';
import { useUrlFilters } from '../../../parts/url-filters';
import { ActBar } from './act-bar';
import { DistrictsTable } from './districts-table';
import { PastActions } from './past-actions';

const filters = ['q', 'show', 'sort'] as const;

const none: ReadonlySet<string> = new Set();

const shows = [
  { value: 'color=red', label: 'Red', count: 'red' },
  { value: 'color=yellow', label: 'Yellow', count: 'yellow' },
  { value: 'color=green', label: 'Green', count: 'green' },
  { value: 'color=none', label: 'Never sent', count: 'none' },
  { value: 'running=true', label: 'Running or waiting', count: 'running' },
  { value: 'drift=true', label: 'Drifted', count: 'drift' },
  { value: 'overdue=true', label: 'Overdue', count: 'overdue' },
  { value: 'unread=true', label: 'Unread alerts', count: 'unread' },
] as const;

const sorts = [
  ['', 'Worst first'],
  ['number', 'Number'],
  ['name', 'Name'],
  ['last', 'Longest without any resync'],
  ['lastFull', 'Longest without a full resync'],
  ['verification', 'Longest without a comparison'],
  ['unread', 'Most unread alerts'],
] as const;

/** `/` of who has several districts: where each stands, the worst first. */
export function DistrictsPage() {
  useTitle('Districts');
  const url = useUrlFilters(filters);
  const { districts, session } = useSignedIn();
  const mayAsk = useRight('stateRequest') && session.level === 'state';
  const show = url.of('show');
  const [name = '', value = ''] = show.split('=');
  const narrowed = { q: url.of('q'), ...(show !== '' && { [name]: value }) };
  const list = usePaged(
    '/districts',
    { ...narrowed, sort: url.of('sort') || 'color', standing: 'true', limit: '100' },
    'districts',
  );
  const mayAct =
    session.level === 'state' &&
    districtActions.some((action) => session.rights.includes(rightOfAction[action]));
  const [picked, setPicked] = useState(none);
  const { set } = url;
  const search = useCallback((text: string) => set('q', text), [set]);
  const first = list.pages?.[0];
  const counts = first?.counts ?? null;
  return (
    <main className="page" id="content">
      <div className="page__head">
        <h1>Districts</h1>
        {mayAsk && (
          <Link href={withQuery('/requests/new', narrowed)}>
            {show === '' && url.of('q') === ''
              ? 'Request a resync of districts'
              : `Request a resync of these ${first === undefined ? '' : counted(first.total, 'district')}`}
          </Link>
        )}
      </div>
      <div className="bar">
        <SearchField label="Find by number, name or id" value={url.of('q')} onSearch={search} />
        <label className="choice">
          Order
          <select
            className="field"
            value={url.of('sort')}
            onChange={({ target }) => url.set('sort', target.value)}
          >
            {sorts.map(([sort, label]) => (
              <option key={sort} value={sort}>
                {label}
              </option>
            ))}
          </select>
        </label>
      </div>
      <FilterChips
        label="Show only"
        chips={shows.map((chip) => ({ ...chip, count: counts?.[chip.count] }))}
        chosen={show}
        onChoose={(chosen) => url.set('show', chosen)}
      />
      <p role="status" className="soft small">
        {first && `${counted(first.total, 'district')} of ${districts.length}`}
      </p>
      {mayAct && first && <ActBar picked={picked} onPick={setPicked} filter={narrowed} total={first.total} />}
      <ListView
        list={list}
        what="the districts"
        empty="No district is yours to see."
        onClear={url.any ? url.clear : null}
        moreWord="Show more districts"
      >
        <DistrictsTable
          districts={list.pages?.flatMap(({ items }) => items) ?? []}
          picked={mayAct ? picked : null}
          onPick={setPicked}
        />
      </ListView>
      {mayAct && <PastActions />}
    </main>
  );
}
