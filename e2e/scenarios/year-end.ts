import { countBoth } from '../editions';
import type { Scene } from '../actors';
import { rollForward } from '../roll-forward';
import { sendAndFollow } from '../send-and-follow';
import { firstYear } from '../environment';
import { must } from '../narrator';

const nextYear = firstYear + 1;

interface ScopedYear {
  readonly scopedYear: number;
  readonly endOfYear: { readonly holds: boolean; readonly why: string | null };
  readonly startOfYear: { readonly status: string; readonly dueAt: string | null };
}

interface Compliance {
  readonly counts: {
    readonly districts: number;
    readonly switched: number;
    readonly endOfYear: Readonly<Record<string, number>>;
    readonly startOfYear: Readonly<Record<string, number>>;
  };
}

/**
 * The turn of the year: the two mandatory resyncs, and a switch that waits for the first
 * (specification: Resync Scenarios).
 */
export async function yearEnd(scene: Scene): Promise<void> {
  const { stage, teller, people } = scene;
  teller.chapter('The end of the year');
  await teller.also('somebody at north corrects three names by SQL, past the application', async () => {
    await stage.sql(
      'north',
      "UPDATE PersonIdentity SET lastName = CONCAT(lastName, '-Díaz') ORDER BY personID LIMIT 3",
    );
    return '';
  });
  const mended = await sendAndFollow(scene, 'north', {
    does: 'north resyncs what was changed in the database',
    body: { objects: ['PersonIdentity'], scenario: 'DATABASE_MODIFICATION' },
  });
  must(mended.totals?.updated === 3, 'three records are written');
  await teller.step<ScopedYear>({
    does: 'north looks whether it may end the year',
    as: people.north,
    path: '/districts/north/scoped-year',
    status: 200,
    tells: ({ endOfYear }) => {
      must(!endOfYear.holds, 'not yet');
      return endOfYear.why ?? '';
    },
  });
  await teller.step({
    does: 'north tries to switch to the next year all the same',
    as: people.north,
    method: 'PUT',
    path: '/districts/north/scoped-year',
    body: { schoolYear: nextYear },
    status: 409,
  });
  await teller.step({
    does: 'north tries to make do with a partial end-of-year resync',
    as: people.north,
    method: 'POST',
    path: '/districts/north/resyncs',
    body: { objects: ['Enrollment'], scenario: 'END_OF_YEAR' },
    status: 422,
  });
  await sendAndFollow(scene, 'north', {
    does: 'north makes its full end-of-year resync',
    body: { objects: 'all', scenario: 'END_OF_YEAR' },
  });
  await teller.step<ScopedYear>({
    does: 'now north switches to the next year',
    as: people.north,
    method: 'PUT',
    path: '/districts/north/scoped-year',
    body: { schoolYear: nextYear },
    status: 200,
    tells: ({ scopedYear, startOfYear }) => {
      must(
        scopedYear === nextYear && startOfYear.status === 'due',
        'switched, and the start-of-year resync is due',
      );
      return `scoped year ${scopedYear}, start-of-year resync due by ${startOfYear.dueAt ?? '?'}`;
    },
  });

  teller.chapter('The start of the next');
  await teller.also('north rolls its enrollments forward', async () => {
    await rollForward(stage, 'north', firstYear);
    return '';
  });
  await sendAndFollow(scene, 'north', {
    does: 'north makes its full start-of-year resync',
    body: { objects: 'all', scenario: 'START_OF_YEAR' },
  });
  await teller.also('the databases agree on the new year’s enrollments', async () => {
    const counts = await countBoth(stage, 'north', 'Enrollment', nextYear);
    must(
      counts.district > 0 && counts.district === counts.state,
      `equal counts, not ${JSON.stringify(counts)}`,
    );
    return `${counts.district} at the district, ${counts.state} at the state`;
  });
  await teller.step<ScopedYear>({
    does: 'north’s duties are done',
    as: people.north,
    path: '/districts/north/scoped-year',
    status: 200,
    tells: ({ startOfYear }) => {
      must(startOfYear.status === 'done', `done, not ${startOfYear.status}`);
      return `start of year: ${startOfYear.status}`;
    },
  });

  teller.chapter('East does not, and the state decides');
  const withReason = { schoolYear: nextYear, override: { reason: 'East merges with North this summer' } };
  await teller.step({
    does: 'east tries to override the rule itself',
    as: people.east,
    method: 'PUT',
    path: '/districts/east/scoped-year',
    body: withReason,
    status: 403,
  });
  await teller.step<ScopedYear>({
    does: 'the state overrides it, with its reason',
    as: people.state,
    method: 'PUT',
    path: '/districts/east/scoped-year',
    body: withReason,
    status: 200,
    tells: ({ scopedYear }) => `scoped year ${scopedYear}`,
  });
  await teller.step<Compliance>({
    does: 'the state’s compliance list shows who has done what',
    as: people.state,
    path: `/compliance?schoolYear=${firstYear}`,
    status: 200,
    tells: ({ counts }) => {
      must(counts.districts === 3 && counts.switched === 2, 'two of three have switched');
      must(counts.startOfYear['done'] === 1, 'one has begun the new year');
      return JSON.stringify(counts);
    },
  });
  await teller.step<{ items: readonly { action: string; status: number; principalName: string }[] }>({
    does: 'and the audit has the override, and the clerk’s attempt of the first day',
    as: people.state,
    path: '/audit?limit=100',
    status: 200,
    tells: ({ items }) => {
      const has = (name: string, action: string, status: number): boolean =>
        items.some(
          (one) => one.principalName === name && one.action.startsWith(action) && one.status === status,
        );
      must(has('State', 'PUT /districts/{district}/scoped-year', 200), 'the override is audited');
      must(has('Clerk', 'POST /districts/{district}/resyncs', 403), 'the refusal is audited');
      return `${items.length} events`;
    },
  });
}
