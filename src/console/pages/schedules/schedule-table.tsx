import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { ClockChange, District, Schedule } from '../../api/answers';
import { call } from '../../api/call';
import { useRight, useSignedIn } from '../../api/session';
import { Button } from '../../parts/button';
import { Dialog } from '../../parts/dialog';
import { counted } from '../../parts/format';
import { Failed } from '../../parts/states';
import { Status } from '../../parts/status';
import { Time } from '../../parts/zone';
import { useRenewed } from './use-renewed';
import { timesText } from './words';

interface ScheduleTableProps {
  readonly items: readonly Schedule[];
  readonly district: District;
  readonly onEdit: (schedule: Schedule) => void;
}

const shownFirings = 3;
type Act = 'pause' | 'resume' | 'trigger' | 'delete';

/** Schedules with their next firings and what came of the last. */
export function ScheduleTable({ items, district, onEdit }: ScheduleTableProps) {
  const renew = useRenewed(district);
  const [deleting, setDeleting] = useState<Schedule | null>(null);
  const act = useMutation({
    mutationFn: ({ scheduleId, how }: { scheduleId: string; how: Act }) => {
      const path = `/districts/${district.id}/schedules/${scheduleId}`;
      if (how === 'delete') return call(path, { method: 'DELETE' });
      return call(`${path}/${how}`, { method: 'POST', ...(how === 'trigger' ? {} : { body: {} }) });
    },
    onSettled: renew,
  });
  return (
    <>
      {act.error && <Failed error={act.error} onAgain={() => act.reset()} />}
      <div className="frame">
        <table className="table table--stack">
          <thead>
            <tr>
              <th scope="col">Schedule</th>
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
            {items.map((schedule) => (
              <tr key={schedule.scheduleId}>
                <th scope="row">
                  {schedule.name}
                  <What schedule={schedule} />
                </th>
                <td>
                  <NextFirings schedule={schedule} />
                </td>
                <td className="wide">
                  <LastFiring schedule={schedule} />
                </td>
                <td>
                  <Acts
                    schedule={schedule}
                    busy={act.isPending}
                    onAct={(how) =>
                      how === 'delete'
                        ? setDeleting(schedule)
                        : act.mutate({ scheduleId: schedule.scheduleId, how })
                    }
                    onEdit={() => onEdit(schedule)}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {deleting && (
        <Dialog
          title={`Delete the schedule ${deleting.name}?`}
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
          <p>It fires no more. What it has started stays.</p>
        </Dialog>
      )}
    </>
  );
}

function What({ schedule: { timing, request, kind, initiator, note, createdBy } }: { schedule: Schedule }) {
  return (
    <div className="small soft">
      {kind === 'resync' ? 'Resync' : 'Verification'}
      {request !== null &&
        ` of ${request.objects === 'all' ? 'all objects' : counted(request.objects.length, 'object')}`}
      {timing !== null && `, ${timesText(timing.times)} (${timing.timezone})`}
      {initiator === 'state' ? ', of the state' : `, by ${createdBy}`}
      {note !== null && `. ${note}`}
    </div>
  );
}

function NextFirings({ schedule }: { schedule: Schedule }) {
  const { paused, pauseNote, problem, nextRuns, clockChanges } = schedule;
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
      {nextRuns.slice(0, shownFirings).map(({ at, heldUntil }) => (
        <li key={at}>
          <Time at={at} />
          {heldUntil !== null && (
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
export function ClockChangeLine({ change: { date, time, effect } }: { change: ClockChange }) {
  const [what, then] =
    effect === 'skipped' ? (['skip', 'no firing'] as const) : (['show twice', 'one firing'] as const);
  return (
    <li className="small soft">
      {date}: clocks {what} {time}, {then}
    </li>
  );
}

function LastFiring({ schedule: { lastRuns } }: { schedule: Schedule }) {
  const [last] = lastRuns;
  if (!last) return <span className="soft">–</span>;
  const { scheduledFor, outcome, resyncId, verificationId, message } = last;
  const to =
    resyncId !== null
      ? `/runs/${resyncId}`
      : verificationId !== null
        ? `/verifications/${verificationId}`
        : null;
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
  readonly schedule: Schedule;
  readonly busy: boolean;
  readonly onAct: (how: Act) => void;
  readonly onEdit: () => void;
}

function Acts({ schedule: { name, initiator, paused, timing }, busy, onAct, onEdit }: ActsProps) {
  const { session } = useSignedIn();
  const maySend = useRight('resyncBatch');
  if (initiator === 'state' && session.level !== 'state')
    return <span className="small soft">The state’s</span>;
  if (!maySend) return null;
  const acts: readonly (readonly [Act, string])[] = [
    paused ? ['resume', 'Resume'] : ['pause', 'Pause'],
    ['trigger', 'Start now'],
    ['delete', 'Delete…'],
  ];
  return (
    <span className="acts">
      {timing !== null && (
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
