import { createHash } from 'node:crypto';
import type { Principal } from '../../domain/principal';
import type { ApiContext } from '../../http/context';
import { sees } from '../../http/require';
import type { SharedReads } from '../../control/shared-reads';
import { countUnreadAlerts } from '../alerts/read';
import { unreadOnce } from '../alerts/unread-mark';
import { districtsQuery } from '../districts/list-schemas';
import { districtsView } from '../districts/list-views';

const standingMs = 3_000;

/**
 * What is another whenever the list of districts is. Where districts stand is read once for all
 * who look, of all districts, and cut to what each sees; unread alerts are each reader's own.
 */
export async function readDistrictsEvents(
  context: ApiContext & { readonly shared: SharedReads },
  principal: Principal,
): Promise<unknown> {
  const { config, control, shared } = context;
  const { level, rights } = principal;
  const all = await shared.of(`standing for ${level}`, standingMs, () =>
    districtsView(context, {
      query: districtsQuery.parse({ standing: 'true' }),
      principal: {
        ...principal,
        districts: config.districts.map(({ id }) => id),
        rights: ['resyncBatch', 'verificationSummary'],
      },
    }),
  );
  const resyncs = rights.includes('resyncBatch') || rights.includes('resyncView');
  const compared = rights.includes('verificationSummary');
  const part = `${reachOf(principal)} ${resyncs} ${compared}`;
  return [
    await shared.of(`standing of ${part}`, standingMs, () => {
      const seen = all.items
        .filter(({ id }) => sees(principal, id))
        .map(({ standing, ...head }) => ({
          ...head,
          standing: standing && {
            ...(resyncs && {
              resyncs: standing.resyncs,
              years: [standing.startOfYear, standing.endOfYear],
            }),
            ...(compared && { verification: standing.verification }),
          },
        }));
      return Promise.resolve(createHash('sha256').update(JSON.stringify(seen)).digest('hex'));
    }),
    rights.includes('processAlerts')
      ? await unreadOnce({ control, shared }, principal, 'by district', async () => [
          ...(await countUnreadAlerts(control, principal)),
        ])
      : null,
  ];
}

const reachOf = ({ level, districts }: Principal): string => `${level} ${districts?.join() ?? 'all'}`;
