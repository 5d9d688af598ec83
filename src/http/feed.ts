import { createHash } from 'node:crypto';

/** What is told of a change. */
export interface Change {
  readonly event: string;
  readonly data?: unknown;
}

/** Where a feed's state comes from. */
export interface FeedSource<View> {
  readonly read: () => Promise<View>;
  /** How often it is read while somebody listens. */
  readonly pollMs: number;
  /** Nothing changes any more. */
  readonly ended: (view: View) => boolean;
  readonly first: (view: View) => Change;
  readonly changes: (before: View, view: View) => readonly Change[];
  readonly last: (view: View) => Change;
}

export interface Listener {
  /** Version of the last state the listener has: it isn't told again. */
  readonly lastVersion: string | null;
  readonly push: (change: Change, version: string) => void;
  readonly end: () => void;
}

/**
 * Changes of one thing, told to all its listeners; one reads for all of them. Whoever comes back
 * with the present version is told nothing again, anybody else all of it.
 */
export class Feed<View> {
  private readonly listeners = new Set<Listener>();
  private readonly informed = new Set<Listener>();
  private last: { view: View; version: string } | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly source: FeedSource<View>,
    private readonly onEmpty: () => void,
  ) {}

  /** @returns the function that leaves */
  join(listener: Listener): () => void {
    this.listeners.add(listener);
    this.timer ??= setTimeout(() => void this.poll(), 0);
    return () => this.leave(listener);
  }

  private leave(listener: Listener): void {
    this.informed.delete(listener);
    if (!this.listeners.delete(listener) || this.listeners.size > 0) return;
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.onEmpty();
  }

  private async poll(): Promise<void> {
    try {
      this.tell(await this.source.read());
    } catch {
      // The database is away for a moment: the next poll tells what changed meanwhile.
    }
    if (this.listeners.size > 0) this.timer = setTimeout(() => void this.poll(), this.source.pollMs);
  }

  private tell(view: View): void {
    const version = createHash('sha256').update(JSON.stringify(view)).digest('hex').slice(0, 16);
    const before = this.last;
    this.last = { view, version };
    const changes = before && before.version !== version ? this.source.changes(before.view, view) : [];
    for (const listener of [...this.listeners]) {
      if (!this.informed.has(listener)) {
        this.informed.add(listener);
        if (listener.lastVersion !== version) listener.push(this.source.first(view), version);
      } else for (const change of changes) listener.push(change, version);
      if (!this.source.ended(view)) continue;
      listener.push(this.source.last(view), version);
      listener.end();
      this.leave(listener);
    }
  }
}

/** Feeds by name, each there as long as somebody listens. */
export class Feeds {
  private readonly feeds = new Map<string, Feed<never>>();

  /** @param name of what is told and how much of it: who sees less has another one */
  of<View>(name: string, source: FeedSource<View>): Feed<View> {
    const known = this.feeds.get(name) as Feed<View> | undefined;
    if (known) return known;
    const feed = new Feed(source, () => this.feeds.delete(name));
    this.feeds.set(name, feed as unknown as Feed<never>);
    return feed;
  }
}
