import { weekdays } from '../../../domain/blackout';
import { wallTime } from '../../../domain/local-day';
import { useZone } from '../../parts/zone';
import type { Calendar } from '../../api/answers';
import { weekdayNames } from './words';

interface Span {
  /** Epoch milliseconds, the end not included. */
  readonly start: number;
  readonly end: number;
}

interface WeekDayProps {
  readonly day: string;
  readonly isToday: boolean;
  readonly span: Span;
  readonly calendar: Calendar;
}

const width = 960;
const height = 26;

/** A day as a band of 24 hours, and in words. */
export function WeekDay({ day, isToday, span, calendar }: WeekDayProps) {
  const { name: zone } = useZone();
  const inDay = (at: number): boolean => at >= span.start && at < span.end;
  const windows = calendar.windows
    .map((window) => ({ ...window, start: Date.parse(window.startsAt), end: Date.parse(window.endsAt) }))
    .filter(({ start, end }) => start < span.end && end > span.start);
  const firings = calendar.firings.filter(({ at }) => inDay(Date.parse(at)));
  const clock = (at: number): string => (at >= span.end ? '24:00' : wallTime(at, zone).slice(11, 16));
  const x = (at: number): number =>
    (width * (Math.min(Math.max(at, span.start), span.end) - span.start)) / (span.end - span.start);
  const name = weekdayNames[weekdays[(new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7]!];
  const now = Date.now();
  return (
    <tr aria-current={isToday ? 'date' : undefined}>
      <th scope="row" className="week__day">
        {name}
        <div className="small soft">
          {day}
          {isToday && ', today'}
        </div>
      </th>
      <td className="wide">
        <svg className="week__band" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
          {[0.25, 0.5, 0.75].map((part) => (
            <line key={part} x1={width * part} x2={width * part} y1="0" y2={height} className="week__line" />
          ))}
          {windows.map(({ blackoutId, start, end }) => (
            <rect
              key={`${blackoutId} ${start}`}
              x={x(start)}
              width={Math.max(2, x(end) - x(start))}
              y="3"
              height={height - 6}
              className="week__window"
            />
          ))}
          {firings.map(({ scheduleId, at, kind }) => (
            <path
              key={`${scheduleId} ${at}`}
              d={`M${x(Date.parse(at))} 2l7 11-7 11-7-11z`}
              className={kind === 'resync' ? 'week__firing' : 'week__firing week__firing--verification'}
            />
          ))}
          {inDay(now) && <line x1={x(now)} x2={x(now)} y1="0" y2={height} className="week__now" />}
        </svg>
      </td>
      <td className="week__text">
        {windows.length + firings.length === 0 && <span className="soft">–</span>}
        <ul className="plain">
          {firings.map(({ scheduleId, at, name: schedule, kind, heldUntil }) => (
            <li key={`${scheduleId} ${at}`}>
              <strong>{clock(Date.parse(at))}</strong> {schedule} ({kind})
              {heldUntil !== null && `, waits until ${wallTime(heldUntil, zone).slice(0, 16)}`}
            </li>
          ))}
          {windows.map(({ blackoutId, start, end, setBy, note }) => (
            <li key={`${blackoutId} ${start}`} className="soft">
              {clock(Math.max(start, span.start))} to {clock(end)} blackout
              {setBy === 'state' && ' of the state'}
              {note !== null && `: ${note}`}
            </li>
          ))}
        </ul>
      </td>
    </tr>
  );
}
