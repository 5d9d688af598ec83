import { type Dispatch, memo, type SetStateAction, useCallback } from 'react';
import { Link } from 'wouter';
import type { ListedDistrict } from '../../../api/answers';
import { number } from '../../../parts/format';
import { Status } from '../../../parts/status';
import { Time } from '../../../parts/zone';
import { TickAll, tickedOf } from '../../../parts/tick-all';
import { runStatusNames } from '../../../text';
import { regionInShort } from '../../region-words';
import { ColorWord } from '../color-word';

interface DistrictsTableProps {
  readonly districts: readonly ListedDistrict[];
  /** Those that are ticked; `null`: there is nothing to do with many. */
  readonly picked: ReadonlySet<string> | null;
  readonly onPick: Dispatch<SetStateAction<ReadonlySet<string>>>;
}

/** Districts, a row each; what the reader has no right to see is a dash. */
export function DistrictsTable({ districts, picked, onPick }: DistrictsTableProps) {
  // The same function every time: a tick draws its own row only.
  const toggle = useCallback(
    (id: string): void =>
      onPick((before) => {
        const after = new Set(before);
        if (!after.delete(id)) after.add(id);
        return after;
      }),
    [onPick],
  );
  const all = districts.every(({ id }) => picked?.has(id));
  const some = districts.some(({ id }) => picked?.has(id));
  return (
    <div className="frame">
      <table className="table table--stack">
        <thead>
          <tr>
            {picked !== null && (
              <th scope="col" className="tree__tick">
                <TickAll
                  label="All districts shown"
                  state={tickedOf(all, some)}
                  onToggle={() => onPick(new Set(all ? [] : districts.map(({ id }) => id)))}
                />
              </th>
            )}
            <th scope="col">District</th>
            <th scope="col">Last full resync</th>
            <th scope="col" className="wide">
              Now
            </th>
            <th scope="col" className="wide">
              Newest comparison
            </th>
            <th scope="col" className="wide number">
              Unread alerts
            </th>
            <th scope="col" className="wide">
              Due
            </th>
          </tr>
        </thead>
        <tbody>
          {districts.map((district) => (
            <DistrictRow
              key={district.id}
              district={district}
              ticked={picked === null ? null : picked.has(district.id)}
              onTick={toggle}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface DistrictRowProps {
  readonly district: ListedDistrict;
  readonly ticked: boolean | null;
  readonly onTick: (id: string) => void;
}

const DistrictRow = memo(function DistrictRow({ district, ticked, onTick }: DistrictRowProps) {
  const { id, number: tenant, name, region, standing } = district;
  const full = standing?.resyncs?.lastFull ?? null;
  return (
    <tr className={ticked ? 'tree__row--picked' : undefined}>
      {ticked !== null && (
        <td>
          <input
            type="checkbox"
            className="tick"
            aria-label={name}
            checked={ticked}
            onChange={() => onTick(id)}
          />
        </td>
      )}
      <th scope="row">
        <Link href={`/d/${id}/batch`}>{name}</Link>
        <span className="small soft"> {tenant}</span>
        {region !== null && <div className="small soft">{regionInShort(region)}</div>}
        <span className="narrow small">
          <Now resyncs={standing?.resyncs ?? null} />
        </span>
      </th>
      <td>
        {full === null ? (
          <ColorWord color={null} />
        ) : (
          <>
            <Link href={`/runs/${full.resyncId}`}>
              <ColorWord color={full.color} />
            </Link>{' '}
            <span className="small soft wide">{full.endedAt !== null && <Time at={full.endedAt} />}</span>
          </>
        )}
      </td>
      <td className="wide">
        <Now resyncs={standing?.resyncs ?? null} />
      </td>
      <td className="wide">
        <Comparison verification={standing?.verification ?? null} />
      </td>
      <td className="wide number">
        {standing === null || standing.unreadAlerts === null ? (
          '–'
        ) : standing.unreadAlerts === 0 ? (
          0
        ) : (
          <Link href={`/alerts?unread=true&district=${id}`}>{number(standing.unreadAlerts)}</Link>
        )}
      </td>
      <td className="wide">
        <Due standing={standing} />
      </td>
    </tr>
  );
});

type Standing = NonNullable<ListedDistrict['standing']>;

function Now({ resyncs }: { resyncs: Standing['resyncs'] }) {
  if (resyncs === null) return '–';
  const { running, waiting } = resyncs;
  if (running !== null)
    return (
      <Link href={`/runs/${running.resyncId}`}>
        <Status glyph={running.status === 'paused' ? 'paused' : 'gray'} turning>
          {runStatusNames[running.status]}
          {waiting > 0 && `, ${number(waiting)} waiting`}
        </Status>
      </Link>
    );
  return waiting > 0 ? <Status glyph="waiting">{number(waiting)} waiting</Status> : null;
}

function Comparison({ verification }: { verification: Standing['verification'] }) {
  if (verification === null) return <Status glyph="none">None</Status>;
  return (
    <>
      <Link href={`/verifications/${verification.verificationId}`}>
        {verification.resyncNecessary ? (
          <Status glyph="yellow">Drifted</Status>
        ) : (
          <Status glyph="green">Nothing to send</Status>
        )}
      </Link>{' '}
      <span className="small soft">
        <Time at={verification.finishedAt} />
      </span>
    </>
  );
}

function Due({ standing }: { standing: Standing | null }) {
  const { startOfYear = null, endOfYear = null } = standing ?? {};
  if (endOfYear === 'overdue') return <Status glyph="red">End of the year is overdue</Status>;
  if (startOfYear === 'overdue') return <Status glyph="red">Start of the year is overdue</Status>;
  if (endOfYear === 'due') return <Status glyph="waiting">End of the year</Status>;
  if (startOfYear === 'due') return <Status glyph="waiting">Start of the year</Status>;
  return null;
}
