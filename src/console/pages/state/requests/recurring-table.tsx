import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../../api/call';
import { useNotices, whileLost } from '../../../api/live';
import type { RecurringRequest } from '../../../api/answers';
import { Answer } from '../../../parts/answer';
import { counted } from '../../../parts/format';
import { FiringTable } from '../../schedules/firing-table';
import { timesText } from '../../schedules/words';
import { ChangeRecurringDialog } from './change-recurring-dialog';

const shownFirings = 2;
const path = '/recurring-requests';
const words = {
  title: 'Recurring request',
  one: 'recurring request',
  stays: 'The requests that it made stay.',
};

/** Requests that are made again and again; nothing where there is none. */
export function RecurringTable() {
  const queries = useQueryClient();
  const live = useNotices('requests', ['recurring']);
  const [open, setOpen] = useState<RecurringRequest | null>(null);
  const recurring = useQuery({
    queryKey: ['recurring'],
    queryFn: () => call(path),
    refetchInterval: whileLost(live),
  });
  const renew = async (): Promise<void> => {
    await queries.invalidateQueries({ queryKey: ['recurring'] });
    await queries.invalidateQueries({ queryKey: ['list', '/state-requests'] });
  };
  return (
    <Answer query={recurring} what="recurring requests">
      {({ items }) =>
        items.length > 0 && (
          <section className="section" aria-label="Recurring requests">
            <h2>Recurring requests</h2>
            <FiringTable
              {...{ items, path, words }}
              what={whatOf}
              next={({ nextRuns }) => nextRuns.slice(0, shownFirings).map((at) => ({ at }))}
              last={({ lastRuns: [last] }) =>
                last
                  ? { ...last, to: last.stateRequestId === null ? null : `/requests/${last.stateRequestId}` }
                  : null
              }
              onEdit={(item) => () => setOpen(item)}
              onChanged={renew}
            />
            {open !== null && <ChangeRecurringDialog recurring={open} onClose={() => setOpen(null)} />}
          </section>
        )
      }
    </Answer>
  );
}

function whatOf({ timing, request: { districts, objects, reason }, createdBy }: RecurringRequest): string {
  const which = [
    districts === 'all' ? 'All districts' : counted(districts.length, 'district'),
    objects === 'all' ? 'all objects' : counted(objects.length, 'object'),
    `${timesText(timing.times)} (${timing.timezone})`,
    `by ${createdBy}`,
  ];
  return `${which.join(', ')}. ${reason}`;
}
