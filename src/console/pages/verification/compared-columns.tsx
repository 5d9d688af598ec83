import type { VerifiedObject } from '../../api/answers';
import { number } from '../../parts/format';

/** Titles of what was counted on both sides, as `ComparedCounts` shows it. */
export function ComparedTitles() {
  return (
    <>
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
    </>
  );
}

type Counts = Pick<
  VerifiedObject['counts'],
  'districtRecords' | 'stateRecords' | 'missing' | 'different' | 'extra'
>;

/** What was counted on both sides, and how much of it differs. */
export function ComparedCounts({ counts }: { counts: Counts }) {
  return (
    <>
      <td className="wide number">{number(counts.districtRecords)}</td>
      <td className="wide number">{number(counts.stateRecords)}</td>
      <td className="number">{number(counts.missing)}</td>
      <td className="number">{number(counts.different)}</td>
      <td className="number">{number(counts.extra)}</td>
    </>
  );
}
