import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Resync } from '../../api/answers';
import { call } from '../../api/call';
import { Answer } from '../../parts/answer';
import { ListFiles } from '../../parts/list-files';
import { Person } from '../../parts/person';
import { Time } from '../../parts/zone';
import { LogWords } from './log-words';

/** What happened to a run, and who did it. */
export function LogView({ run }: { run: Resync }) {
  // It is another whenever the run or one of its objects stands otherwise.
  const objects = (run.objectResults ?? []).map(({ status }) => status).join();
  const path = `/resyncs/${run.resyncId}/log` as const;
  const log = useQuery({
    queryKey: ['log', run.resyncId, run.status, run.heldUntil, objects],
    queryFn: () => call(path),
    placeholderData: keepPreviousData,
  });
  return (
    <Answer query={log} what="the log">
      {({ items }) => (
        <>
          <div className="frame">
            <table className="table table--stack">
              <thead>
                <tr>
                  <th scope="col">When</th>
                  <th scope="col">What</th>
                  <th scope="col">By</th>
                </tr>
              </thead>
              <tbody>
                {items.map((entry, place) => (
                  <tr key={place}>
                    <td>
                      <Time at={entry.at} />
                    </td>
                    <td>
                      <LogWords entry={entry} again={begunBefore(items.slice(0, place))} />
                      {entry.message !== null && <div className="small soft">{entry.message}</div>}
                    </td>
                    <td>{entry.by === null ? 'the service' : <Person by={entry.by} />}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <ListFiles path={path} query={{}} total={items.length} />
        </>
      )}
    </Answer>
  );
}

/** What runs once more goes on. */
const begunBefore = (entries: readonly { readonly kind: string }[]): boolean =>
  entries.some(({ kind }) => kind === 'running');
