import type { Alert } from '../../api/answers';
import { useSignedIn } from '../../api/session';
import { Time } from '../../parts/zone';
import { TickAll, tickedOf } from '../../parts/tick-all';
import { About } from './alert-link';

interface MessagesProps {
  readonly items: readonly Alert[];
  readonly picked: ReadonlySet<number>;
  readonly onPick: (picked: ReadonlySet<number>) => void;
  /** Who opens what a message is about has read it. */
  readonly onOpen: (id: number) => void;
}

/** Process Alerts, with a box to tick each. */
export function Messages({ items, picked, onPick, onOpen }: MessagesProps) {
  const { districts } = useSignedIn();
  const nameOf = (id: string | null) => districts.find((district) => district.id === id)?.name ?? id ?? '–';
  const all = items.every(({ alertId }) => picked.has(alertId));
  const some = items.some(({ alertId }) => picked.has(alertId));
  const toggle = (id: number): void => {
    const after = new Set(picked);
    if (!after.delete(id)) after.add(id);
    onPick(after);
  };
  return (
    <div className="frame">
      <table className="table table--stack">
        <thead>
          <tr>
            <th scope="col" className="tree__tick">
              <TickAll
                label="All messages shown"
                state={tickedOf(all, some)}
                onToggle={() => onPick(new Set(all ? [] : items.map(({ alertId }) => alertId)))}
              />
            </th>
            <th scope="col" className="wide">
              Process
            </th>
            <th scope="col">Name</th>
            <th scope="col" className="wide">
              Posted Date
            </th>
            <th scope="col" className="wide">
              Due Date
            </th>
            <th scope="col" className="wide">
              District
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((alert) => (
            <tr key={alert.alertId} className={picked.has(alert.alertId) ? 'tree__row--picked' : undefined}>
              <td>
                <input
                  type="checkbox"
                  className="tick"
                  aria-label={`${alert.name}, message ${alert.alertId}`}
                  checked={picked.has(alert.alertId)}
                  onChange={() => toggle(alert.alertId)}
                />
              </td>
              <td className="wide">{alert.category}</td>
              <th scope="row">
                <About alert={alert} onOpen={() => onOpen(alert.alertId)}>
                  {alert.name}
                </About>
                {!alert.read && (
                  <>
                    {' '}
                    <span className="needed">unread</span>
                  </>
                )}
                <span className="narrow small soft">
                  <Time at={alert.postedAt} />
                </span>
                <div className="small soft">{alert.text}</div>
              </th>
              <td className="wide">
                <Time at={alert.postedAt} />
              </td>
              <td className="wide">
                <Due alert={alert} />
              </td>
              <td className="wide">{nameOf(alert.districtId)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Due({ alert: { dueAt, closedAt } }: { alert: Alert }) {
  if (closedAt !== null) return <>settled</>;
  if (dueAt === null) return <>–</>;
  const past = Date.parse(dueAt) < Date.now();
  return (
    <>
      <Time at={dueAt} />
      {past && <strong> past due</strong>}
    </>
  );
}
