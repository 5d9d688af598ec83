import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { Color } from '../../../domain/outcome';
import type { Cell, District, HistoryMatrix } from '../../api/answers';
import { call } from '../../api/call';
import { useNotices } from '../../api/live';
import { Answer } from '../../parts/answer';
import { counted, longYear, number } from '../../parts/format';
import { Shape, toneOf } from '../../parts/status';
import { useAddress } from '../../parts/use-address';
import { Time } from '../../parts/zone';
import { YearSelect } from '../../parts/year-select';
import { colorNames } from '../run/run-verdict';

const badness: Record<Color, number> = { red: 3, yellow: 2, gray: 1, green: 0 };

/** Every object beside the newest resyncs, the worst first. */
export function Matrix({ district }: { district: District }) {
  const address = useAddress();
  const year = address.get('year') || String(district.schoolYear);
  useNotices(`district:${district.id}`, ['matrix', district.id]);
  const matrix = useQuery({
    queryKey: ['matrix', district.id, year],
    queryFn: () => call(`/districts/${district.id}/history-matrix`, { query: { schoolYear: year } }),
  });
  return (
    <>
      <div className="filters">
        <YearSelect district={district} value={year} onChange={(value) => address.set('year', value)} />
      </div>
      <Answer query={matrix} what="the matrix">
        {(found) =>
          found.runs.length === 0 ? (
            <p>No object of {longYear(found.schoolYear)} has been sent yet.</p>
          ) : (
            <Table matrix={found} district={district} />
          )
        }
      </Answer>
    </>
  );
}

function Table({
  matrix: { runs, items, schoolYear },
  district,
}: {
  matrix: HistoryMatrix;
  district: District;
}) {
  const worstFirst = [...items].sort((a, b) => worth(b.cells) - worth(a.cells));
  return (
    <>
      <p className="soft">
        The newest {counted(runs.length, 'resync')} of whole objects from left to right, the newest first;
        objects by how they stand now, the worst first.
      </p>
      <div className="frame" tabIndex={0} role="region" aria-label="Objects by resyncs">
        <table className="table matrix">
          <thead>
            <tr>
              <th scope="col">Object</th>
              {runs.map(({ resyncId, requestedAt, color }) => (
                <th key={resyncId} scope="col" className="matrix__right">
                  <Link href={`/runs/${resyncId}`} className="matrix__run">
                    <Time at={requestedAt} />
                    <span className="hidden">: {colorNames[color]}</span>
                  </Link>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {worstFirst.map(({ object, cells }) => (
              <tr key={object}>
                <th scope="row">
                  <Link href={`/d/${district.id}/objects/${object}?year=${schoolYear}`}>{object}</Link>
                </th>
                {cells.map((cell, index) => (
                  <td key={runs[index]!.resyncId} className="matrix__right">
                    <CellMark cell={cell} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function CellMark({ cell }: { cell: Cell | null }) {
  if (cell === null) return <span className="hidden">not part of it</span>;
  const { status, color, processed, errors } = cell;
  const text = `${colorNames[color]}, ${status}: ${number(processed)} processed, ${counted(errors, 'error')}`;
  return (
    <span className={`status status--${toneOf(color)}`} title={text}>
      <Shape glyph={color} />
      {errors > 0 && (
        <span className="small" aria-hidden="true">
          {number(errors)}
        </span>
      )}
      <span className="hidden">{text}</span>
    </span>
  );
}

/** How bad the newest result is: its color first, then its errors. */
function worth(cells: readonly (Cell | null)[]): number {
  const newest = cells.find((cell) => cell !== null);
  return newest ? badness[newest.color] * 1e9 + newest.errors : -1;
}
