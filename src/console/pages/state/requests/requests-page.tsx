import { Link } from 'wouter';
import type { RequestHead } from '../../../api/answers';
import { counted, number } from '../../../parts/format';
import { Person } from '../../../parts/person';
import { NeedsRight } from '../../../parts/needs-right';
import { ListView, usePaged } from '../../../parts/paged';
import { Status } from '../../../parts/status';
import { Time } from '../../../parts/zone';
import { RecurringTable } from './recurring-table';
import { requestGlyph, requestStatusNames } from './request-words';

/** `/requests`: what the state has asked of districts, newest first. */
export function RequestsPage() {
  return (
    <NeedsRight title="State Requests" rights={['stateRequest']} stateOnly>
      <Requests />
    </NeedsRight>
  );
}

function Requests() {
  const list = usePaged('/state-requests', { limit: '50' }, 'requests');
  const items = list.pages?.flatMap((page) => page.items) ?? [];
  return (
    <main className="page" id="content">
      <div className="page__head">
        <h1>State Requests</h1>
        <Link href="/requests/new">New request</Link>
      </div>
      <RecurringTable />
      <ListView
        list={list}
        what="the requests"
        empty="The state has asked for nothing yet. A request goes ahead of what districts sent themselves."
        moreWord="Older requests"
      >
        <div className="frame">
          <table className="table table--stack">
            <thead>
              <tr>
                <th scope="col">Why</th>
                <th scope="col">Status</th>
                <th scope="col" className="number">
                  Districts
                </th>
                <th scope="col" className="wide">
                  Objects
                </th>
                <th scope="col" className="wide">
                  Asked for
                </th>
                <th scope="col" className="wide">
                  By
                </th>
              </tr>
            </thead>
            <tbody>
              {items.map((item) => (
                <tr key={item.stateRequestId}>
                  <th scope="row">
                    <Link href={`/requests/${item.stateRequestId}`}>{item.reason}</Link>
                  </th>
                  <td>
                    <Status glyph={requestGlyph(item)}>{requestStatusNames[item.status]}</Status>
                  </td>
                  <td className="number">
                    {number(item.counts.done)} of {number(totalOf(item))} done
                    {item.counts.failed > 0 && <div>{number(item.counts.failed)} failed</div>}
                  </td>
                  <td className="wide">
                    {item.objects === 'all' ? 'all' : counted(item.objects.length, 'object')}
                  </td>
                  <td className="wide">
                    <Time at={item.requestedAt} />
                  </td>
                  <td className="wide">
                    <Person by={item.requestedBy} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </ListView>
    </main>
  );
}

function totalOf({ counts }: RequestHead): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
