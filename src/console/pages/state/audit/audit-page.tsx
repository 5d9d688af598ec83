import { useMutation, useQuery } from '@tanstack/react-query';
import type { AuditEvent } from '../../../api/answers';
import { call } from '../../../api/call';
import { useNotices } from '../../../api/live';
import { useSignedIn } from '../../../api/session';
import { Button } from '../../../parts/button';
import { number } from '../../../parts/format';
import { NeedsRight } from '../../../parts/needs-right';
import { ListView, usePaged } from '../../../parts/paged';
import { withQuery } from '../../../parts/query';
import { PeriodFields, periodFilters, usePeriod } from '../../../parts/period-fields';
import { Failed } from '../../../parts/states';
import { Status } from '../../../parts/status';
import { useUrlFilters } from '../../../parts/url-filters';
import { Time } from '../../../parts/zone';

const filters = ['principal', ...periodFilters] as const;

/** `/admin/audit`: who did what to what, when and from where. */
export function AuditPage() {
  return (
    <NeedsRight title="Audit" rights={['administration']}>
      <Audit />
    </NeedsRight>
  );
}

function Audit() {
  const url = useUrlFilters(filters);
  const { session } = useSignedIn();
  const query = { principal: url.of('principal'), ...usePeriod(url) };
  const list = usePaged('/audit', { ...query, limit: '100' }, 'audit');
  useNotices('people', ['people']);
  const people = useQuery({
    queryKey: ['people'],
    queryFn: () => call('/principals', { query: { limit: '500' } }),
  });
  const file = `/api/v1${withQuery('/audit', { ...query, format: 'ndjson' })}`;
  return (
    <main className="page" id="content">
      <div className="page__head">
        <h1>Audit</h1>
        {session.level === 'state' && <ChainState />}
      </div>
      <div className="bar">
        <label className="choice">
          Who
          <select
            className="field"
            value={url.of('principal')}
            onChange={({ target }) => url.set('principal', target.value)}
          >
            <option value="">everybody</option>
            {people.data?.items.map(({ principalId, name }) => (
              <option key={principalId} value={principalId}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <PeriodFields {...url} />
        <span className="bar__end choice">
          <a href={file} download>
            NDJSON
          </a>
        </span>
      </div>
      <ListView
        list={list}
        what="the events"
        empty="Nothing has been done yet."
        onClear={url.any ? url.clear : null}
        moreWord="Older events"
      >
        <Events events={list.pages?.flatMap(({ items }) => items) ?? []} />
      </ListView>
    </main>
  );
}

/** Whether every event still follows the one before it; asked for, because all are read for it. */
function ChainState() {
  const chain = useMutation({ mutationFn: () => call('/audit/chain') });
  const { data } = chain;
  return (
    <span className="choice">
      {data && (
        <span role="status">
          {data.brokenAt === null ? (
            <Status glyph="green">{number(data.events)} events, each follows the one before</Status>
          ) : (
            <Status glyph="red">The chain is broken at event {number(data.brokenAt)}</Status>
          )}
        </span>
      )}
      {chain.error && <Failed error={chain.error} onAgain={() => chain.mutate()} />}
      <Button onPress={() => chain.mutate()} whyNot={chain.isPending ? 'It is being checked.' : null}>
        Check the chain
      </Button>
    </span>
  );
}

function Events({ events }: { events: readonly AuditEvent[] }) {
  return (
    <div className="frame">
      <table className="table table--stack">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">What</th>
            <th scope="col" className="wide">
              Of what
            </th>
            <th scope="col" className="wide">
              From
            </th>
            <th scope="col" className="wide number">
              Answer
            </th>
          </tr>
        </thead>
        <tbody>
          {events.map((event) => (
            <tr key={event.auditEventId}>
              <td>
                <Time at={event.happenedAt} />
              </td>
              <th scope="row">
                {event.principalName}
                {event.level === 'state' && <span className="small soft"> state</span>}
              </th>
              <td className="code">
                {event.action}
                <Details details={event.details} />
              </td>
              <td className="wide code">{event.target}</td>
              <td className="wide">{event.address}</td>
              <td className="wide number">{event.status === 0 ? 'not known' : event.status}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Details({ details }: { details: AuditEvent['details'] }) {
  const text = JSON.stringify(details, null, 1);
  if (text === '{}') return null;
  return (
    <details>
      <summary className="small">details</summary>
      {text}
    </details>
  );
}
