import { useEffect, useState } from 'react';
import { isOpen, type ResyncStatus } from '../../../domain/resync';
import type { Resync } from '../../api/answers';
import type { Live } from '../../api/live';
import { about, counted, duration, number, share } from '../../parts/format';
import { type Glyph, Status } from '../../parts/status';
import { Time } from '../../parts/zone';
import { runStatusNames } from '../../text';

/** Is its end still to come? */
export function isUnderWay({ status }: Pick<Resync, 'status'>): boolean {
  return status !== 'ended' && isOpen(status satisfies ResyncStatus);
}

const glyphs: Partial<Record<Resync['status'], Glyph>> = {
  accepted: 'waiting',
  queued: 'waiting',
  paused: 'paused',
  preempted: 'paused',
  awaitingApproval: 'waiting',
};
/** Colors in words. */
export const colorNames = { green: 'Green', yellow: 'Yellow', red: 'Red', gray: 'In progress' } as const;

/** The shape of a run's state. */
export function glyphOf({ status, color }: Pick<Resync, 'status' | 'color'>): Glyph {
  return glyphs[status] ?? color ?? 'none';
}

/** The state of a run in a list: of one that has finished its color, too. */
export function statusInWords({ status, color }: Pick<Resync, 'status' | 'color'>): string {
  const finished = status === 'finished' && color !== null;
  return finished ? `Finished, ${colorNames[color].toLowerCase()}` : runStatusNames[status];
}

/** Where a run stands, or what came of it, in a sentence. */
export function RunVerdict({ run, live }: { run: Resync; live: Live }) {
  const open = isUnderWay(run);
  return (
    <div className="verdict">
      <Status glyph={glyphOf(run)} turning={open && run.status === 'running'}>
        {open ? <UnderWay run={run} /> : <Ended run={run} />}
      </Status>
      <p className="small soft" role="status">
        {open && (live.state === 'live' ? 'live' : '')}
        {!open && run.endedAt !== null && (
          <>
            ended <Time at={run.endedAt} />
            {run.startedAt !== null &&
              ` after ${duration(Date.parse(run.endedAt) - Date.parse(run.startedAt))}`}
          </>
        )}
      </p>
      {run.heldUntil !== null && (
        <p>
          Held by a blackout window until <Time at={run.heldUntil} />
        </p>
      )}
      {run.otherCatalog !== null && <p>{run.otherCatalog.text}</p>}
      {run.message !== null && <p className="soft">{run.message}</p>}
    </div>
  );
}

function UnderWay({ run }: { run: Resync }) {
  const left = usePace(run);
  const { status, percent, totals } = run;
  return (
    <>
      {runStatusNames[status]} {status === 'running' || status === 'paused' ? `${percent ?? 0} %` : ''}
      {totals && ` · ${number(totals.processed)} records`}
      {status === 'running' && left && ` · ${left}`}
    </>
  );
}

function Ended({ run }: { run: Resync }) {
  const { status, color, colorWithoutExclusions, totals, objectResults } = run;
  if (totals === null || color === null) return <>{runStatusNames[status]}</>;
  const net =
    colorWithoutExclusions !== null && colorWithoutExclusions !== color
      ? `; without expected exclusions ${colorNames[colorWithoutExclusions].toLowerCase()}`
      : '';
  const nothing = totals.processed === 0 ? ' No record was found to send.' : '';
  const errors = `${number(totals.errors)} errors in ${number(totals.processed)} records (${share(totals.errors, totals.processed)})`;
  const alike = (objectResults ?? []).filter((object) => object.color === color).length;
  // A run has the color of its worst object, however few its errors are among all records.
  const hasWorst = status === 'finished' && color !== 'green' && alike > 0;
  const worst = !hasWorst ? '' : `${counted(alike, 'object')} ${color}, `;
  return (
    <>
      {status === 'finished' ? colorNames[color] : runStatusNames[status]}: {worst}
      {errors}
      {net}.{nothing}
    </>
  );
}

const shownAfterMs = 10_000;
const lookedBackMs = 30_000;

/** Records a second and the time left, of the last half minute; nothing before ten seconds. */
function usePace(run: Resync): string | null {
  const processed = run.totals?.processed ?? 0;
  const [seen, setSeen] = useState<readonly { readonly at: number; readonly processed: number }[]>([]);
  useEffect(() => {
    const at = Date.now();
    setSeen((before) => [...before.filter((look) => at - look.at < lookedBackMs), { at, processed }]);
  }, [processed]);
  const [first] = seen;
  const last = seen.at(-1);
  if (!first || !last || last.at - first.at < shownAfterMs) return null;
  const rate = ((last.processed - first.processed) * 1000) / (last.at - first.at);
  if (rate <= 0) return null;
  const rounded = Number(rate.toPrecision(2));
  const expected = expectedOf(run);
  const left = expected === null ? '' : ` · ${about(Math.max(0, expected - processed) / rate)} left`;
  return `${number(rounded)}/s${left}`;
}

/** Records that the run will come to; `null` when an object was never sent before. */
function expectedOf({ objectResults }: Resync): number | null {
  let sum = 0;
  for (const { status, expected, counts } of objectResults ?? []) {
    if (status === 'waiting' || status === 'running') {
      if (expected === null) return null;
      sum += Math.max(expected, counts.processed);
    } else sum += counts.processed;
  }
  return sum;
}
