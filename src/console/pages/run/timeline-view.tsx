import { useState } from 'react';
import type { ObjectResult, Resync } from '../../api/answers';
import { brief } from '../../parts/format';
import { Status } from '../../parts/status';
import { Time } from '../../parts/zone';
import { statusOf } from '../batch/object-row';
import { isUnderWay } from './run-verdict';
import { useNow } from './use-now';

const width = 1_000;
const height = 14;
/** Narrower bars couldn't be seen. */
const leastWidth = 3;

type Order = 'plan' | 'slowest';

/** When each object of a run waited and when it was sent, as bars and in words. */
export function TimelineView({ run, stale }: { run: Resync; stale: boolean }) {
  const [order, setOrder] = useState<Order>('plan');
  const now = useNow(isUnderWay(run) && !stale);
  const rows = run.objectResults ?? [];
  if (run.startedAt === null || rows.length === 0) return <p>It is drawn when the plan is made.</p>;
  const start = Date.parse(run.startedAt);
  const end = run.endedAt === null ? now : Date.parse(run.endedAt);
  const span = { start, end: Math.max(end, start + 1_000) };
  const shown = order === 'plan' ? rows : [...rows].sort((a, b) => tookOf(b, span) - tookOf(a, span));
  return (
    <>
      <div className="bar">
        <label>
          Order{' '}
          <select className="field" value={order} onChange={({ target }) => setOrder(target.value as Order)}>
            <option value="plan">as planned</option>
            <option value="slowest">longest first</option>
          </select>
        </label>
        <span className="small soft">
          A thin line waits for its parents or its turn, a bar is sent. In all {brief(span.end - start)}.
        </span>
      </div>
      <div className={stale ? 'frame stale' : 'frame'}>
        <table className="table table--stack timeline">
          <thead>
            <tr>
              <th scope="col" className="timeline__object">
                Object
              </th>
              <th scope="col">
                <span className="week__hours">
                  <Time at={run.startedAt} clock />
                  <Time at={new Date(span.end).toISOString()} clock />
                </span>
              </th>
              <th scope="col" className="wide timeline__time number">
                Waited
              </th>
              <th scope="col" className="timeline__time number">
                Took
              </th>
              <th scope="col" className="wide timeline__status">
                Status
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <Row key={row.object} row={row} span={span} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

interface Span {
  /** Epoch milliseconds. */
  readonly start: number;
  readonly end: number;
}

function Row({ row, span }: { row: ObjectResult; span: Span }) {
  const { object, startedAt, color } = row;
  const { glyph, word } = statusOf(row);
  const x = (at: number): number =>
    (width * (Math.min(Math.max(at, span.start), span.end) - span.start)) / (span.end - span.start);
  const began = startedAt === null ? span.end : Date.parse(startedAt);
  const ended = began + tookOf(row, span);
  return (
    <tr>
      <th scope="row" className="timeline__object">
        {object}
      </th>
      <td>
        <svg
          className="timeline__bar"
          viewBox={`0 0 ${width} ${height}`}
          preserveAspectRatio="none"
          aria-hidden="true"
        >
          <rect x="0" width={x(began)} y={height / 2 - 0.5} height="1" className="timeline__waits" />
          {startedAt !== null && (
            <rect
              x={Math.min(x(began), width - leastWidth)}
              width={Math.max(leastWidth, x(ended) - x(began))}
              y="1"
              height={height - 2}
              className={`timeline__sent timeline__sent--${color}`}
            />
          )}
        </svg>
      </td>
      <td className="wide number">{brief(began - span.start)}</td>
      <td className="number">{startedAt === null ? '–' : brief(ended - began)}</td>
      <td className="wide">
        <Status glyph={glyph}>{word}</Status>
      </td>
    </tr>
  );
}

/** How long it was sent so far, in milliseconds. */
function tookOf({ startedAt, endedAt }: ObjectResult, { end }: Span): number {
  if (startedAt === null) return 0;
  return Math.max(0, (endedAt === null ? end : Date.parse(endedAt)) - Date.parse(startedAt));
}
