import type { Request, Response } from 'express';
import { createSession, type Session } from 'better-sse';
import type { Principal } from '../domain/principal';
import type { ApiContext } from './context';
import { Problem } from './problem';
import { endTurn } from './take-turn';

/** Most event streams one token holds open. */
const maxStreamsPerToken = 5;
/** A comment so often, or proxies would take the connection for dead. */
const keepAliveMs = 15_000;

const ignore = (): void => {};

/** An open stream of events. */
export interface Stream {
  readonly push: (event: string, data: unknown, id: string) => void;
  readonly end: () => void;
}

interface Asked {
  readonly principal: Principal;
  readonly request: Request;
  readonly response: Response;
}

/** Event streams of one app, and how many each token holds. */
export class EventStreams {
  private readonly open = new Map<string, number>();

  constructor(private readonly context: Pick<ApiContext, 'streamMs' | 'streamCheckMs' | 'stopping'>) {}

  /**
   * Opens a stream. It ends after some minutes (clients come back by themselves, with
   * Last-Event-ID, and hear why they may not), when the server stops, and once who listens may no
   * longer.
   * @param begin is given the stream; returns what leaves
   * @throws Problem 429
   */
  async send(
    { principal, request, response }: Asked,
    stillMay: (now: Principal) => boolean,
    begin: (stream: Stream) => () => void,
  ): Promise<void> {
    // Listened to before anything is waited for, or the end of it could be missed.
    let leave = (): void => {};
    const gone = new Promise<'gone'>((resolve) => {
      if (response.closed || response.destroyed) resolve('gone');
      else response.once('close', () => resolve('gone'));
    });
    this.count(principal.tokenId, 1);
    void gone.then(() => {
      leave();
      this.count(principal.tokenId, -1);
    });
    endTurn(response);
    const session: Session | 'gone' = await Promise.race([
      createSession(request, response, { keepAlive: null }),
      gone,
    ]);
    if (session === 'gone' || response.closed) return;
    const end = (): void => void response.end();
    const leaveFeeds = begin({
      push: (event, data, id) => {
        if (session.isConnected) session.push(data, event, id);
      },
      end,
    });
    const asksNow = response.locals['asksNow'] as () => Promise<Principal | null>;
    const check = async (): Promise<void> => {
      const now = await asksNow();
      if (now === null || !stillMay(now)) end();
    };
    const { streamMs, streamCheckMs, stopping } = this.context;
    // Not the session's own: it would go on for a client that left before there was a session.
    const alive = setInterval(() => void response.write(':\n\n'), keepAliveMs);
    const over = setTimeout(end, streamMs).unref();
    // While the database is away nothing is told either.
    const checking = setInterval(() => void check().catch(ignore), streamCheckMs);
    stopping.addEventListener('abort', end);
    leave = () => {
      clearTimeout(over);
      clearInterval(alive);
      clearInterval(checking);
      stopping.removeEventListener('abort', end);
      leaveFeeds();
    };
  }

  private count(tokenId: string, by: 1 | -1): void {
    const now = (this.open.get(tokenId) ?? 0) + by;
    if (now > maxStreamsPerToken)
      throw new Problem(429, `A token listens to at most ${maxStreamsPerToken} streams at a time.`);
    if (now > 0) this.open.set(tokenId, now);
    else this.open.delete(tokenId);
  }
}
