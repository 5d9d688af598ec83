import { createHash } from 'node:crypto';
import { z } from 'zod';
import { NotFoundError } from '../../control/control-error';
import type { Principal } from '../../domain/principal';
import type { ApiContext } from '../../http/context';
import { EventStreams, type Stream } from '../../http/event-stream';
import { type Change, Feeds } from '../../http/feed';
import { notFound, Problem } from '../../http/problem';
import { sees } from '../../http/require';
import { route, type RouteSpec } from '../../http/route';
import { sent } from '../../http/sent';
import { SharedReads } from '../../control/shared-reads';
import { resyncParams } from '../resyncs/schemas';
import { findTopic, resyncTopic, type Topic, type TopicContext, topicName, topicNames } from './topics';

const mostTopics = 50;

/** As the route is asked for, of somebody whose rights may be others by now. */
function mayListen({ rights, ...principal }: Principal, districtId: string): boolean {
  return (
    sees({ rights, ...principal }, districtId) &&
    (rights.includes('resyncBatch') || rights.includes('resyncView'))
  );
}

/** What decides about topics. */
const standingOf = ({ level, districts, rights, schools }: Principal): string =>
  JSON.stringify([level, districts, rights, schools]);

const asList = (text: string): readonly string[] => [...new Set(text === '' ? [] : text.split(','))];
const topicsAsked = z
  .string()
  .max(4_000)
  .default('')
  .transform(asList)
  .refine((names) => names.length <= mostTopics, `at most ${mostTopics} topics`)
  .refine((names) => names.every((name) => topicName.test(name)), topicNames)
  .meta({ example: 'alerts,resync:20261128-1f0c9a3e7b' });

/** GET /events and GET /resyncs/{id}/events. One poll serves every listener of a topic. */
export function eventRoutes(context: ApiContext): RouteSpec[] {
  const streams = new EventStreams(context);
  const feeds = new Feeds();
  const shared = new SharedReads();

  return [
    route({
      operationId: 'streamEvents',
      method: 'get',
      path: '/events',
      right: null,
      tag: 'Outcomes',
      summary: 'Server-sent events of several topics in one stream',
      query: z.strictObject({ topics: topicsAsked }),
      responses: {
        200: {
          description:
            'Each event’s data has its `topic`, the server’s time `at` and, of a resync, `data`. `now`: the topic is told from here on; `changed`: ask for it again; of a resync `snapshot`, `resync` and `object` instead, as in its own stream; `end`: nothing more comes of the topic, with `whyNot` when it isn’t the caller’s. ' +
            'With Last-Event-ID, when nothing has changed since, nothing is repeated. The stream ends when nothing more comes of any topic, after five minutes, and within seconds when the caller’s rights become others: come back.',
          sends: 'text/event-stream',
        },
      },
      handler: async ({ query, principal, request, response }) => {
        const names = query.topics;
        const topics = await Promise.all(
          names.map(async (name) => ({
            name,
            topic: await findOrWhyNot({ ...context, shared }, principal, name),
          })),
        );
        const standing = standingOf(principal);
        await streams.send(
          { principal, request, response },
          (now) => standingOf(now) === standing,
          (stream) => {
            const told = new Told(names, request.get('Last-Event-ID') ?? null, stream);
            if (names.length === 0) stream.end();
            const leaves = topics.map(({ name, topic }) => {
              if ('whyNot' in topic) return told.tell(name, { event: 'end', data: topic.whyNot }, 'refused');
              return topic.listen(feeds, {
                lastVersion: null,
                push: (change, version) => told.tell(name, change, version),
                end: () => undefined,
              });
            });
            return () => leaves.forEach((leave) => leave?.());
          },
        );
        return sent;
      },
    }),
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
        const { listen, districtId } = await resyncTopic(context, principal, params.id);
        await streams.send(
          { principal, request, response },
          (now) => now.level === principal.level && mayListen(now, districtId),
          ({ push, end }) =>
            listen(feeds, {
              lastVersion: request.get('Last-Event-ID') ?? null,
              push: ({ event, data }, version) => push(event, data, version),
              end,
            }),
        );
        return sent;
      },
    }),
  ];
}

/** A topic that isn't the caller's doesn't keep the others from being told. */
async function findOrWhyNot(
  context: TopicContext,
  principal: Principal,
  name: string,
): Promise<Topic | { readonly whyNot: string }> {
  try {
    return await findTopic(context, principal, name);
  } catch (error) {
    if (error instanceof Problem && error.status < 500) return { whyNot: error.detail };
    if (error instanceof NotFoundError) return { whyNot: notFound().detail };
    throw error;
  }
}

/**
 * What one listener has been told of its topics. The id of each event is of all of them together,
 * so that one that comes back with it is told nothing it knows.
 */
class Told {
  private readonly versions = new Map<string, string>();
  private readonly ended = new Set<string>();
  /** First events, until there is one of each topic; `null`: they were told. */
  private waiting: (() => void)[] | null = [];

  constructor(
    private readonly names: readonly string[],
    private readonly lastId: string | null,
    private readonly stream: Stream,
  ) {}

  tell(topic: string, { event, data }: Change, version: string): undefined {
    this.versions.set(topic, version);
    if (event === 'end') this.ended.add(topic);
    const more = event === 'end' && typeof data === 'string' ? { whyNot: data } : { data };
    const push = (): void =>
      this.stream.push(event, { topic, at: new Date().toISOString(), ...more }, this.id());
    if (this.waiting === null) {
      push();
      return this.endWithTheLast();
    }
    this.waiting.push(push);
    if (this.versions.size < this.names.length) return;
    const first = this.waiting;
    this.waiting = null;
    if (this.id() !== this.lastId) for (const one of first) one();
    return this.endWithTheLast();
  }

  private endWithTheLast(): undefined {
    if (this.ended.size === this.names.length) this.stream.end();
  }

  private id(): string {
    const all = JSON.stringify(this.names.map((name) => [name, this.versions.get(name)]));
    return createHash('sha256').update(all).digest('base64url').slice(0, 22);
  }
}
