import { createHash } from 'node:crypto';
import type { ObjectView } from './read';
import { endedStatuses } from '../../domain/resync';
import type { ShownStatus } from './views';

/** How often the control database is read while somebody listens. */
const pollMs = 500;

/** A resync as its listeners may see it. */
export interface FeedView {
  readonly status: ShownStatus;
  /** `null`: not theirs to see. */
  readonly objectResults: readonly ObjectView[] | null;
}

type FeedEvent = 'snapshot' | 'resync' | 'object' | 'end';

export interface Listener {
  /** Version of the last state the listener has. */
  readonly lastEventId: string | null;
  push(event: FeedEvent, data: unknown, id: string): void;
  end(): void;
}

/**
 * Changes of one resync, told to all its listeners. The event id is the version of the whole state,
 * so that a listener that comes back with the present version gets no snapshot again, and any other
 * gets one.
 */
export class ResyncFeed {
  private readonly listeners = new Set<Listener>();
  private readonly informed = new Set<Listener>();
  private last: { view: FeedView; version: string } | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly read: () => Promise<FeedView>,
    private readonly onEmpty: () => void,
  ) {}

  /** @returns the function that leaves */
  join(listener: Listener): () => void {
    this.listeners.add(listener);
    this.timer ??= setTimeout(() => void this.poll(), 0);
    return () => {
      this.listeners.delete(listener);
      this.informed.delete(listener);
      if (this.listeners.size > 0) return;
      if (this.timer) clearTimeout(this.timer);
      this.timer = null;
      this.onEmpty();
    };
  }

  private async poll(): Promise<void> {
    try {
      this.tell(await this.read());
    } catch {
      // The database is away for a moment: the next poll tells what changed meanwhile.
    }
    if (this.listeners.size > 0) this.timer = setTimeout(() => void this.poll(), pollMs);
  }

  private tell(view: FeedView): void {
    const version = createHash('sha256').update(JSON.stringify(view)).digest('hex').slice(0, 16);
    const before = this.last;
    this.last = { view, version };
    const ended = view.status === 'ended' || endedStatuses.includes(view.status);
    for (const listener of [...this.listeners]) {
      if (!this.informed.has(listener)) {
        this.informed.add(listener);
        if (listener.lastEventId !== version) listener.push('snapshot', view, version);
      } else if (before && before.version !== version) pushChanges(listener, before.view, view, version);
      if (!ended) continue;
      listener.push('end', view, version);
      listener.end();
    }
  }
}

function pushChanges(listener: Listener, before: FeedView, view: FeedView, version: string): void {
  const known = new Map(before.objectResults?.map((row) => [row.object, JSON.stringify(row)]));
  for (const row of view.objectResults ?? []) {
    if (known.get(row.object) !== JSON.stringify(row)) listener.push('object', row, version);
  }
  const { objectResults: _, ...head } = view;
  listener.push('resync', head, version);
}
