import { createEventSource } from 'eventsource-client';
import type { ObjectView } from '../../features/resyncs/read';
import { endedStatuses } from '../../domain/resync';
import type { Advice } from '../../domain/scenario-rules';
import type { ApiClient } from './api-client';
import { CommandFailure, exitCodes } from './exit-codes';
import type { ResyncAnswer } from './outcome-table';
import { RunView } from './run-progress';
import type { WatchView } from './watch-view';

/** An API that is away (restarting) is waited for this long before watching gives up. */
const patienceMs = 120_000;

/** What is asked of a resync, as the API takes it. */
export interface SendRequest {
  readonly objects: 'all' | readonly string[];
  readonly checkDependencies?: boolean;
  readonly schoolYear?: number;
  readonly scenario?: string;
  readonly mode?: 'compare' | 'everything';
  readonly removals?: 'report' | 'apply';
  readonly verify?: 'beforeAndAfter';
}

/** What the API answers to a start. */
export interface AcceptedAnswer {
  readonly resyncId: string;
  readonly status: string;
  readonly position: number | null;
  readonly replayed: boolean;
  /** For scenario OTHER: whether a resync is called for. */
  readonly advice: Advice | null;
}

/** Starts a resync. @throws CommandFailure */
export function sendResync(
  client: ApiClient,
  {
    district,
    request,
    idempotencyKey,
  }: { district: string; request: SendRequest; idempotencyKey?: string | undefined },
): Promise<AcceptedAnswer> {
  return client.post<AcceptedAnswer>(
    `/districts/${encodeURIComponent(district)}/resyncs`,
    request,
    idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey },
  );
}

/**
 * Follows a resync to its end by the API's events; the connection may break, the events resume where they were.
 * @param view is told of every change, and closed at the end
 * @returns the ended resync
 * @throws CommandFailure refused (unknown resync, token), or unreachable when the API stays away for two minutes
 */
export async function watchResync(
  client: ApiClient,
  resyncId: string,
  view: WatchView,
): Promise<ResyncAnswer> {
  const path = `/resyncs/${encodeURIComponent(resyncId)}`;
  try {
    const run = new RunView(await client.get<ResyncAnswer>(path));
    view.update(run);
    if (run.status === 'ended' || endedStatuses.includes(run.status)) return run.resync;
    return await followEvents(client, path, run, view);
  } finally {
    view.close();
  }
}

/** Starts a resync and follows it to its end. @throws CommandFailure */
export async function runResyncAndWatch(
  client: ApiClient,
  start: { district: string; request: SendRequest; idempotencyKey?: string | undefined },
  view: WatchView,
): Promise<ResyncAnswer> {
  const { resyncId } = await sendResync(client, start);
  return watchResync(client, resyncId, view);
}

function followEvents(client: ApiClient, path: string, run: RunView, view: WatchView): Promise<ResyncAnswer> {
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
        if (event === 'object') run.takeObject(value as ObjectView);
        else if (event === 'resync') run.takeHead(value as ResyncAnswer);
        else run.takeHead(value as ResyncAnswer);
        if (event === 'snapshot' || event === 'end') {
          for (const row of (value as ResyncAnswer).objectResults ?? []) run.takeObject(row);
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
