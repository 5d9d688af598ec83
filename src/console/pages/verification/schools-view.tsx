import type { Verification } from '../../api/answers';
import { ListView, usePaged } from '../../parts/paged';
import { SchoolName, useSchoolNames } from '../../parts/school-name';
import { ComparedCounts, ComparedTitles } from './compared-columns';

/** What was compared, by object and school. */
export function SchoolsView({ verification }: { verification: Verification }) {
  const { verificationId, districtId } = verification;
  const nameOf = useSchoolNames(districtId);
  const list = usePaged(
    `/verifications/${verificationId}/schools`,
    { limit: '200' },
    `verification:${verificationId}`,
  );
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
                  <th scope="row">
                    {school ? <SchoolName school={school} name={nameOf(school)} /> : 'of no school'}
                  </th>
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
