import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { ObjectResult, Resync } from '../../api/answers';
import { call } from '../../api/call';
import { resyncKey } from '../../api/live';
import { useRight } from '../../api/session';
import { Button } from '../../parts/button';
import { duration, number } from '../../parts/format';
import { Status } from '../../parts/status';
import { statusOf } from '../batch/object-row';
import { isUnderWay } from './run-verdict';
import { useNow } from './use-now';

type Show = 'all' | 'running' | 'notGreen';
const shows: Record<Show, { readonly label: string; readonly takes: (row: ObjectResult) => boolean }> = {
  all: { label: 'all', takes: () => true },
  running: { label: 'running', takes: ({ status }) => status === 'running' },
  notGreen: { label: 'not green', takes: ({ color }) => color !== 'green' },
};

/** The objects of a run, in the order of its plan. */
export function ObjectsView({ run, stale }: { run: Resync; stale: boolean }) {
  const [show, setShow] = useState<Show>('all');
  const rows = run.objectResults ?? [];
  const shown = rows.filter(shows[show].takes);
  const now = useNow(isUnderWay(run) && !stale);
  return (
    <>
      <div className="bar">
        <label>
          Show{' '}
          <select className="field" value={show} onChange={({ target }) => setShow(target.value as Show)}>
            {Object.entries(shows).map(([name, { label }]) => (
              <option key={name} value={name}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <span className="small soft">Counts are of records that are committed at the state.</span>
      </div>
      {rows.length === 0 && <p>The objects are shown when the plan is made.</p>}
      {rows.length > 0 && shown.length === 0 && <p>No object of this resync is {shows[show].label}.</p>}
      {shown.length > 0 && (
        <div className={stale ? 'frame stale' : 'frame'}>
          <table className="table table--stack table--names">
            <thead>
              <tr>
                <th scope="col">Object</th>
                <th scope="col">Progress</th>
                <th scope="col" className="wide number">
                  Inserted
                </th>
                <th scope="col" className="wide number">
                  Updated
                </th>
                <th scope="col" className="wide number">
                  Unchanged
                </th>
                <th scope="col" className="number">
                  Errors
                </th>
                <th scope="col" className="wide number">
                  Time
                </th>
                <th scope="col" className="wide">
                  Status
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((row) => (
                <Row key={row.object} row={row} run={run} now={now} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

function Row({ row, run, now }: { row: ObjectResult; run: Resync; now: number }) {
  const { object, status, counts, expected, ranges, rangesDone, message, startedAt, endedAt } = row;
  // How far it is stands under Progress.
  const { glyph, word } = statusOf({ ...row, expected: null });
  const mayStop = useRight('resyncBatch');
  const stoppable = mayStop && isUnderWay(run) && (status === 'waiting' || status === 'running');
  const parts = status === 'running' && ranges > 1 ? `, ${rangesDone} of ${ranges} parts` : '';
  const mayReadErrors = useRight('errorLog');
  const end = endedAt === null ? now : Date.parse(endedAt);
  return (
    <tr>
      <th scope="row">
        {object}
        <span className="narrow small soft">
          <Status glyph={glyph}>{word}</Status>
          {stoppable && <StopObject resyncId={run.resyncId} object={object} />}
        </span>
      </th>
      <td>
        <span className="meter">
          {status === 'running' && expected !== null && (
            <progress
              aria-label={`Progress of ${object}`}
              max={Math.max(expected, counts.processed, 1)}
              value={counts.processed}
            />
          )}
          {progressInWords(row)}
          {parts}
        </span>
        {message !== null && <div className="small soft">{message}</div>}
      </td>
      <td className="wide number">{number(counts.inserted)}</td>
      <td className="wide number">{number(counts.updated)}</td>
      <td className="wide number">{number(counts.unchanged)}</td>
      <td className="number">
        {counts.errors > 0 && mayReadErrors ? (
          <Link href={`/runs/${run.resyncId}/errors?object=${encodeURIComponent(object)}`}>
            {number(counts.errors)}
          </Link>
        ) : (
          number(counts.errors)
        )}
      </td>
      <td className="wide number">{startedAt === null ? '–' : duration(end - Date.parse(startedAt))}</td>
      <td className="wide">
        <span className="bar">
          <Status glyph={glyph} turning={glyph === 'gray'}>
            {word}
          </Status>
          {stoppable && <StopObject resyncId={run.resyncId} object={object} />}
        </span>
      </td>
    </tr>
  );
}

function progressInWords({ status, counts, expected }: ObjectResult): string {
  const done = number(counts.processed);
  if (status === 'waiting') return expected === null ? 'waits' : `waits, about ${number(expected)}`;
  if (status === 'running' && expected !== null) return `${done} of about ${number(expected)}`;
  return done;
}

function StopObject({ resyncId, object }: { resyncId: string; object: string }) {
  const queries = useQueryClient();
  const stop = useMutation({
    mutationFn: () =>
      call(`/resyncs/${resyncId}/objects/${encodeURIComponent(object)}/cancel`, { method: 'POST' }),
    onSettled: () => queries.invalidateQueries({ queryKey: resyncKey(resyncId) }),
  });
  return (
    <>
      <Button onPress={() => stop.mutate()} whyNot={stop.isPending ? 'It is being told.' : null}>
        Stop<span className="hidden"> {object}; what needs it is skipped</span>
      </Button>
      {stop.error && <span role="alert">{stop.error.message}</span>}
    </>
  );
}
