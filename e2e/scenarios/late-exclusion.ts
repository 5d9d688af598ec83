import { type Accepted, ended, outcomeOf, type Resync } from '../answers';
import { belowEnrollment } from '../editions';
import type { Scene } from '../actors';
import { must } from '../narrator';
import { mustShowErrors, sendAndFollow } from '../send-and-follow';

interface Errors {
  readonly items: readonly { readonly object: string; readonly code: string }[];
}

interface Verification {
  readonly status: string;
  readonly totals: Readonly<Record<string, number>>;
  readonly message: string | null;
}

interface Removals {
  readonly status: string;
  readonly objects: readonly {
    readonly object: string;
    readonly decision: string;
    readonly found: number;
  }[];
}

/**
 * An enrollment of East that the state has already turns out to be one that may not sync: what the
 * state still has of it is told, removed, and sent again when the mark was a mistake.
 */
export async function lateExclusion(scene: Scene): Promise<void> {
  const { stage, teller, people } = scene;
  teller.chapter('An enrollment of East is excluded after it was sent');
  const [pupil] = await stage.sql(
    'east',
    'SELECT MIN(enrollmentID) AS id FROM AttendanceExactCount JOIN Enrollment USING (enrollmentID)',
  );
  const enrollment = { district: 'east', id: Number(pupil!['id']) } as const;
  const below = await belowEnrollment(stage, 'state', enrollment);
  const records = [...below.values()].reduce((sum, count) => sum + count, 0);
  const these = { objects: ['Enrollment', ...below.keys()], checkDependencies: false };
  const mark = (value: 0 | 1) =>
    stage.sql('east', 'UPDATE Enrollment SET stateExclude = ? WHERE enrollmentID = ?', [
      value,
      enrollment.id,
    ]);
  const atState = async (): Promise<number> => {
    const [row] = await stage.sql(
      'state',
      'SELECT COUNT(*) AS n FROM Enrollment WHERE districtID = ? AND enrollmentID = ?',
      [stage.numberOf('east'), enrollment.id],
    );
    return Number(row!['n']);
  };

  await teller.also('East marks it as state excluded; the state has it, and all below it', async () => {
    must(records > 0 && (await atState()) === 1, 'the state has it with records below');
    await mark(1);
    return `enrollment ${enrollment.id}, ${records} records of ${[...below.keys()].join(', ')}`;
  });
  const first = await sendAndFollow(scene, 'east', {
    does: 'East sends everything',
    body: { objects: 'all' },
    ends: '… which is not green: it is excluded, what is below it blocked, and the state’s are extra',
    judge: (resync) => {
      mustShowErrors(resync);
      const { excluded, blocked, failed, extra } = resync.totals!;
      must(excluded === 1 && blocked === records && failed === 0, 'one excluded, those below it blocked');
      must(extra === records + 1, `all of them are stale at the state, not ${extra}`);
      must(resync.colorWithoutExclusions === 'green', 'green without what was to be expected');
    },
  });
  await teller.step<Errors>({
    does: 'each of them says why, by name',
    as: people.east,
    path: `/resyncs/${first.resyncId}/errors?limit=500`,
    status: 200,
    tells: ({ items }) => {
      const codes = items.map(({ code }) => code);
      const [own, ...others] = codes.toSorted((a, b) => b.localeCompare(a));
      must(own === 'STATE_EXCLUDED_ENROLLMENT', `the enrollment, not ${own}`);
      must(others.length === records && others.every((code) => code === 'PARENT_EXCLUDED'), codes.join(', '));
      return `1 ${own}, ${others.length} PARENT_EXCLUDED`;
    },
  });
  await teller.also('the state still has all of it: nothing is removed unasked', async () => {
    const left = await belowEnrollment(stage, 'state', enrollment);
    must((await atState()) === 1 && [...left].join() === [...below].join(), 'all is there');
    return '';
  });
  const { verificationId } = await teller.step<{ verificationId: string }>({
    does: 'the state verifies East',
    as: people.state,
    method: 'POST',
    path: '/verifications',
    body: { district: 'east', objects: 'all' },
    status: 202,
  });
  await teller.until<Verification>({
    does: '… which doesn’t call it equal either',
    as: people.state,
    path: `/verifications/${verificationId}`,
    done: ({ status }) => status === 'finished',
    tells: ({ totals, message }) => {
      must(totals['extra'] === records + 1, JSON.stringify(totals));
      return message ?? '';
    },
  });
  const { resyncId } = await teller.step<Accepted>({
    does: 'East asks to remove what may not stand at the state',
    as: people.east,
    method: 'POST',
    path: '/districts/east/resyncs',
    body: { ...these, removals: 'apply' },
    status: 202,
    tells: (accepted) => `resync ${accepted.resyncId}`,
  });
  await teller.until<Removals>({
    does: 'of small objects one record is more than 10 %: the run holds',
    as: people.state,
    path: `/resyncs/${resyncId}/removals`,
    done: ({ status }) => status === 'awaitingApproval',
    tells: ({ objects }) => {
      const found = objects.reduce((sum, object) => sum + object.found, 0);
      must(found === records + 1, `the enrollment and what is below it, not ${found}`);
      const held = objects.filter(({ decision }) => decision === 'awaiting').map(({ object }) => object);
      return `${found} found; of ${held.join(', ')} an approval is awaited`;
    },
  });
  await teller.step({
    does: 'the state approves',
    as: people.state,
    method: 'POST',
    path: `/resyncs/${resyncId}/removals/approve`,
    body: {},
    status: 200,
  });
  await teller.until<Resync>({
    does: '… and the run removes the records below, then the enrollment',
    as: people.east,
    path: `/resyncs/${resyncId}`,
    done: ended,
    tells: (resync) => {
      mustShowErrors(resync);
      must(resync.colorWithoutExclusions === 'green', 'green without what was to be expected');
      return outcomeOf(resync);
    },
  });
  await teller.also('the state has nothing of it any more', async () => {
    const left = await belowEnrollment(stage, 'state', enrollment);
    must((await atState()) === 0 && left.size === 0, `still there: ${[...left.keys()].join(', ')}`);
    return '';
  });
  await teller.also('the mark was a mistake, and East takes it back', async () => {
    await mark(0);
    return '';
  });
  await sendAndFollow(scene, 'east', {
    does: 'East sends them once more',
    body: these,
  });
  await teller.also('the state has it again, with all that belongs to it', async () => {
    const now = await belowEnrollment(stage, 'state', enrollment);
    must((await atState()) === 1 && [...now].join() === [...below].join(), [...now].join());
    return `${records} records below it, as before`;
  });
}
