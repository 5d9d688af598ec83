import { type QueryKey, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { ObjectResult, Resync } from './answers';
import { type Connection, type Heard, liveHub } from './live-hub';

/** Whether what is shown follows the run: since when not, in milliseconds. */
export type Live = { readonly state: 'ended' } | Connection;

/** What was read so shortly before is of now. */
const freshMs = 1_000;

export const resyncKey = (resyncId: string) => ['resync', resyncId] as const;

/** Follows a run: what it has written is shown as it is told. */
export function useLiveResync(resyncId: string): Live {
  const queries = useQueryClient();
  return useTopic(`resync:${resyncId}`, (heard) => {
    if (heard.data === undefined) renew(queries, [resyncKey(resyncId)], heard);
    else apply(queries, resyncId, heard.event, heard.data);
  });
}

/** How often something is asked for: only while nothing is told of it. */
export const whileLost = (live: Live, everyMs = 10_000): number | false => live.state === 'lost' && everyMs;

/**
 * Asks for these again whenever something of the topic is another.
 * @param topic `null`: nothing is listened to
 */
export function useNotices(topic: string | null, ...keys: readonly QueryKey[]): Live {
  const queries = useQueryClient();
  return useTopic(topic, (heard) => renew(queries, keys, heard));
}

function useTopic(topic: string | null, hear: (heard: Heard) => void): Live {
  const [connection, setConnection] = useState<Connection>({ state: 'live' });
  const [ended, setEnded] = useState<string | null>(null);
  const [current] = useState({ hear });
  useEffect(() => {
    current.hear = hear;
  });
  useEffect(() => {
    if (topic === null) return;
    const leave = liveHub.listen(topic, (heard) => {
      current.hear(heard);
      if (heard.event === 'end') setEnded(topic);
    });
    const unwatch = liveHub.watch(setConnection);
    return () => {
      leave();
      unwatch();
    };
  }, [topic, current]);
  return ended !== null && ended === topic ? { state: 'ended' } : connection;
}

function renew(queries: QueryClient, keys: readonly QueryKey[], { event }: Heard): void {
  for (const queryKey of keys)
    void queries.invalidateQueries({
      queryKey,
      predicate: ({ state }) => event !== 'now' || Date.now() - state.dataUpdatedAt > freshMs,
    });
}

function apply(
  queries: QueryClient,
  resyncId: string,
  event: Heard['event'],
  data: Resync | ObjectResult,
): void {
  queries.setQueryData<Resync>(resyncKey(resyncId), (known) => {
    if (event === 'snapshot' || event === 'end') return data as Resync;
    if (known === undefined) return known;
    if (event === 'resync') return { ...known, ...(data as Resync), objectResults: known.objectResults };
    const row = data as ObjectResult;
    const rows = known.objectResults ?? [];
    const there = rows.some(({ object }) => object === row.object);
    return {
      ...known,
      objectResults: there ? rows.map((old) => (old.object === row.object ? row : old)) : [...rows, row],
    };
  });
}
