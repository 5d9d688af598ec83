import { createEventSource } from 'eventsource-client';
import { endedStatuses } from '../../domain/resync';
import type { Accepted, ObjectOutcome, Resync, ResyncRequest } from './answers';
import type { ApiClient } from './api-client';
import { CommandFailure, exitCodes } from './exit-codes';
import { RunView } from './run-progress';
import type { WatchView } from './watch-view';
import { whileFollowing } from './while-following';

/** An API that is away (restarting) is waited for this long before watching gives up. */
const patienceMs = 120_000;

/** Starts a resync. @throws CommandFailure */
export function sendResync(
  client: ApiClient,
  {
    district,
    request,
    idempotencyKey,
  }: { district: string; request: ResyncRequest; idempotencyKey?: string | undefined },
): Promise<Accepted> {
  return client.post<Accepted>(`/districts/${encodeURIComponent(district)}/resyncs`, request, {
    idempotencyKey,
  });
}

/**
 * Follows a resync to its end by the API's events; the connection may break, the events resume
 * where they were.
 * @param view gets every change, and is closed at the end
 * @returns the ended resync
 * @throws CommandFailure refused (unknown resync, token), or unreachable when the API stays away
 * for two minutes
 */
export async function watchResync(client: ApiClient, resyncId: string, view: WatchView): Promise<Resync> {
  const path = `/resyncs/${encodeURIComponent(resyncId)}`;
  return whileFollowing(resyncId, view, async () => {
    const run = new RunView(await client.get<Resync>(path));
    view.update(run);
    if (run.status === 'ended' || endedStatuses.includes(run.status)) return run.resync;
    return followEvents(client, path, run, view);
  });
}

/** Starts a resync and follows it to its end. @throws CommandFailure */
export async function runResyncAndWatch(
  client: ApiClient,
  start: { district: string; request: ResyncRequest; idempotencyKey?: string | undefined },
  view: WatchView,
): Promise<Resync> {
  const { resyncId } = await sendResync(client, start);
  return watchResync(client, resyncId, view);
}

function followEvents(client: ApiClient, path: string, run: RunView, view: WatchView): Promise<Resync> {
  return new Promise((resolve, reject) => {
    let silentSince = Date.now();
    const finish = (settle: () => void): void => {
      clearInterval(patience);
      source.close();
      settle();
    };
    const source = createEventSource({
      url: client.urlOf(`${path}/events`),
      headers: client.headers,
      onConnect: () => (silentSince = Infinity),
      onDisconnect: () => (silentSince = Math.min(silentSince, Date.now())),
      onScheduleReconnect: () => (silentSince = Math.min(silentSince, Date.now())),
      onMessage: ({ event, data }) => {
        const value = JSON.parse(data) as unknown;
        if (event === 'object') run.takeObject(value as ObjectOutcome);
        else if (event === 'resync') run.takeHead(value as Resync);
        else run.takeHead(value as Resync);
        if (event === 'snapshot' || event === 'end') {
          for (const row of (value as Resync).objectResults ?? []) run.takeObject(row);
        }
        view.update(run);
        if (event === 'end') finish(() => resolve(run.resync));
      },
    });
    const patience = setInterval(() => {
      if (Date.now() - silentSince < patienceMs) return;
      finish(() =>
        reject(
          new CommandFailure(
            `The API at ${client.address.url} stopped answering; the resync goes on without it.`,
            exitCodes.unreachable,
          ),
        ),
      );
    }, 1000);
  });
}
