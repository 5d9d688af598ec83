import { endedStatuses } from '../../domain/resync';
import { endedRequestStatuses } from '../../domain/state-request';
import { endedVerification } from '../../domain/verification';
import type { Principal } from '../../domain/principal';
import type { ToolRight } from '../../domain/rights';
import type { ApiContext } from '../../http/context';
import type { Feeds, FeedSource, Listener } from '../../http/feed';
import type { SharedReads } from '../../control/shared-reads';
import { notFound } from '../../http/problem';
import { canSeeDetails, requireDistrict, requireToolRight, sees } from '../../http/require';
import { countUnread, newestAlertFor } from '../alerts/read';
import { mostUnread } from '../alerts/schemas';
import { unreadOnce } from '../alerts/unread-mark';
import { listDrifts } from '../certifications/drift-store';
import { requireCertification } from '../certifications/require';
import { readBusyAgents } from '../districts/read-agents';
import { conflictsPage } from '../identity-conflicts/show';
import { readAwaiting } from '../removals/list-awaiting';
import { readRemovals } from '../removals/read';
import { resyncSource } from '../resyncs/event-feed';
import { readResync, readResyncHead } from '../resyncs/read';
import { redactedView } from '../resyncs/views';
import { requireDetails, requireVisible } from '../resyncs/visibility';
import { requirePreview } from '../selective-sync/require-preview';
import { requireBoard } from '../state-requests/require';
import { requireVerificationView } from '../verifications/require';
import { readDistrictEvents } from './read-district';
import { readDistrictsEvents } from './districts-topics';
import { auditEventsReader, readActionEvents, readCertificationEvents, readPeopleEvents } from './read-lists';
import { readRecurringEvents, readScheduleEvents } from './schedule-topics';
import { readRequestEvents } from './read-requests';

/** Something that one can listen to. */
export interface Topic {
  /** @returns the function that leaves */
  readonly listen: (feeds: Feeds, listener: Listener) => () => void;
}

/** With what many topics read. */
export type TopicContext = ApiContext & { readonly shared: SharedReads };

type FindTopic = (context: TopicContext, principal: Principal, id: string) => Promise<Topic>;

/** What a topic's name begins with, and what it stands for. @throws Problem 403, 404, 410 */
const kinds: Readonly<Record<string, FindTopic>> = {
  alerts: (context, principal) => {
    requireToolRight(principal, 'processAlerts');
    return Promise.resolve(
      notices(`alerts of ${principal.principalId}`, 3_000, () =>
        unreadOnce(context, principal, 'alerts', async () => [
          await countUnread(context.control, principal, mostUnread),
          await newestAlertFor(context.control, principal),
        ]),
      ),
    );
  },
  agents: ({ control, shared }, principal) => {
    requireToolRight(principal, 'agents');
    return Promise.resolve(
      notices(`agents of ${reachOf(principal)}`, 2_000, async () =>
        (await shared.of('agents', 1_500, () => readBusyAgents(control))).filter(({ districtId }) =>
          sees(principal, districtId),
        ),
      ),
    );
  },
  audit: ({ control }, principal) => {
    requireToolRight(principal, 'administration');
    const read = auditEventsReader(control, principal);
    return Promise.resolve(notices(`audit of ${reachOf(principal)}`, 3_000, read));
  },
  people: ({ control }, principal) => {
    requireToolRight(principal, 'administration');
    return Promise.resolve(
      notices(`people of ${reachOf(principal)}`, 3_000, () => readPeopleEvents(control, principal)),
    );
  },
  certifications: ({ control }, principal) => {
    requireToolRight(principal, 'verificationSummary');
    return Promise.resolve(
      notices(`certifications of ${reachOf(principal)}`, 3_000, () =>
        readCertificationEvents(control, principal.districts),
      ),
    );
  },
  actions: ({ control }, principal) => {
    requireEither(principal, ['resyncBatch', 'verificationSummary', 'administration']);
    if (principal.level !== 'state') throw notFound();
    return Promise.resolve(
      notices(`actions of ${reachOf(principal)} ${principal.rights.join()}`, 1_500, () =>
        readActionEvents(control, principal),
      ),
    );
  },
  approvals: ({ control }, principal) => {
    requireEither(principal, ['resyncBatch', 'resyncView']);
    return Promise.resolve(
      notices(`approvals of ${reachOf(principal)}`, 2_000, () => readAwaiting(control, principal)),
    );
  },
  requests: (context, principal) => {
    requireToolRight(principal, 'stateRequest');
    if (principal.level !== 'state') throw notFound();
    return Promise.resolve(
      notices(`requests of ${reachOf(principal)}`, 2_000, async () => [
        await readRequestEvents(context.control),
        await readRecurringEvents(context, principal),
      ]),
    );
  },
  districts: (context, principal) => {
    // Unread alerts are each person's own.
    const feed = `districts of ${principal.principalId} ${reachOf(principal)} ${principal.rights.join()}`;
    return Promise.resolve(notices(feed, 5_000, () => readDistrictsEvents(context, principal)));
  },
  district: ({ config, control }, principal, id) => {
    requireEither(principal, ['resyncBatch', 'resyncView', 'verificationSummary', 'selectiveSync']);
    const district = requireDistrict(config, principal, id);
    return Promise.resolve(
      notices(`district ${district.id} ${principal.level}`, 1_000, () =>
        readDistrictEvents(control, { districtId: district.id, level: principal.level }),
      ),
    );
  },
  schedules: (context, principal, id) => {
    requireEither(principal, ['resyncBatch', 'resyncView']);
    const district = requireDistrict(context.config, principal, id);
    return Promise.resolve(
      notices(
        `schedules of ${district.id} ${principal.level}`,
        3_000,
        readScheduleEvents(context, principal, district),
      ),
    );
  },
  conflicts: (context, principal, id) => {
    requireToolRight(principal, 'errorLog');
    const district = requireDistrict(context.config, principal, id);
    const feed = `conflicts of ${district.id} ${principal.level} ${principal.schools?.join() ?? 'all'}`;
    return Promise.resolve(
      notices(feed, 5_000, () => conflictsPage(context, { district, query: {}, principal })),
    );
  },
  preview: async ({ control }, principal, id) => {
    requireToolRight(principal, 'selectiveSync');
    const read = () => requirePreview(control, principal, id);
    await read();
    return notices(`preview ${id} ${principal.level}`, 500, read, ({ status }) => status !== 'running');
  },
  removals: async ({ control }, principal, id) => {
    requireEither(principal, ['resyncBatch', 'resyncView']);
    const read = async () => {
      const { status } = await requireDetails(control, principal, id);
      return { status, objects: await readRemovals(control, id) };
    };
    await requireDetails(control, principal, id);
    return notices(`removals ${id} ${principal.level}`, 2_000, read, ({ status }) =>
      endedStatuses.includes(status),
    );
  },
  certification: async (context, principal, id) => {
    requireToolRight(principal, 'verificationSummary');
    await requireCertification(context, principal, id);
    return notices(`certification ${id}`, 2_000, async () => [
      await requireCertification(context, principal, id),
      await listDrifts(context.control, id),
    ]);
  },
  resync: async ({ control }, principal, id) => {
    requireEither(principal, ['resyncBatch', 'resyncView']);
    return resyncTopic({ control }, principal, id);
  },
  verification: async (context, principal, id) => {
    requireToolRight(principal, 'verificationSummary');
    await requireVerificationView(context, principal, id);
    const read = () => requireVerificationView(context, principal, id);
    const ended = ({ status }: Awaited<ReturnType<typeof read>>) => endedVerification.includes(status);
    return notices(`verification ${id} ${principal.level}`, 1_000, read, ended);
  },
  request: async (context, principal, id) => {
    requireToolRight(principal, 'stateRequest');
    if (principal.level !== 'state') throw notFound();
    await requireBoard(context, principal, id);
    const read = () => requireBoard(context, principal, id);
    const ended = ({ status, districts }: Awaited<ReturnType<typeof read>>) =>
      endedRequestStatuses.includes(status) &&
      districts.every((district) => district.status !== 'queued' && district.status !== 'running');
    return notices(`request ${id} ${principal.districts?.join() ?? 'all'}`, 2_000, read, ended);
  },
};

