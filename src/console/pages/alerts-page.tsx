import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import type { Alert } from '../api/answers';
import { call } from '../api/call';
import { useRight, useSignedIn } from '../api/session';
import { Button } from '../parts/button';
import { Dialog } from '../parts/dialog';
import { counted } from '../parts/format';
import { Failed, Loading, NotHere, useTitle } from '../parts/states';
import { Time } from '../parts/zone';

interface AlertsPage {
  readonly items: readonly Alert[];
  readonly nextCursor: string | null;
}

const refreshMs = 30_000;

/** `/alerts`: Process Alerts, read and deleted for oneself. */
export function AlertsPage() {
  useTitle('Process Alerts');
  if (!useRight('processAlerts')) {
    return (
      <NotHere title="Process Alerts">
        This page needs the tool right processAlerts. Who has administration grants it.
      </NotHere>
    );
  }
  return <Alerts />;
}

function Alerts() {
  const [search, setSearch] = useSearchParams();
  const { districts } = useSignedIn();
  const queries = useQueryClient();
  const unread = search.get('unread') === 'true';
  const district = search.get('district') ?? '';
  const [picked, setPicked] = useState<ReadonlySet<number>>(new Set());
  const [deleting, setDeleting] = useState(false);
  const alerts = useInfiniteQuery({
    queryKey: ['alerts', unread, district],
    queryFn: ({ pageParam }) => {
      const query = new URLSearchParams({ limit: '100' });
      if (unread) query.set('unread', 'true');
      if (district !== '') query.set('district', district);
      if (pageParam !== '') query.set('cursor', pageParam);
      return call<AlertsPage>(`/alerts?${query.toString()}`);
    },
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: refreshMs,
  });
  const read = useMutation({
    mutationFn: (ids: readonly number[]) =>
      Promise.all(ids.map((id) => call(`/alerts/${id}/read`, { method: 'POST' }))),
    onSettled: () => queries.invalidateQueries({ queryKey: ['alerts'] }),
  });
  const set = (name: string, value: string): void => {
    setPicked(new Set());
    setSearch(
      (before) => {
        const after = new URLSearchParams(before);
        if (value === '') after.delete(name);
        else after.set(name, value);
        return after;
      },
      { replace: true },
    );
  };
  const items = alerts.data?.pages.flatMap((page) => page.items) ?? [];
  const ids = items.map(({ alertId }) => alertId).filter((id) => picked.has(id));
  const whyNot = ids.length === 0 ? 'Tick at least one message.' : null;
  const toggle = (id: number): void => {
    const after = new Set(picked);
    if (!after.delete(id)) after.add(id);
    setPicked(after);
  };
  return (
    <main className="page" id="content">
      <h1>Process Alerts</h1>
      <div className="bar">
        <label className="choice">
          <input
            type="checkbox"
            className="tick"
            checked={unread}
            onChange={({ target }) => set('unread', target.checked ? 'true' : '')}
          />
          Unread only
        </label>
        {districts.length > 1 && (
          <label>
            District{' '}
            <select
              className="field"
              value={district}
              onChange={({ target }) => set('district', target.value)}
            >
              <option value="">all</option>
              {districts.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        )}
        <Button onPress={() => read.mutate(ids)} whyNot={whyNot}>
          Mark read
        </Button>
        <Button onPress={() => setDeleting(true)} whyNot={whyNot}>
          Delete Selected Messages
        </Button>
      </div>
      {(alerts.error ?? read.error) && (
        <Failed error={alerts.error ?? read.error} onAgain={() => void alerts.refetch()} />
      )}
      {!alerts.data && !alerts.error && <Loading what="the alerts" />}
      {alerts.data && items.length === 0 && (
        <p>
          {unread || district !== ''
            ? 'No message is like this.'
            : 'No message yet. Ends of resyncs are told here.'}
        </p>
      )}
      {items.length > 0 && (
        <Messages items={items} picked={picked} onToggle={toggle} onOpen={(id) => read.mutate([id])} />
      )}
      {alerts.hasNextPage && (
        <div>
          <Button
            onPress={() => void alerts.fetchNextPage()}
            whyNot={alerts.isFetching ? 'They are on their way.' : null}
          >
            Older messages
          </Button>
        </div>
      )}
      {deleting && (
        <DeleteDialog
          ids={ids}
          onClose={() => setDeleting(false)}
          onDeleted={() => {
            setDeleting(false);
            setPicked(new Set());
          }}
        />
      )}
    </main>
  );
}

interface MessagesProps {
  readonly items: readonly Alert[];
  readonly picked: ReadonlySet<number>;
  readonly onToggle: (id: number) => void;
  /** Who opens what a message is about has read it. */
  readonly onOpen: (id: number) => void;
}

function Messages({ items, picked, onToggle, onOpen }: MessagesProps) {
  const { districts } = useSignedIn();
  const nameOf = (id: string | null) => districts.find((district) => district.id === id)?.name ?? id ?? '–';
  return (
    <div className="frame">
      <table className="table table--stack">
        <thead>
          <tr>
            <th scope="col" className="tree__tick">
              <span className="hidden">Selected</span>
            </th>
            <th scope="col" className="wide">
              Process
            </th>
            <th scope="col">Name</th>
            <th scope="col" className="wide">
              Posted Date
            </th>
            <th scope="col" className="wide">
              Due Date
            </th>
            <th scope="col" className="wide">
              District
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((alert) => (
            <tr key={alert.alertId}>
              <td>
                <input
                  type="checkbox"
                  className="tick"
                  aria-label={`${alert.name}, message ${alert.alertId}`}
                  checked={picked.has(alert.alertId)}
                  onChange={() => onToggle(alert.alertId)}
                />
              </td>
              <td className="wide">{alert.category}</td>
              <th scope="row">
                {alert.resyncId === null ? (
                  alert.name
                ) : (
                  <Link href={`/runs/${alert.resyncId}`} onClick={() => onOpen(alert.alertId)}>
                    {alert.name}
                  </Link>
                )}
                {!alert.read && (
                  <>
                    {' '}
                    <span className="needed">unread</span>
                  </>
                )}
                <span className="narrow small soft">
                  <Time at={alert.postedAt} />
                </span>
                <div className="small soft">{alert.text}</div>
              </th>
              <td className="wide">
                <Time at={alert.postedAt} />
              </td>
              <td className="wide">
                <Due alert={alert} />
              </td>
              <td className="wide">{nameOf(alert.districtId)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Due({ alert: { dueAt, closedAt } }: { alert: Alert }) {
  if (closedAt !== null) return <>settled</>;
  if (dueAt === null) return <>–</>;
  const past = Date.parse(dueAt) < Date.now();
  return (
    <>
      <Time at={dueAt} />
      {past && <strong> past due</strong>}
    </>
  );
}

interface DeleteDialogProps {
  readonly ids: readonly number[];
  readonly onClose: () => void;
  readonly onDeleted: () => void;
}

function DeleteDialog({ ids, onClose, onDeleted }: DeleteDialogProps) {
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => call('/alerts/delete', { method: 'POST', body: { ids } }),
    onSuccess: onDeleted,
    onSettled: () => queries.invalidateQueries({ queryKey: ['alerts'] }),
  });
  return (
    <Dialog
      title={`Delete ${counted(ids.length, 'message')}?`}
      onClose={onClose}
      buttons={
        <>
          <Button onPress={onClose}>Keep</Button>
          <Button main onPress={() => remove.mutate()} whyNot={remove.isPending ? 'It is being done.' : null}>
            Delete
          </Button>
        </>
      }
    >
      <p>They are deleted for you. Others still see them.</p>
      {remove.error && <Failed error={remove.error} onAgain={() => remove.mutate()} />}
    </Dialog>
  );
}
