import type { District, Schedule } from '../../api/answers';
import { useRight, useSignedIn } from '../../api/session';
import { counted } from '../../parts/format';
import { FiringTable } from './firing-table';
import { useRenewed } from './use-renewed';
import { timesText } from './words';

interface ScheduleTableProps {
  readonly items: readonly Schedule[];
  readonly district: District;
  readonly onEdit: (schedule: Schedule) => void;
}

const shownFirings = 3;
const words = { title: 'Schedule', one: 'schedule', stays: 'What it has started stays.' };

/** A district's schedules with their next firings and what came of the last. */
export function ScheduleTable({ items, district, onEdit }: ScheduleTableProps) {
  const renew = useRenewed(district);
  const { session } = useSignedIn();
  const maySend = useRight('resyncBatch');
  return (
    <FiringTable
      {...{ items, words }}
      path={`/districts/${district.id}/schedules`}
      what={whatOf}
      next={({ nextRuns }) => nextRuns.slice(0, shownFirings)}
      last={lastOf}
      instead={({ initiator }) => {
        if (initiator === 'state' && session.level !== 'state')
          return <span className="small soft">The state’s</span>;
        return maySend ? undefined : null;
      }}
      onEdit={(schedule) => (schedule.timing === null ? null : () => onEdit(schedule))}
      onChanged={renew}
    />
  );
}

function whatOf({ timing, request, kind, initiator, note, createdBy }: Schedule): string {
  const objects =
    request !== null &&
    ` of ${request.objects === 'all' ? 'all objects' : counted(request.objects.length, 'object')}`;
  const parts = [
    kind === 'resync' ? 'Resync' : 'Verification',
    objects,
    timing !== null && `, ${timesText(timing.times)} (${timing.timezone})`,
    initiator === 'state' ? ', of the state' : `, by ${createdBy}`,
    note !== null && `. ${note}`,
  ];
  return parts.filter((part) => part !== false).join('');
}

function lastOf({ lastRuns: [last] }: Schedule) {
  if (!last) return null;
  const { resyncId, verificationId } = last;
  const to =
    resyncId !== null
      ? `/runs/${resyncId}`
      : verificationId !== null
        ? `/verifications/${verificationId}`
        : null;
  return { ...last, to };
}
