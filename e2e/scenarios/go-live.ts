import { ended, outcomeOf, type Accepted, type Resync } from '../answers';
import { countBoth } from '../editions';
import type { Scene } from '../actors';
import { districtIds, firstYear } from '../environment';
import { must } from '../narrator';

/**
 * Three districts go live: all they have is pushed to an empty state (specification: "after a
 * district goes live").
 */
export async function goLive({ stage, teller, people }: Scene): Promise<void> {
  teller.chapter('Go-live');
  for (const district of districtIds) {
    const { resyncId } = await teller.step<Accepted>({
      does: `${district} sends everything for its go-live`,
      as: people[district],
      method: 'POST',
      path: `/districts/${district}/resyncs`,
      body: { objects: 'all', scenario: 'GO_LIVE' },
      status: 202,
      tells: (accepted) => `resync ${accepted.resyncId}`,
    });
    await teller.until<Resync>({
      does: `${district}'s go-live ends green`,
      as: people[district],
      path: `/resyncs/${resyncId}`,
      done: ended,
      tells: (resync) => {
        must(resync.status === 'finished' && resync.color === 'green', `go-live of ${district} is green`);
        return outcomeOf(resync);
      },
    });
    await teller.also(`the databases agree on ${district}'s enrollments`, async () => {
      const counts = await countBoth(stage, district, 'Enrollment', firstYear);
      must(
        counts.district > 0 && counts.district === counts.state,
        `equal counts, not ${JSON.stringify(counts)}`,
      );
      return `${counts.district} at the district, ${counts.state} at the state`;
    });
  }
}
