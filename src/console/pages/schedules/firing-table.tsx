import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import type { ClockChange } from '../../api/answers';
import { call } from '../../api/call';
import { Button } from '../../parts/button';
import { Dialog } from '../../parts/dialog';
import { Failed } from '../../parts/states';
import { Status } from '../../parts/status';
import { Time } from '../../parts/zone';

/** What fires again and again, of a district or of the state. */
interface Firing {
  readonly scheduleId: string;
  readonly name: string;
  readonly paused: boolean | null;
  readonly pauseNote: string | null;
  readonly problem: string | null;
  readonly clockChanges: readonly ClockChange[];
}

interface NextFiring {
  readonly at: string;
  /** The end of the blackout window it falls into. */
  readonly heldUntil?: string | null;
}

interface LastFiring {
  readonly scheduledFor: string;
  readonly outcome: string;
  readonly message: string | null;
  /** Path of what it made. */
  readonly to: string | null;
}

interface FiringTableProps<Item extends Firing> {
  readonly items: readonly Item[];
  /** Of the API; an item's id follows. */
  readonly path: `/districts/${string}/schedules` | '/recurring-requests';
  /** What one is called, and what remains of one that is deleted. */
  readonly words: { readonly title: string; readonly one: string; readonly stays: string };
  readonly what: (item: Item) => ReactNode;
  readonly next: (item: Item) => readonly NextFiring[];
  readonly last: (item: Item) => LastFiring | null;
  /** What stands in place of the buttons; `undefined`: the reader may change it. */
  readonly instead?: (item: Item) => ReactNode | undefined;
  readonly onEdit?: (item: Item) => (() => void) | null;
  readonly onChanged: () => unknown;
}

type Act = 'pause' | 'resume' | 'trigger' | 'delete';

/** What fires again and again, with its next firings, what came of the last, and buttons. */
export function FiringTable<Item extends Firing>(props: FiringTableProps<Item>) {
  const { items, path, words, what, next, last, instead, onEdit, onChanged } = props;
  const [deleting, setDeleting] = useState<Item | null>(null);
  const act = useMutation({
    mutationFn: ({ scheduleId, how }: { scheduleId: string; how: Act }) => {
      const one = `${path}/${scheduleId}` as const;
      if (how === 'delete') return call(one, { method: 'DELETE' });
      return call(`${one}/${how}`, { method: 'POST', ...(how === 'trigger' ? {} : { body: {} }) });
    },
    onSettled: onChanged,
  });
  const buttons = (item: Item): ReactNode => {
    const said = instead?.(item);
    if (said !== undefined) return said;
    return (
      <Acts
        item={item}
        busy={act.isPending}
        onAct={(how) =>
          how === 'delete' ? setDeleting(item) : act.mutate({ scheduleId: item.scheduleId, how })
        }
        onEdit={onEdit?.(item) ?? null}
      />
    );
  };
  return (
    <>
      {act.error && <Failed error={act.error} onAgain={() => act.reset()} />}
      <div className="frame">
        <table className="table table--stack">
          <thead>
            <tr>
              <th scope="col">{words.title}</th>
              <th scope="col">Next firings</th>
              <th scope="col" className="wide">
                Last firing
              </th>
              <th scope="col">
                <span className="hidden">Change</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {items.map((item) => (
              <tr key={item.scheduleId}>
                <th scope="row">
                  {item.name}
                  <div className="small soft">{what(item)}</div>
                </th>
                <td>
                  <Ahead item={item} next={next(item)} />
                </td>
                <td className="wide">
                  <Last last={last(item)} />
                </td>
                <td>{buttons(item)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {deleting && (
        <Dialog
          title={`Delete the ${words.one} ${deleting.name}?`}
          onClose={() => setDeleting(null)}
          buttons={
            <>
              <Button onPress={() => setDeleting(null)}>Keep it</Button>
              <Button
                main
                onPress={() => {
                  act.mutate({ scheduleId: deleting.scheduleId, how: 'delete' });
                  setDeleting(null);
                }}
              >
                Delete
              </Button>
            </>
          }
        >
          <p>It fires no more. {words.stays}</p>
        </Dialog>
      )}
    </>
  );
}

interface AheadProps {
  readonly item: Firing;
  readonly next: readonly NextFiring[];
}

function Ahead({ item: { paused, pauseNote, problem, clockChanges }, next }: AheadProps) {
  if (problem !== null) return <span className="small">{problem}</span>;
  if (paused)
    return (
      <Status glyph="paused">
        Paused{pauseNote !== null && <span className="small soft"> {pauseNote}</span>}
      </Status>
    );
  const [change] = clockChanges;
  return (
    <ul className="plain">
      {next.map(({ at, heldUntil }) => (
        <li key={at}>
          <Time at={at} />
          {heldUntil != null && (
            <span className="small soft">
              {' '}
              waits until <Time at={heldUntil} />
            </span>
          )}
        </li>
      ))}
      {change && <ClockChangeLine change={change} />}
    </ul>
  );
}

/** What the clocks do to a firing. */
function ClockChangeLine({ change: { date, time, effect } }: { change: ClockChange }) {
  const [what, then] =
    effect === 'skipped' ? (['skip', 'no firing'] as const) : (['show twice', 'one firing'] as const);
  return (
    <li className="small soft">
      {date}: clocks {what} {time}, {then}
    </li>
  );
}

function Last({ last }: { last: LastFiring | null }) {
  if (!last) return <span className="soft">–</span>;
  const { scheduledFor, outcome, to, message } = last;
  return (
    <>
      {to === null ? (
        <Time at={scheduledFor} />
      ) : (
        <Link href={to}>
          <Time at={scheduledFor} />
        </Link>
      )}
      <div className="small soft">{message ?? outcome}</div>
    </>
  );
}

interface ActsProps {
  readonly item: Firing;
  readonly busy: boolean;
  readonly onAct: (how: Act) => void;
  readonly onEdit: (() => void) | null;
}

function Acts({ item: { name, paused }, busy, onAct, onEdit }: ActsProps) {
  const acts: readonly (readonly [Act, string])[] = [
    paused ? ['resume', 'Resume'] : ['pause', 'Pause'],
    ['trigger', 'Start now'],
    ['delete', 'Delete…'],
  ];
  return (
    <span className="acts">
      {onEdit && (
        <button type="button" className="button" aria-label={`Edit ${name}`} onClick={onEdit}>
          Edit…
        </button>
      )}
      {acts.map(([how, word]) => (
        <button
          key={how}
          type="button"
          className="button"
          aria-label={`${word.replace('…', '')} ${name}`}
          aria-disabled={busy}
          onClick={() => !busy && onAct(how)}
        >
          {word}
        </button>
      ))}
    </span>
  );
}
