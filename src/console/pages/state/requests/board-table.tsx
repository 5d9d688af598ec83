import { useState } from 'react';
import { Link } from 'wouter';
import { Button } from '../../../parts/button';
import { Status } from '../../../parts/status';
import { Time } from '../../../parts/zone';
import { type PlacedDistrict, placeText } from './board-district';
import { placeGlyphs } from './request-words';

const rowsAtOnce = 100;

/** The worst first: what nobody has to look at comes last. */
const order = ['failed', 'red', 'notRun', 'yellow', 'running', 'queued', 'waiting', 'green'] as const;

/** The board for who reads rather than looks. */
export function BoardTable({ districts }: { districts: readonly PlacedDistrict[] }) {
  const [rows, setRows] = useState(rowsAtOnce);
  const sorted = [...districts].sort((a, b) => order.indexOf(a.place) - order.indexOf(b.place));
  return (
    <>
      <div className="frame">
        <table className="table table--stack">
          <thead>
            <tr>
              <th scope="col">District</th>
              <th scope="col">Status</th>
              <th scope="col" className="wide">
                Ended
              </th>
              <th scope="col" className="wide">
                Message
              </th>
            </tr>
          </thead>
          <tbody>
            {sorted.slice(0, rows).map((district) => (
              <tr key={district.districtId}>
                <th scope="row">
                  {district.resyncId === null ? (
                    district.name
                  ) : (
                    <Link href={`/runs/${district.resyncId}`}>{district.name}</Link>
                  )}{' '}
                  <span className="small soft">{district.number}</span>
                </th>
                <td>
                  <Status glyph={placeGlyphs[district.place]}>{placeText(district)}</Status>
                </td>
                <td className="wide">{district.endedAt === null ? '–' : <Time at={district.endedAt} />}</td>
                <td className="wide">{district.message}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows < sorted.length && (
        <Button onPress={() => setRows(rows + rowsAtOnce)}>Show more districts</Button>
      )}
    </>
  );
}
