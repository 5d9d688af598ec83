import { useState } from 'react';
import { Link, Redirect } from 'wouter';
import { useSignedIn } from '../api/session';
import { longYear } from '../parts/format';
import { useTitle } from '../parts/states';

const shownAtOnce = 200;

/** `/`: the batch page of one's district, or the districts to choose from. */
export function HomePage() {
  useTitle('Districts');
  const { districts } = useSignedIn();
  const [text, setText] = useState('');
  const [only] = districts;
  if (only && districts.length === 1) return <Redirect to={`/d/${only.id}/batch`} replace />;
  const wanted = text.trim().toLowerCase();
  const found = districts.filter(({ id, number, name }) =>
    [id, String(number), name.toLowerCase()].some((known) => known.includes(wanted)),
  );
  const shown = found.slice(0, shownAtOnce);
  return (
    <main className="page" id="content">
      <h1>Districts</h1>
      <label className="bar">
        Find by number, name or id{' '}
        <input
          className="field"
          type="search"
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
      </label>
      <div className="frame">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">District</th>
              <th scope="col" className="number">
                Number
              </th>
              <th scope="col">School year</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ id, number, name, schoolYear }) => (
              <tr key={id}>
                <th scope="row">
                  <Link href={`/d/${id}/batch`}>{name}</Link>
                </th>
                <td className="number">{number}</td>
                <td>{longYear(schoolYear)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p role="status" className="soft">
        {found.length === 0 && districts.length > 0 && 'No district has this in its number, name or id.'}
        {districts.length === 0 && 'No district is yours to see.'}
        {found.length > shown.length && `The first ${shown.length} of ${found.length}: type more of it.`}
      </p>
    </main>
  );
}
