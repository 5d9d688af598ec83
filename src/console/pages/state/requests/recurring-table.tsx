import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { call } from '../../../api/call';
import type { RecurringRequest } from '../../../api/answers';
import { Answer } from '../../../parts/answer';
import { Button } from '../../../parts/button';
import { Dialog } from '../../../parts/dialog';
import { counted } from '../../../parts/format';
import { Failed } from '../../../parts/states';
import { Status } from '../../../parts/status';
import { Time } from '../../../parts/zone';
import { ClockChangeLine } from '../../schedules/schedule-table';
import { timesText } from '../../schedules/words';

const refreshMs = 15_000;
const shownFirings = 2;
type Act = 'pause' | 'resume' | 'trigger' | 'delete';

/** Requests that are made again and again; nothing where there is none. */
export function RecurringTable() {
  const queries = useQueryClient();
  const [deleting, setDeleting] = useState<RecurringRequest | null>(null);
  const recurring = useQuery({
    queryKey: ['recurring'],
    queryFn: () => call<{ readonly items: readonly RecurringRequest[] }>('/recurring-requests'),
    refetchInterval: refreshMs,
  });
  const act = useMutation({
    mutationFn: ({ scheduleId, how }: { scheduleId: string; how: Act }) => {
      const path = `/recurring-requests/${scheduleId}`;
      if (how === 'delete') return call(path, { method: 'DELETE' });
      return call(`${path}/${how}`, { method: 'POST', ...(how === 'trigger' ? {} : { body: {} }) });
    },
    onSettled: async () => {
      await queries.invalidateQueries({ queryKey: ['recurring'] });
      await queries.invalidateQueries({ queryKey: ['list', '/state-requests'] });
    },
  });
  return (
    <Answer query={recurring} what="recurring requests">
      {({ items }) =>
        items.length > 0 && (
          <section className="section" aria-label="Recurring requests">
            <h2>Recurring requests</h2>
            {act.error && <Failed error={act.error} onAgain={() => act.reset()} />}
            <div className="frame">
              <table className="table table--stack">
                <thead>
                  <tr>
                    <th scope="col">Recurring request</th>
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
                        <What item={item} />
                      </th>
                      <td>
                        <Ahead item={item} />
                      </td>
                      <td className="wide">
                        <Last item={item} />
                      </td>
                      <td>
                        <Acts
                          item={item}
                          busy={act.isPending}
                          onAct={(how) =>
                            how === 'delete'
                              ? setDeleting(item)
                              : act.mutate({ scheduleId: item.scheduleId, how })
                          }
                        />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
            {deleting && (
              <Dialog
                title={`Delete the recurring request ${deleting.name}?`}
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
                <p>It fires no more. The requests that it made stay.</p>
              </Dialog>
            )}
          </section>
        )
      }
    </Answer>
  );
}

function What({ item: { timing, request, createdBy } }: { item: RecurringRequest }) {
  const { districts, objects } = request;
  return (
    <div className="small soft">
      {districts === 'all' ? 'All districts' : counted(districts.length, 'district')},{' '}
      {objects === 'all' ? 'all objects' : counted(objects.length, 'object')}, {timesText(timing.times)} (
      {timing.timezone}), by {createdBy}. {request.reason}
    </div>
  );
}

function Ahead({ item: { paused, pauseNote, problem, nextRuns, clockChanges } }: { item: RecurringRequest }) {
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
      {nextRuns.slice(0, shownFirings).map((at) => (
        <li key={at}>
          <Time at={at} />
        </li>
      ))}
      {change && <ClockChangeLine change={change} />}
    </ul>
  );
}

function Last({ item: { lastRuns } }: { item: RecurringRequest }) {
  const [last] = lastRuns;
  if (!last) return <span className="soft">–</span>;
  const { scheduledFor, outcome, stateRequestId, message } = last;
  return (
    <>
      {stateRequestId === null ? (
        <Time at={scheduledFor} />
      ) : (
        <Link href={`/requests/${stateRequestId}`}>
          <Time at={scheduledFor} />
        </Link>
      )}
      <div className="small soft">{message ?? outcome}</div>
    </>
  );
}

interface ActsProps {
  readonly item: RecurringRequest;
  readonly busy: boolean;
  readonly onAct: (how: Act) => void;
}

function Acts({ item: { name, paused }, busy, onAct }: ActsProps) {
  const acts: readonly (readonly [Act, string])[] = [
    paused ? ['resume', 'Resume'] : ['pause', 'Pause'],
    ['trigger', 'Start now'],
    ['delete', 'Delete…'],
  ];
  return (
    <span className="acts">
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
