import { ended, outcomeOf, type Accepted, type Resync } from '../answers';
import { countBoth } from '../editions';
import type { Scene } from '../actors';
import { firstYear } from '../environment';
import { must } from '../narrator';

const lastYear = firstYear - 1;

interface ObjectsTable {
  readonly items: readonly { readonly object: string; readonly notOffered: string | null }[];
}

/**
 * South corrects last year's data; East was never configured to (specification: Resync Data from
 * the Previous or Next School Year).
 */
export async function previousYear({ stage, teller, people }: Scene): Promise<void> {
  teller.chapter('South corrects the year before');
  await teller.step({
    does: 'east asks for last year, which it is not configured for',
    as: people.east,
    method: 'POST',
    path: '/districts/east/resyncs',
    body: { objects: 'all', schoolYear: lastYear },
    status: 422,
  });
  await teller.step<ObjectsTable>({
    does: 'south sees last year’s objects: a limited set',
    as: people.south,
    path: `/districts/south/objects?schoolYear=${lastYear}`,
    status: 200,
    tells: ({ items }) => {
      const offered = items.filter(({ notOffered }) => notOffered === null).map(({ object }) => object);
      must(
        offered[0] === 'Calendar' && !offered.includes('School'),
        `a tree from Calendar on, not ${offered.join(', ')}`,
      );
      return offered.join(', ');
    },
  });
  await teller.step({
    does: 'south asks for its schools of last year, and is told why not',
    as: people.south,
    method: 'POST',
    path: '/districts/south/resyncs',
    body: { objects: ['School'], schoolYear: lastYear },
    status: 422,
  });
  const { resyncId } = await teller.step<Accepted>({
    does: 'south sends last year’s data',
    as: people.south,
    method: 'POST',
    path: '/districts/south/resyncs',
    body: { objects: 'all', schoolYear: lastYear },
    status: 202,
    tells: (accepted) => `resync ${accepted.resyncId}`,
  });
  await teller.until<Resync>({
    does: 'it ends, with last year’s records alone',
    as: people.south,
    path: `/resyncs/${resyncId}`,
    done: ended,
    tells: (resync) => {
      must(resync.status === 'finished' && resync.color === 'green', 'last year is green');
      return outcomeOf(resync);
    },
  });
  await teller.also(
    'the databases agree on last year’s enrollments, and this year’s are as they were',
    async () => {
      const last = await countBoth(stage, 'south', 'Enrollment', lastYear);
      const current = await countBoth(stage, 'south', 'Enrollment', firstYear);
      must(last.district > 0 && last.district === last.state, `last year ${JSON.stringify(last)}`);
      must(current.district === current.state, `this year ${JSON.stringify(current)}`);
      return `${last.state} of ${lastYear}, ${current.state} of ${firstYear}`;
    },
  );
}
