import { ended, outcomeOf, type Accepted, type Resync } from '../answers';
import type { Scene } from '../actors';
import { must } from '../narrator';

interface Schedule {
  readonly scheduleId: string;
  readonly nextRuns: readonly { readonly at: string; readonly heldUntil: string | null }[];
  readonly lastRuns: readonly {
    readonly resyncId: string | null;
    readonly verificationId: string | null;
    readonly outcome: string;
  }[];
}

interface Verification {
  readonly status: string;
  readonly equal: boolean | null;
  readonly resyncNecessary: boolean | null;
}

const blackoutSeconds = 12;

/** South resyncs by itself each night, and never in school hours. */
export async function schedules({ teller, people }: Scene): Promise<void> {
  teller.chapter('South lets it happen by night');
  const { scheduleId } = await teller.step<Schedule>({
    does: 'south schedules its attendance for every school night at two',
    as: people.south,
    method: 'POST',
    path: '/districts/south/schedules',
    body: {
      name: 'Attendance by night',
      cron: '0 2 * * tue-sat',
      timezone: 'America/Chicago',
      objects: ['AttendanceExactCount'],
    },
    status: 201,
    tells: ({ nextRuns }) => `next at ${nextRuns[0]?.at ?? 'never'}`,
  });
  const path = `/districts/south/schedules/${scheduleId}`;
  await teller.step({ does: 'another district sees nothing of it', as: people.north, path, status: 404 });
  await teller.step({
    does: 'south doesn’t wait for the night, and fires it now',
    as: people.south,
    method: 'POST',
    path: `${path}/trigger`,
    status: 202,
  });
  const fired = await teller.until<Schedule>({
    does: 'the firing became a resync',
    as: people.south,
    path,
    done: ({ lastRuns }) => lastRuns.some(({ resyncId }) => resyncId !== null),
    tells: ({ lastRuns }) => `resync ${lastRuns[0]?.resyncId ?? 'none'}`,
  });
  await teller.until<Resync>({
    does: '… which ends green',
    as: people.south,
    path: `/resyncs/${fired.lastRuns[0]!.resyncId!}`,
    done: ended,
    tells: (resync) => {
      must(resync.status === 'finished' && resync.color === 'green', 'it is green');
      return outcomeOf(resync);
    },
  });

  const weekly = await teller.step<Schedule>({
    does: 'south has all its objects compared every Sunday morning, too',
    as: people.south,
    method: 'POST',
    path: '/districts/south/schedules',
    body: {
      name: 'Comparison by week',
      kind: 'verification',
      calendar: { at: ['03:00'], daysOfWeek: ['sun'] },
      timezone: 'America/Chicago',
      objects: 'all',
    },
    status: 201,
    tells: ({ nextRuns }) => `next at ${nextRuns[0]?.at ?? 'never'}`,
  });
  const weeklyPath = `/districts/south/schedules/${weekly.scheduleId}`;
  await teller.step({
    does: '… and now',
    as: people.south,
    method: 'POST',
    path: `${weeklyPath}/trigger`,
    status: 202,
  });
  const compared = await teller.until<Schedule>({
    does: 'the firing became a verification',
    as: people.south,
    path: weeklyPath,
    done: ({ lastRuns }) => lastRuns.some(({ verificationId }) => verificationId !== null),
    tells: ({ lastRuns }) => `verification ${lastRuns[0]?.verificationId ?? 'none'}`,
  });
  await teller.until<Verification>({
    does: '… which finds both sides equal',
    as: people.south,
    path: `/verifications/${compared.lastRuns[0]!.verificationId!}`,
    done: ({ status }) => status === 'finished',
    tells: ({ equal, resyncNecessary }) => {
      must(equal === true && resyncNecessary === false, 'equal, and no resync called for');
      return 'equal; no resync is called for';
    },
  });

  const endsAt = new Date(Date.now() + blackoutSeconds * 1_000).toISOString();
  await teller.step({
    does: `south sets a blackout window for the next ${blackoutSeconds} seconds`,
    as: people.south,
    method: 'POST',
    path: '/districts/south/blackouts',
    body: { rule: { kind: 'dated', startsAt: new Date().toISOString(), endsAt } },
    status: 201,
  });
  const { resyncId } = await teller.step<Accepted>({
    does: 'south sends its calendars meanwhile',
    as: people.south,
    method: 'POST',
    path: '/districts/south/resyncs',
    body: { objects: ['Calendar'] },
    status: 202,
  });
  await teller.until<Resync & { heldUntil: string | null }>({
    does: 'the resync is held, and says until when',
    as: people.south,
    path: `/resyncs/${resyncId}`,
    done: ({ heldUntil }) => heldUntil !== null,
    tells: ({ heldUntil }) => `held until ${heldUntil ?? '?'}`,
  });
  await teller.until<Resync>({
    does: 'when the window is over it goes on by itself',
    as: people.south,
    path: `/resyncs/${resyncId}`,
    done: ended,
    tells: (resync) => {
      must(
        resync.status === 'finished' && Date.now() >= Date.parse(endsAt),
        'finished, and not before the window ended',
      );
      return outcomeOf(resync);
    },
  });
  for (const schedule of [path, weeklyPath])
    await teller.step({
      does: 'south deletes its schedule',
      as: people.south,
      method: 'DELETE',
      path: schedule,
      status: 200,
    });
}
