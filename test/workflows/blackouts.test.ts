import type { WorkflowHandle } from '@temporalio/client';
import type { HeldWindow } from '../../src/domain/blackout';
import {
  blackoutsChanged,
  cancelResync,
  pauseResync,
  resumeResync,
  resyncProgress,
} from '../../workflows/messages';
import { until } from '../support/until';
import { door, withWorkflows } from './support';

const by = 'an administrator';
const hourMs = 3_600_000;
const between = (start: number, end: number): HeldWindow => ({
  startsAt: new Date(start).toISOString(),
  endsAt: new Date(end).toISOString(),
});
/**
 * A window that a test sets; the run is told by signal, as the API does it. When it is over by
 * itself, the next one comes in a year.
 */
function window() {
  let held: HeldWindow | null = null;
  const inMs = (start: number, end: number) => {
    held = between(Date.now() + start, Date.now() + end);
    return held;
  };
  return {
    blackout: (at: number) =>
      held === null || at < Date.parse(held.endsAt) ? held : between(at + 8760 * hourMs, at + 8761 * hourMs),
    inMs,
    begin: () => inMs(-1000, hourMs),
    end: () => (held = null),
  };
}
const chain = [{ name: 'District' }, { name: 'School', after: ['District'] }];
const heldUntilOf = async (run: WorkflowHandle) => (await run.query(resyncProgress)).heldUntil;

it('starts nothing, not even its plan, when its turn comes in a window; goes on by itself when the window ends', async () => {
  const school = window();
  const { endsAt } = school.begin();
  const moves: number[] = [];
  await withWorkflows(
    {
      objects: chain,
      blackout: school.blackout,
      move: () => Promise.resolve(void moves.push(Date.now())),
    },
    async ({ start: startRun, log }) => {
      const run = await startRun();
      await until('it is held', () => log.includes('held'));
      expect(await heldUntilOf(run)).toBe(endsAt);
      expect((await run.query(resyncProgress)).objects).toEqual([]);
      const sooner = school.inMs(-1000, 1000);
      await run.signal(blackoutsChanged);
      expect(await run.result()).toMatchObject({ status: 'finished' });
      expect(Math.min(...moves)).toBeGreaterThanOrEqual(Date.parse(sooner.endsAt));
      expect(log).toContain('released');
    },
  );
});

it('holds a running resync at the next range boundary when a window begins, and its ended run keeps no timer', async () => {
  const first = door();
  const school = window();
  await withWorkflows(
    {
      objects: [{ name: 'Enrollment', ranges: 3 }],
      rangesInFlight: 1,
      blackout: school.blackout,
      move: ({ rangeNo }) => (rangeNo === 0 ? first.opened : Promise.resolve()),
    },
    async ({ start: startRun, log }) => {
      const run = await startRun();
      await until('the first range moves', () => log.includes('move Enrollment 0'));
      school.inMs(500, hourMs);
      await run.signal(blackoutsChanged);
      await until('it is held', () => log.includes('held'));
      first.open();
      await until('the first range has moved', () => log.includes('moved Enrollment 0'));
      expect(log).not.toContain('move Enrollment 1');
      school.inMs(-1000, 500);
      await run.signal(blackoutsChanged);
      expect(await run.result()).toMatchObject({ status: 'finished' });
      expect(log.indexOf('released')).toBeLessThan(log.indexOf('move Enrollment 1'));
    },
  );
});

it('a person’s resume does not break a blackout, and the blackout’s end does not resume what a person paused', async () => {
  const school = window();
  school.begin();
  await withWorkflows({ objects: chain, blackout: school.blackout }, async ({ start, log }) => {
    const run = await start();
    await until('it is held', () => log.includes('held'));
    await run.executeUpdate(pauseResync, { args: [{ by }] });
    expect(await run.executeUpdate(resumeResync, { args: [{ by }] })).toMatchObject({ status: 'running' });
    expect(await heldUntilOf(run)).not.toBeNull();
    expect(log).not.toContain('move District 0');

    await run.executeUpdate(pauseResync, { args: [{ by }] });
    school.end();
    await run.signal(blackoutsChanged);
    await until('it is released', () => log.includes('released'));
    expect(await run.query(resyncProgress)).toMatchObject({ status: 'paused', heldUntil: null });
    expect(log).not.toContain('move District 0');
    await run.executeUpdate(resumeResync, { args: [{ by }] });
    expect(await run.result()).toMatchObject({ status: 'finished' });
  });
});

it('a window set while it runs holds it at once, and a held run can be cancelled', async () => {
  const school = window();
  const first = door();
  await withWorkflows(
    { objects: chain, blackout: school.blackout, move: () => first.opened },
    async ({ start, log }) => {
      const run = await start();
      await until('District moves', () => log.includes('move District 0'));
      school.begin();
      await run.signal(blackoutsChanged);
      await until('it is held', () => log.includes('held'));
      first.open();
      await until('District has moved', () => log.includes('moved District 0'));
      await run.executeUpdate(cancelResync, { args: [{ by }] });
      expect(await run.result()).toMatchObject({ status: 'cancelled' });
      expect(log).not.toContain('move School 0');
    },
  );
});

it.each([
  ['before it was planned', 'held'],
  ['in the midst of it', 'move District 0'],
])(
  'a district’s window never delays the state: a run held %s makes way, and is held again after',
  async (_, seen) => {
    const school = window();
    const first = door();
    if (seen === 'held') school.begin();
    await withWorkflows(
      {
        objects: chain,
        blackout: (at, initiator) => (initiator === 'state' ? null : school.blackout(at)),
        move: ({ object }) => (object === 'District' ? first.opened : Promise.resolve()),
      },
      async ({ enqueue, request, handleOf, log }) => {
        const mine = request();
        await enqueue(mine);
        const run = handleOf(mine.resyncId);
        await until(`it is ${seen}`, () => log.includes(seen));
        school.begin();
        await run.signal(blackoutsChanged);
        await until('it is held', () => log.includes('held'));
        first.open();
        const states = request({ initiator: 'state' });
        await enqueue(states);
        await until('the state’s run ended', () => log.includes(`end ${states.resyncId} finished`));
        await until(
          'it is preempted no more',
          async () => (await run.query(resyncProgress)).status === 'running',
        );
        expect(await heldUntilOf(run)).not.toBeNull();
        expect(log).not.toContain(`end ${mine.resyncId} finished`);
        school.end();
        await run.signal(blackoutsChanged);
        await until('mine ended too', () => log.includes(`end ${mine.resyncId} finished`));
      },
    );
  },
);
