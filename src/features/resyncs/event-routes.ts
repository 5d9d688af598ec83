import { createSession, type Session } from 'better-sse';
import { readResync, readResyncHead } from './read';
import type { Principal } from '../../domain/principal';
import type { ApiContext } from '../../http/context';
import { requireVisible } from './visibility';
import { canSeeDetails, sees } from '../../http/require';
import type { AsksNow } from '../access/authenticate';
import { Problem } from '../../http/problem';
import { type FeedView, ResyncFeed } from './event-feed';
import { route, type RouteSpec } from '../../http/route';
import { sent } from '../../http/sent';
import { endTurn } from '../../http/take-turn';
import { resyncParams } from './schemas';
import { redactedView } from './views';

/** Most event streams one token holds open. */
const maxStreamsPerToken = 5;

/** As the route is asked for, of somebody whose rights may be others by now. */
function mayListen(principal: Principal, districtId: string): boolean {
  const { rights } = principal;
  return sees(principal, districtId) && (rights.includes('resyncBatch') || rights.includes('resyncView'));
}

const ignore = (): void => {};

/** A comment so often, or proxies would take the connection for dead. */
const keepAliveMs = 15_000;

/** GET /resyncs/{id}/events. One poll of the control database serves every listener of a resync. */
export function eventRoutes({ control, streamMs, streamCheckMs, stopping }: ApiContext): RouteSpec[] {
  const feeds = new Map<string, ResyncFeed>();
  const streams = new Map<string, number>();

  // Each way to see a resync has a feed of its own, whose event ids tell nothing of what that way
  // doesn't show.
  const feedOf = (resyncId: string, principal: Principal, inside: boolean): ResyncFeed => {
    const key = `${inside ? principal.level : 'outside'}:${resyncId}`;
    const known = feeds.get(key);
    if (known) return known;
    const read = async (): Promise<FeedView> => {
      if (inside) return readResync(control, resyncId, principal.level);
      return redactedView(principal, await readResyncHead(control, resyncId));
    };
    const feed = new ResyncFeed(read, () => feeds.delete(key));
    feeds.set(key, feed);
    return feed;
  };

  return [
    route({
      operationId: 'streamResyncEvents',
      method: 'get',
      path: '/resyncs/{id}/events',
      right: 'resyncBatch',
      tag: 'Outcomes',
      summary: 'Server-sent events: snapshot, then resync and object changes, then end',
      params: resyncParams,
      responses: {
        200: {
          description:
            'Events `snapshot` (the resync), `resync` (the resync without objects), `object` (one object), `end` (the resync). ' +
            'With Last-Event-ID of the present state no snapshot is repeated. A stream ends after five minutes: come back. It ends within seconds when the token, the right or the district is withdrawn. Of a state’s request a district gets no objects.',
          sends: 'text/event-stream',
        },
      },
      handler: async ({ params, principal, request, response }) => {
        const head = await requireVisible(control, principal, params.id);
        const open = streams.get(principal.tokenId) ?? 0;
        if (open >= maxStreamsPerToken) {
          throw new Problem(429, `A token listens to at most ${maxStreamsPerToken} streams at a time.`);
        }
        // Listened to before anything is waited for, or the end of it could be missed.
        let leave = (): void => {};
        const gone = new Promise<'gone'>((resolve) => {
          if (response.closed || response.destroyed) resolve('gone');
          else response.once('close', () => resolve('gone'));
        });
        streams.set(principal.tokenId, open + 1);
        void gone.then(() => {
          leave();
          const left = (streams.get(principal.tokenId) ?? 1) - 1;
          if (left > 0) streams.set(principal.tokenId, left);
          else streams.delete(principal.tokenId);
        });
        endTurn(response);
        const session: Session | 'gone' = await Promise.race([
          createSession(request, response, { keepAlive: null }),
          gone,
        ]);
        if (session === 'gone' || response.closed) return sent;
        const leaveFeed = feedOf(params.id, principal, canSeeDetails(principal, head)).join({
          lastEventId: request.get('Last-Event-ID') ?? null,
          push: (event, data, id) => {
            if (session.isConnected) session.push(data, event, id);
          },
          end: () => response.end(),
        });
        const asksNow = response.locals['asksNow'] as AsksNow;
        const stillMay = async (): Promise<boolean> => {
          const now = await asksNow();
          return now?.level === principal.level && mayListen(now, head.districtId);
        };
        // Clients come back by themselves, with Last-Event-ID, and hear why they may not.
        const end = (): void => void response.end();
        // Not the session's own: it would go on for a client that left before there was a session.
        const alive = setInterval(() => void response.write(':\n\n'), keepAliveMs);
        const over = setTimeout(end, streamMs).unref();
        // While the database is away nothing is told either.
        const checking = setInterval(
          () => void stillMay().then((may) => may || end(), ignore),
          streamCheckMs,
        );
        stopping.addEventListener('abort', end);
        leave = () => {
          clearTimeout(over);
          clearInterval(alive);
          clearInterval(checking);
          stopping.removeEventListener('abort', end);
          leaveFeed();
        };
        return sent;
      },
    }),
  ];
}
