import { endedRequestStatuses } from '../../domain/state-request';
import { endedVerification } from '../../domain/verification';
import type { Principal } from '../../domain/principal';
import type { ToolRight } from '../../domain/rights';
import type { ApiContext } from '../../http/context';
import type { Feeds, FeedSource, Listener } from '../../http/feed';
import { notFound } from '../../http/problem';
import { canSeeDetails, requireDistrict, requireToolRight, sees } from '../../http/require';
import { countUnread } from '../alerts/read';
import { mostUnread } from '../alerts/schemas';
import { readBusyAgents } from '../districts/read-agents';
import { resyncSource } from '../resyncs/event-feed';
import { readResync, readResyncHead } from '../resyncs/read';
import { redactedView } from '../resyncs/views';
import { requireVisible } from '../resyncs/visibility';
import { requireBoard } from '../state-requests/require';
import { requireVerificationView } from '../verifications/require';
import { readDistrictEvents } from './read-district';

/** Something that one can listen to. */
export interface Topic {
  /** @returns the function that leaves */
  readonly listen: (feeds: Feeds, listener: Listener) => () => void;
}

type FindTopic = (context: ApiContext, principal: Principal, id: string) => Promise<Topic>;

/** What a topic's name begins with, and what it stands for. @throws Problem 403, 404, 410 */
const kinds: Readonly<Record<string, FindTopic>> = {
  alerts: (context, principal) => {
    requireToolRight(principal, 'processAlerts');
    return Promise.resolve(
      notices(`alerts of ${principal.principalId}`, 3_000, () =>
        countUnread(context.control, principal, mostUnread),
      ),
    );
  },
  agents: ({ control }, principal) => {
    requireToolRight(principal, 'agents');
    return Promise.resolve(
      notices(`agents of ${principal.districts?.join() ?? 'all'}`, 2_000, async () =>
        (await readBusyAgents(control)).filter(({ districtId }) => sees(principal, districtId)),
      ),
    );
  },
  district: ({ config, control }, principal, id) => {
    requireEither(principal, ['resyncBatch', 'resyncView', 'verificationSummary']);
    const district = requireDistrict(config, principal, id);
    return Promise.resolve(
      notices(`district ${district.id} ${principal.level}`, 1_000, () =>
        readDistrictEvents(control, { districtId: district.id, level: principal.level }),
      ),
    );
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

/** A topic's name: its kind, and of most kinds an id. */
export const topicName = new RegExp(`^(${Object.keys(kinds).join('|')})(:[\\w.-]{1,64})?$`);

/** What a name stands for, for who asks. @throws Problem 403, 404, 410 */
export function findTopic(context: ApiContext, principal: Principal, name: string): Promise<Topic> {
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

function requireEither(principal: Principal, [first, ...others]: readonly [ToolRight, ...ToolRight[]]): void {
  if (!others.some((right) => principal.rights.includes(right))) requireToolRight(principal, first);
}
