import { ended, outcomeOf, type Accepted, type Resync } from '../answers';
import { countBoth } from '../editions';
import type { Scene } from '../actors';
import { firstYear } from '../environment';
import { must } from '../narrator';

interface Removals {
  readonly status: string;
  readonly objects: readonly {
    readonly object: string;
    readonly decision: string;
    readonly found: number;
    readonly sharePercent: number;
    readonly removed: number;
    readonly kept: number;
    readonly expiresAt: string | null;
    readonly samples: readonly { readonly key: readonly string[]; readonly guid: string | null }[];
  }[];
}

const removalsOf = ({ objects }: Removals): string =>
  objects
    .map(
      ({ object, decision, found, sharePercent, removed, kept }) =>
        `${object} ${decision}: ${found} found (${sharePercent} %), ${removed} removed, ${kept} kept`,
    )
    .join('; ');

/**
 * North deletes records past the application: few are removed at the state at once, many only after
 * an approval.
 */
export async function removals({ stage, teller, people }: Scene): Promise<void> {
  teller.chapter('North’s deleted records');
  const equal = (does: string, names: readonly string[]): Promise<void> =>
    teller.also(does, async () => {
      const told = [];
      for (const name of names) {
        const counts = await countBoth(stage, 'north', name, firstYear);
        must(counts.district === counts.state, `equal counts of ${name}, not ${JSON.stringify(counts)}`);
        told.push(`${name} ${counts.district} and ${counts.state}`);
      }
      return told.join(', ');
    });
  const send = async (does: string, objects: readonly string[], more: object): Promise<string> => {
    const { resyncId } = await teller.step<Accepted>({
      does,
      as: people.north,
      method: 'POST',
      path: '/districts/north/resyncs',
      body: { objects, checkDependencies: false, ...more },
      status: 202,
    });
    return resyncId;
  };
  const endsGreen = (does: string, resyncId: string): Promise<Resync> =>
    teller.until<Resync>({
      does,
      as: people.north,
      path: `/resyncs/${resyncId}`,
      done: ended,
      tells: (resync) => {
        must(resync.status === 'finished' && resync.color === 'green', 'it is green');
        return outcomeOf(resync);
      },
    });

  const plans = ['Plan', 'PlanProgressReport'];
  await teller.also('somebody deletes a plan and its progress reports by hand at North', async () => {
    const [row] = await stage.sql('north', 'SELECT MIN(planID) AS id FROM Plan');
    const id = Number(row?.['id']);
    await stage.sql(
      'north',
      'DELETE FROM PlanProgressReport WHERE planID = ?; DELETE FROM Plan WHERE planID = ?',
      [id, id],
    );
    return `plan ${id}`;
  });
  await endsGreen('a resync reports them', await send('north sends its plans', plans, {}));
  await teller.also('… and leaves them at the state', async () => {
    const counts = await countBoth(stage, 'north', 'Plan', firstYear);
    must(counts.state === counts.district + 1, `one more at the state, not ${JSON.stringify(counts)}`);
    return `${counts.district} at the district, ${counts.state} at the state`;
  });
  const few = await send('north asks to remove what is gone', plans, { removals: 'apply' });
  await endsGreen('it is less than 10 % of either object, and done at once', few);
  await teller.step<Removals>({
    does: 'reports went first, then the plan they belonged to',
    as: people.north,
    path: `/resyncs/${few}/removals`,
    status: 200,
    tells: (answer) => {
      const order = answer.objects.map(({ object }) => object);
      must(order.join() === 'PlanProgressReport,Plan', `children first, not ${order.join()}`);
      must(
        answer.objects.every(({ found, removed }) => found > 0 && found === removed),
        'all is removed',
      );
      return removalsOf(answer);
    },
  });
  await equal('the databases agree on plans and their reports', plans);

  const scores = ['Test', 'TestScore'];
  await teller.also(
    'two tests with all their scores, and scores of a third, are deleted at North',
    async () => {
      const tests = (await stage.sql('north', 'SELECT testID AS id FROM Test ORDER BY 1 LIMIT 3')).map(
        (row) => Number(row['id']),
      );
      await stage.sql(
        'north',
        'DELETE FROM TestScore WHERE testID IN (?, ?, ?); DELETE FROM Test WHERE testID IN (?, ?)',
        [...tests, tests[0]!, tests[1]!],
      );
      return `tests ${tests.join(', ')}`;
    },
  );
  const much = await send('north asks to remove what is gone', scores, { removals: 'apply' });
  const waits = ({ status }: { readonly status: string }): boolean => status === 'awaitingApproval';
  await teller.until<Removals>({
    does: 'it is more than 10 % of the scores: the run holds, and shows samples',
    as: people.north,
    path: `/resyncs/${much}/removals`,
    done: waits,
    tells: (answer) => {
      const held = answer.objects.find(({ object }) => object === 'TestScore');
      must(held?.decision === 'awaiting' && held.sharePercent > 10, 'the scores await an approval');
      must(held!.samples.length > 0 && held!.expiresAt !== null, 'samples and an end of the wait');
      return `${removalsOf(answer)}; until ${held!.expiresAt}; for example ${held!.samples[0]!.key.join('/')}`;
    },
  });
  await teller.step<{ items: { name: string; resyncId: string | null; dueAt: string | null }[] }>({
    does: 'an alert with a due date says so',
    as: people.state,
    path: '/alerts?limit=500',
    status: 200,
    tells: ({ items }) => {
      const alert = items.find(
        ({ name, resyncId }) => name === 'Removals Await Approval' && resyncId === much,
      );
      must(alert?.dueAt != null, 'the alert is there');
      return `due ${alert!.dueAt}`;
    },
  });
  await teller.also('nothing has been removed yet, not even what is below the threshold', async () => {
    const tests = await countBoth(stage, 'north', 'Test', firstYear);
    must(tests.state === tests.district + 2, `two tests more, not ${JSON.stringify(tests)}`);
    return `${tests.district} tests at the district, ${tests.state} at the state`;
  });
  await teller.step({
    does: 'north can’t approve what it asked for itself',
    as: people.north,
    method: 'POST',
    path: `/resyncs/${much}/removals/approve`,
    body: {},
    status: 403,
  });
  await teller.step<Removals>({
    does: 'the state looks at the samples and approves',
    as: people.state,
    method: 'POST',
    path: `/resyncs/${much}/removals/approve`,
    body: { objects: ['TestScore'] },
    status: 200,
  });
  await endsGreen('the run goes on to its end', much);
  await teller.step<Removals>({
    does: 'scores went first, then their tests; nothing had to be kept',
    as: people.north,
    path: `/resyncs/${much}/removals`,
    status: 200,
    tells: (answer) => {
      must(
        answer.objects.every(({ found, removed, kept }) => found === removed && kept === 0),
        'all is removed',
      );
      return removalsOf(answer);
    },
  });
  await equal('the databases agree on tests and scores', scores);
  await endsGreen(
    'once more: nothing is gone, all is equal',
    await send('north sends tests and plans', [...scores, ...plans], { removals: 'apply' }),
  );
}
