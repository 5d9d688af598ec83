import type { Verification } from '../../api/answers';
import { ListView, usePaged } from '../../parts/paged';
import { ComparedCounts, ComparedTitles } from './compared-columns';

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
              <ComparedTitles />
            </tr>
          </thead>
          <tbody>
            {list.pages
              ?.flatMap(({ items }) => items)
              .map(({ object, school, counts }) => (
                <tr key={`${object} ${school?.join('\u0000')}`}>
                  <th scope="row">{school?.join(', ') ?? 'of no school'}</th>
                  <td>{object}</td>
                  <ComparedCounts counts={counts} />
                </tr>
              ))}
          </tbody>
        </table>
      </div>
    </ListView>
  );
}
