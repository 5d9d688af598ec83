import { memo } from 'react';
import { Link } from 'wouter';
import type { LastRun } from '../../api/answers';
import { number, share } from '../../parts/format';
import { type Glyph, Status } from '../../parts/status';
import { Time } from '../../parts/zone';
import type { TreeRow } from '../../plan/tree';
import { ResultsTip } from './results-tip';
import type { Box } from './selection';

interface ObjectRowProps {
  readonly row: TreeRow;
  readonly boxState: Box['state'];
  /** Names, in one text: equal texts make no new row. */
  readonly neededBy: string;
  readonly open: boolean;
  readonly focused: boolean;
  readonly mayReadErrors: boolean;
  readonly onToggle: (object: string) => void;
  readonly onFold: (object: string) => void;
  readonly onFocus: (object: string) => void;
}

/** One object: its box, its last resync and what came of it. */
export const ObjectRow = memo(function ObjectRow(props: ObjectRowProps) {
  const { row, boxState, neededBy, open, focused, mayReadErrors, onToggle, onFold, onFocus } = props;
  const { item, level, children, place, siblings } = row;
  const { object, notOffered, last } = item;
  const picked = boxState === 'ticked' || boxState === 'needed';
  return (
    <tr
      role="row"
      className={picked ? 'tree__row tree__row--picked' : 'tree__row'}
      data-object={object}
      aria-level={level}
      aria-posinset={place}
      aria-setsize={siblings}
      aria-expanded={children.length > 0 ? open : undefined}
      tabIndex={focused ? 0 : -1}
      onFocus={() => onFocus(object)}
    >
      <td role="gridcell" className="tree__tick">
        <input
          type="checkbox"
          className={boxState === 'needed' ? 'tick tick--needed' : 'tick'}
          tabIndex={-1}
          checked={picked}
          ref={(input) => {
            if (input) input.indeterminate = boxState === 'mixed';
          }}
          disabled={notOffered !== null}
          aria-label={neededBy === '' ? object : `${object}, needed by ${neededBy}`}
          onChange={() => onToggle(object)}
        />
      </td>
      <th role="rowheader" scope="row" className="tree__object">
        <span className={`tree__name indent-${Math.min(level, 12)}`}>
          {children.length > 0 ? (
            <button
              type="button"
              className="tree__fold"
              tabIndex={-1}
              aria-label={`${open ? 'Close' : 'Open'} ${object}`}
              onClick={() => onFold(object)}
            >
              <span aria-hidden="true">{open ? '▾' : '▸'}</span>
            </button>
          ) : (
            <span className="tree__fold tree__fold--none" />
          )}
          <span className="tree__label">{object}</span>
          {neededBy !== '' && <span className="needed">needed by {neededBy}</span>}
        </span>
        <span className="narrow small soft">
          {last ? <NarrowResults last={last} /> : (notOffered ?? 'never sent')}
        </span>
      </th>
      <td role="gridcell" className="wide soft">
        {last ? <LastResync last={last} /> : 'never'}
      </td>
      {notOffered !== null && last === null ? (
        <td role="gridcell" className="wide soft" colSpan={2}>
          not sent: {notOffered}
        </td>
      ) : (
        <>
          <td role="gridcell" className="wide number">
            {last ? <ResultsTip object={object} last={last} /> : '–'}
          </td>
          <td role="gridcell" className="wide number">
            {last ? <Errors object={object} last={last} linked={mayReadErrors} /> : '–'}
          </td>
        </>
      )}
      <td role="gridcell">
        <ObjectStatus last={last} />
      </td>
    </tr>
  );
});

function LastResync({ last }: { last: LastRun }) {
  const running = last.status === 'running' || last.status === 'waiting';
  return (
    <Link href={`/runs/${last.resyncId}`} tabIndex={-1}>
      {running ? (
        <>
          running since <Time at={last.startedAt} clock />
        </>
      ) : (
        <Time at={last.startedAt} />
      )}
    </Link>
  );
}

function NarrowResults({ last: { counts } }: { last: LastRun }) {
  return (
    <>
      Processed: {number(counts.processed)} Errors: {number(counts.errors)}
    </>
  );
}

function Errors({ object, last, linked }: { object: string; last: LastRun; linked: boolean }) {
  const { counts, resyncId, sincePreviousRun } = last;
  const text = `Errors: ${number(counts.errors)}`;
  const fresh = sincePreviousRun?.newErrors ?? 0;
  return (
    <>
      {linked && counts.errors > 0 ? (
        <Link href={`/runs/${resyncId}/errors?object=${encodeURIComponent(object)}`} tabIndex={-1}>
          {text}
        </Link>
      ) : (
        text
      )}
      {fresh > 0 && <span className="small"> (+{number(fresh)} new)</span>}
    </>
  );
}

function ObjectStatus({ last }: { last: LastRun | null }) {
  if (last === null) return <Status glyph="none">Never sent</Status>;
  const { glyph, word } = statusOf(last);
  return (
    <Status glyph={glyph} turning={glyph === 'gray'}>
      {word}
    </Status>
  );
}

/** A run of an object in a word. */
export function statusOf({
  status,
  color,
  counts,
  expected,
}: Pick<LastRun, 'status' | 'color' | 'counts' | 'expected'>): {
  glyph: Glyph;
  word: string;
} {
  const { errors, processed } = counts;
  switch (status) {
    case 'waiting':
      return { glyph: 'waiting', word: 'Waiting' };
    case 'running': {
      // Never done before it is done.
      const percent = expected ? Math.min(99, Math.floor((processed * 100) / expected)) : null;
      return { glyph: 'gray', word: percent === null ? 'In progress' : `In progress, ${percent} %` };
    }
    case 'skipped':
      return { glyph: 'skipped', word: 'Skipped' };
    case 'cancelled':
      return { glyph: color, word: 'Cancelled' };
    case 'failed':
      return { glyph: color, word: 'Failed' };
    case 'finished':
      if (errors === 0) return { glyph: color, word: color === 'red' ? 'To be looked at' : 'No errors' };
      return { glyph: color, word: `${share(errors, processed)} errors` };
  }
}
