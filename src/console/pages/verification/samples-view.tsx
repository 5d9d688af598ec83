import { type DifferenceKind, differenceKinds } from '../../../domain/verification';
import type { Verification } from '../../api/answers';
import { Select } from '../../parts/fields';
import { number } from '../../parts/format';
import { ListView, usePaged } from '../../parts/paged';
import { useAddress } from '../../parts/use-address';
import { RecordLink } from '../records/record-link';

const kinds: Record<DifferenceKind, string> = {
  missing: 'Missing at the state',
  different: 'Different',
  extra: 'Only at the state',
  excluded: 'Excluded, as expected',
};
const outcomes: Readonly<Record<string, string>> = {
  inserted: 'insert it',
  updated: 'update it',
  unchanged: 'leave it',
  excluded: 'leave it out',
  blocked: 'have it wait for another record',
  failed: 'be refused',
  extra: 'leave it, or remove it where that is asked for',
};

/** Some of the records that differ, with what a resync would do about each. */
export function SamplesView({ verification }: { verification: Verification }) {
  const { verificationId, districtId, objectResults } = verification;
  const address = useAddress();
  const found = (kind: DifferenceKind): number =>
    objectResults.reduce((sum, { counts }) => sum + counts[kind], 0);
  // What is no difference to mend comes last.
  const kind =
    differenceKinds.find((known) => known === address.get('kind')) ??
    differenceKinds.find((known) => found(known) > 0) ??
    'missing';
  const list = usePaged(
    `/verifications/${verificationId}/samples`,
    { kind, limit: '100' },
    `verification:${verificationId}`,
  );
  return (
    <>
      <div className="filters">
        <Select
          label="What differs"
          value={kind}
          onChange={(value) => address.set('kind', value)}
          options={differenceKinds.map((value) => ({
            value,
            label: `${kinds[value]}: ${number(found(value))}`,
          }))}
        />
      </div>
      <p className="soft small">At most 20 records of each object.</p>
      <ListView list={list} what="the records" empty="No record is like this." moreWord="More records">
        <div className="frame">
          <table className="table table--stack">
            <thead>
              <tr>
                <th scope="col">Object</th>
                <th scope="col">Key</th>
                <th scope="col" className="wide">
                  A resync would
                </th>
                <th scope="col" className="wide">
                  School
                </th>
              </tr>
            </thead>
            <tbody>
              {list.pages
                ?.flatMap(({ items }) => items)
                .map(({ object, key, school, predictedOutcome, code }) => (
                  <tr key={`${object} ${key.join('\u0000')}`}>
                    <th scope="row">{object}</th>
                    <td>
                      <RecordLink districtId={districtId} object={object} recordKey={key} />
                    </td>
                    <td className="wide">
                      {outcomes[predictedOutcome] ?? predictedOutcome}
                      {code !== null && <span className="code soft"> {code}</span>}
                    </td>
                    <td className="wide">{school?.join(', ') ?? '–'}</td>
                  </tr>
                ))}
            </tbody>
          </table>
        </div>
      </ListView>
    </>
  );
}
