import { useRight, useSignedIn } from '../../api/session';
import { Time } from '../../parts/zone';
import type { Blackout } from '../../api/answers';
import { weeklyText } from './words';

interface BlackoutTableProps {
  readonly items: readonly Blackout[];
  readonly onEdit: (blackout: Blackout) => void;
  readonly onRemove: (blackoutId: string) => void;
}

/** Windows in which nothing is sent. */
export function BlackoutTable({ items, onEdit, onRemove }: BlackoutTableProps) {
  const { session } = useSignedIn();
  const mayChange = useRight('administration');
  return (
    <div className="frame">
      <table className="table table--stack">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Why</th>
            <th scope="col" className="wide">
              Set by
            </th>
            <th scope="col">
              <span className="hidden">Change</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((blackout) => {
            const { blackoutId, rule, note, setBy, createdBy } = blackout;
            const own = mayChange && (setBy === 'district' || session.level === 'state');
            const what = rule.kind === 'weekly' ? weeklyText(rule) : 'the window';
            return (
              <tr key={blackoutId}>
                <th scope="row">
                  {rule.kind === 'weekly' ? (
                    <>
                      {what}
                      <div className="small soft">{rule.timezone}</div>
                    </>
                  ) : (
                    <>
                      <Time at={rule.startsAt} /> to <Time at={rule.endsAt} />
                    </>
                  )}
                </th>
                <td>{note ?? '–'}</td>
                <td className="wide">
                  {createdBy}
                  {setBy === 'state' && createdBy !== 'the state' && ', of the state'}
                </td>
                <td>
                  {own ? (
                    <span className="acts">
                      <button
                        type="button"
                        className="button"
                        aria-label={`Edit ${what}`}
                        onClick={() => onEdit(blackout)}
                      >
                        Edit…
                      </button>
                      <button
                        type="button"
                        className="button"
                        aria-label={`Delete ${what}`}
                        onClick={() => onRemove(blackoutId)}
                      >
                        Delete
                      </button>
                    </span>
                  ) : (
                    <span className="small soft">
                      {setBy === 'state' ? 'Only the state changes it' : 'needs administration'}
                    </span>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
