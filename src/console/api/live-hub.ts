import type { ObjectResult, Resync } from './answers';

/** What is told of a topic; a resync's events bring what is new. */
export interface Heard {
  readonly topic: string;
  readonly event: 'now' | 'changed' | 'snapshot' | 'resync' | 'object' | 'end';
  readonly data?: Resync | ObjectResult;
}
const eventNames = ['now', 'changed', 'snapshot', 'resync', 'object', 'end'] as const;

/** Whether what is shown follows the server: since when not, in milliseconds. */
export type Connection = { readonly state: 'live' } | { readonly state: 'lost'; readonly since: number };

/** What tabs tell each other. */
type Said =
  | { readonly kind: 'who' }
  | { readonly kind: 'wants'; readonly tab: string; readonly topics: readonly string[] }
  | { readonly kind: 'heard'; readonly heard: Heard }
  | { readonly kind: 'connection'; readonly connection: Connection };

type Listener = (heard: Heard) => void;

const name = 'resync-events';
const reopenMs = 3_000;
/** What a page wants as it opens comes within it, and is asked for at once. */
const settleMs = 100;
const repeatMs = 20_000;
/** Timers of tabs in the background come once a minute. */
const goneMs = 150_000;

/**
 * All that pages of this browser listen to, in one stream. Browsers allow six connections to a
 * server over HTTP/1.1, and a stream takes one for as long as it is open: so of all tabs one holds
 * it, for what any of them wants, and passes on what it hears.
 */
class LiveHub {
  private readonly tab = crypto.randomUUID();
  private readonly channel = new BroadcastChannel(name);
  private readonly wanted = new Map<string, Set<Listener>>();
  private readonly watchers = new Set<(connection: Connection) => void>();
  private connection: Connection = { state: 'live' };
  private stream: SharedStream | null = null;
  private started = false;

  /** @returns what stops listening */
  listen(topic: string, listener: Listener): () => void {
    this.start();
    const listeners = this.wanted.get(topic) ?? new Set();
    this.wanted.set(topic, listeners.add(listener));
    this.sayWants();
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0) return;
      this.wanted.delete(topic);
      this.sayWants();
    };
  }

  /** @returns what stops watching */
  watch(watcher: (connection: Connection) => void): () => void {
    this.watchers.add(watcher);
    watcher(this.connection);
    return () => this.watchers.delete(watcher);
  }

  private start(): void {
    if (this.started) return;
    this.started = true;
    this.channel.onmessage = ({ data }: MessageEvent<Said>) => this.take(data);
    setInterval(() => this.sayWants(), repeatMs);
    addEventListener('pagehide', () => this.say({ kind: 'wants', tab: this.tab, topics: [] }));
    addEventListener('pageshow', () => this.sayWants());
    // Held until the tab is closed; then the next one's turn comes.
    void navigator.locks.request(name, () => {
      this.stream = new SharedStream((said) => this.say(said));
      this.say({ kind: 'who' });
      return new Promise<never>(() => undefined);
    });
  }

  /** To the other tabs, and to this one. */
  private say(said: Said): void {
    this.channel.postMessage(said);
    this.take(said);
  }

  private sayWants(): void {
    this.say({ kind: 'wants', tab: this.tab, topics: [...this.wanted.keys()] });
  }

  private take(said: Said): void {
    switch (said.kind) {
      case 'who':
        return this.sayWants();
      case 'wants':
        return this.stream?.want(said.tab, said.topics);
      case 'heard':
        for (const listener of this.wanted.get(said.heard.topic) ?? []) listener(said.heard);
        return;
      case 'connection':
        this.connection = said.connection;
        for (const watcher of this.watchers) watcher(said.connection);
    }
  }
}

/** The stream, in the tab that holds it. */
class SharedStream {
  private readonly tabs = new Map<string, { readonly topics: readonly string[]; readonly at: number }>();
  private readonly ended = new Set<string>();
  private asked = '';
  private source: EventSource | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private lostSince: number | null = null;

  constructor(private readonly say: (said: Said) => void) {}

  want(tab: string, topics: readonly string[]): void {
    const before = this.tabs.get(tab)?.topics ?? [];
    this.tabs.set(tab, { topics, at: Date.now() });
    const open = new Set(this.source === null ? [] : this.asked.split(','));
    for (const topic of topics) {
      if (before.includes(topic)) continue;
      this.ended.delete(topic);
      // Another tab listens already: what this one has read may be older than what it was told.
      if (open.has(topic)) this.say({ kind: 'heard', heard: { topic, event: 'now' } });
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.follow(), settleMs);
  }

  /** Opens the stream for what is wanted now. */
  private follow(): void {
    for (const [tab, { at }] of this.tabs) if (at < Date.now() - goneMs) this.tabs.delete(tab);
    const wanted = new Set([...this.tabs.values()].flatMap(({ topics }) => topics));
    const topics = [...wanted].filter((topic) => !this.ended.has(topic)).sort();
    const asked = topics.join();
    if (asked === this.asked && this.source !== null) return;
    this.source?.close();
    this.source = null;
    this.asked = asked;
    if (topics.length > 0) this.open(asked);
  }

  private open(topics: string): void {
    const source = new EventSource(`/api/v1/events?topics=${encodeURIComponent(topics)}`);
    this.source = source;
    source.onopen = () => {
      this.lostSince = null;
      this.say({ kind: 'connection', connection: { state: 'live' } });
    };
    source.onerror = () => {
      this.lostSince ??= Date.now();
      this.say({ kind: 'connection', connection: { state: 'lost', since: this.lostSince } });
      // Refused for good, as the browser sees it: it comes back to a dropped connection only.
      if (source.readyState !== EventSource.CLOSED || this.source !== source) return;
      this.source = null;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.follow(), reopenMs);
    };
    for (const event of eventNames)
      source.addEventListener(event, ({ data }: MessageEvent<string>) => {
        const { topic, data: news } = JSON.parse(data) as Heard;
        if (event === 'end') this.ended.add(topic);
        this.say({ kind: 'heard', heard: { topic, event, ...(news && { data: news }) } });
      });
  }
}

/** The one of this page. */
export const liveHub = new LiveHub();
