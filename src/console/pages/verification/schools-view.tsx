import type { Verification } from '../../api/answers';
import { number } from '../../parts/format';
import { ListView, usePaged } from '../../parts/paged';

/** What was compared, by object and school. */
export function SchoolsView({ verification }: { verification: Verification }) {
  const list = usePaged(`/verifications/${verification.verificationId}/schools`, { limit: '200' });
  return (
    <ListView list={list} what="the schools" empty="No object was compared by school." moreWord="More">
      <div className="frame">
        <table className="table table--stack">
          <thead>
            <tr>
              <th scope="col">School</th>
              <th scope="col">Object</th>
              <th scope="col" className="wide number">
                District
              </th>
              <th scope="col" className="wide number">
                State
              </th>
              <th scope="col" className="number">
                Missing
              </th>
              <th scope="col" className="number">
                Different
              </th>
              <th scope="col" className="number">
                Extra
              </th>
            </tr>
          </thead>
          <tbody>
            {list.pages
              ?.flatMap(({ items }) => items)
              .map(({ object, school, counts }) => (
                <tr key={`${object} ${school?.join('\u0000')}`}>
                  <th scope="row">{school?.join(', ') ?? 'of no school'}</th>
                  <td>{object}</td>
                  <td className="wide number">{number(counts.districtRecords)}</td>
                  <td className="wide number">{number(counts.stateRecords)}</td>
                  <td className="number">{number(counts.missing)}</td>
                  <td className="number">{number(counts.different)}</td>
                  <td className="number">{number(counts.extra)}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </div>
    </ListView>
  );
}
