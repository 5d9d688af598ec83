import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { ObjectResult, Resync } from './answers';

type EventName = 'snapshot' | 'resync' | 'object' | 'end';
const eventNames: readonly EventName[] = ['snapshot', 'resync', 'object', 'end'];

/** Whether what is shown follows the run: since when not, in milliseconds. */
export type Live = { readonly state: 'live' | 'ended' } | { readonly state: 'lost'; readonly since: number };

/** What tabs tell each other: one of them holds the stream. */
type Told =
  | { readonly kind: 'event'; readonly name: EventName; readonly data: Resync | ObjectResult }
  | { readonly kind: 'live'; readonly live: Live };

const reopenMs = 3_000;

export const resyncKey = (resyncId: string) => ['resync', resyncId] as const;

/**
 * Follows a run. Browsers allow six connections to a server over HTTP/1.1, and a stream takes one
 * for as long as it is open: so of all tabs with this run one holds the stream and passes it on.
 */
export function useLiveResync(resyncId: string): Live {
  const queries = useQueryClient();
  const [live, setLive] = useState<Live>({ state: 'live' });
  useEffect(() => {
    const leaving = new AbortController();
    const channel = new BroadcastChannel(`resync:${resyncId}`);
    const hear = (told: Told): void => {
      if (told.kind === 'live') setLive(told.live);
      else apply(queries, resyncId, told.name, told.data);
    };
    channel.onmessage = ({ data }: MessageEvent<Told>) => hear(data);
    const tell = (told: Told): void => {
      hear(told);
      channel.postMessage(told);
    };
    navigator.locks
      .request(`resync:${resyncId}`, { signal: leaving.signal }, () =>
        holdStream(resyncId, tell, leaving.signal),
      )
      .catch(() => {
        // Left before it was this tab's turn.
      });
    return () => {
      leaving.abort();
      channel.close();
    };
  }, [queries, resyncId]);
  return live;
}

/** Reads the stream until the run has ended or the tab leaves, opening it again when it breaks. */
function holdStream(resyncId: string, tell: (told: Told) => void, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let source: EventSource;
    let again: ReturnType<typeof setTimeout> | undefined;
    let lostSince: number | null = null;
    const end = (): void => {
      clearTimeout(again);
      source.close();
      resolve();
    };
    const open = (): void => {
      source = new EventSource(`/api/v1/resyncs/${encodeURIComponent(resyncId)}/events`);
      source.onopen = () => {
        lostSince = null;
        tell({ kind: 'live', live: { state: 'live' } });
      };
      source.onerror = () => {
        lostSince ??= Date.now();
        tell({ kind: 'live', live: { state: 'lost', since: lostSince } });
        // Refused for good, as the browser sees it: it comes back to a dropped connection only.
        if (source.readyState === EventSource.CLOSED) again = setTimeout(open, reopenMs);
      };
      for (const name of eventNames) {
        source.addEventListener(name, ({ data }: MessageEvent<string>) => {
          tell({ kind: 'event', name, data: JSON.parse(data) as Resync | ObjectResult });
          if (name !== 'end') return;
          tell({ kind: 'live', live: { state: 'ended' } });
          end();
        });
      }
    };
    open();
    signal.addEventListener('abort', end);
  });
}

function apply(queries: QueryClient, resyncId: string, name: EventName, data: Resync | ObjectResult): void {
  queries.setQueryData<Resync>(resyncKey(resyncId), (known) => {
    if (name === 'snapshot' || name === 'end') return data as Resync;
    if (known === undefined) return known;
    if (name === 'resync') return { ...known, ...(data as Resync), objectResults: known.objectResults };
    const row = data as ObjectResult;
    const rows = known.objectResults ?? [];
    const there = rows.some(({ object }) => object === row.object);
    return {
      ...known,
      objectResults: there ? rows.map((old) => (old.object === row.object ? row : old)) : [...rows, row],
    };
  });
}