/** Kinds of which there is one for everybody. */
const single = [
  ...['alerts', 'agents', 'approvals', 'requests', 'districts'],
  ...['audit', 'people', 'certifications', 'actions'],
];
const several = Object.keys(kinds).filter((kind) => !single.includes(kind));

/** A topic's name: its kind, and of most kinds an id. */
export const topicName = new RegExp(`^(${single.join('|')}|(${several.join('|')}):[\\w.-]{1,64})$`);
/** What that comes to, for people. */
export const topicNames = `a topic is ${single.join(', ')}, or ${several.join(', ')}, a colon and its id`;

/** What a name stands for, for who asks. @throws Problem 403, 404, 410 */
export function findTopic(context: TopicContext, principal: Principal, name: string): Promise<Topic> {
  const [kind = '', id = ''] = name.split(':');
  return kinds[kind]!(context, principal, id);
}

/**
 * A resync, as the reader may see it. Each way to see one has a feed of its own, whose versions
 * tell nothing of what that way doesn't show.
 * @throws Problem 404, 410
 */
export async function resyncTopic(
  { control }: Pick<ApiContext, 'control'>,
  principal: Principal,
  id: string,
): Promise<Topic & { readonly districtId: string }> {
  const head = await requireVisible(control, principal, id);
  const inside = canSeeDetails(principal, head);
  const source = resyncSource(async () => {
    if (inside) return readResync(control, id, principal.level);
    return redactedView(principal, await readResyncHead(control, id));
  });
  const { districtId } = head;
  return { ...topicOf(`resync ${id} ${inside ? principal.level : 'outside'}`, source), districtId };
}

/** @param feed names what is told, and how much of it: who sees less has another one */
function topicOf<View>(feed: string, source: FeedSource<View>): Topic {
  return { listen: (feeds, listener) => feeds.of(feed, source).join(listener) };
}

/** Only that something is another by now: who listens asks for it by its own route. */
function notices<View>(
  feed: string,
  pollMs: number,
  read: () => Promise<View>,
  ended: (view: View) => boolean = () => false,
): Topic {
  return topicOf(feed, {
    ...{ read, pollMs, ended },
    first: () => ({ event: 'now' }),
    changes: () => [{ event: 'changed' }],
    last: () => ({ event: 'end' }),
  });
}

const reachOf = ({ level, districts }: Principal): string => `${level} ${districts?.join() ?? 'all'}`;

function requireEither(principal: Principal, [first, ...others]: readonly [ToolRight, ...ToolRight[]]): void {
  if (!others.some((right) => principal.rights.includes(right))) requireToolRight(principal, first);
}
