import { counted, number } from '../../../parts/format';
import { Person } from '../../../parts/person';
import { ListView, usePaged } from '../../../parts/paged';
import { Time } from '../../../parts/zone';
import { actionWords } from './action-words';

/** What was done to many districts in one call, newest first. */
export function PastActions() {
  const list = usePaged('/district-actions', { limit: '20' }, 'actions');
  const items = list.pages?.flatMap((page) => page.items) ?? [];
  return (
    <section aria-labelledby="past-actions">
      <h2 id="past-actions">Done to many districts</h2>
      <ListView
        list={list}
        what="what was done"
        empty="Nothing was done to many districts in one call yet."
        moreWord="Show older ones"
      >
        <div className="frame">
          <table className="table table--stack">
            <thead>
              <tr>
                <th scope="col">What</th>
                <th scope="col">Asked for</th>
                <th scope="col">Came to</th>
                <th scope="col" className="wide">
                  By
                </th>
              </tr>
            </thead>
            <tbody>
              {items.map(({ districtActionId, action, requestedAt, requestedBy, counts }) => (
                <tr key={districtActionId}>
                  <th scope="row">{actionWords[action][0]}</th>
                  <td>
                    <Time at={requestedAt} />
                  </td>
                  <td>
                    {counted(counts.done, 'district')} done
                    {counts.waiting > 0 && `, ${number(counts.waiting)} to go`}, {number(counts.refused)}{' '}
                    refused, {number(counts.failed)} failed
                  </td>
                  <td className="wide">
                    <Person by={requestedBy} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </ListView>
    </section>
  );
}
