import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import {
  approveRemovals,
  cancelResync,
  pauseResync,
  rejectRemovals,
  resumeResync,
  resyncProgress,
} from '../../workflows/messages';
import { until } from '../support/until';
import { type Script, withWorkflows, type WorkflowWorld } from './support';

const by = 'an administrator';
const removals = 'apply';

/** School <- Course <- Section, and Room below School; what `much` names is above the threshold. */
function script(much: readonly string[], more: Partial<Script> = {}): Script {
  return {
    objects: [
      { name: 'School' },
      { name: 'Room', after: ['School'] },
      { name: 'Course', after: ['School'] },
      { name: 'Section', after: ['Course'] },
    ],
    counts: () => ({ unchanged: 10, extra: 3 }),
    found: (object) => ({ found: 3, decision: much.includes(object) ? 'awaiting' : 'below' }),
    ...more,
  };
}

const removed = (log: readonly string[]): string[] =>
  log.filter((line) => line.startsWith('remove ')).map((line) => line.split(' ')[1]!);

async function holding({ log, start, request }: WorkflowWorld) {
  const run = await start(request({ removals }));
  await until('it awaits an approval', () => log.includes('status awaitingApproval'));
  return run;
}

const progressOf = async (run: { query: (of: typeof resyncProgress) => Promise<{ status: string }> }) =>
  (await run.query(resyncProgress)).status;

it('removes nothing unless it was asked to', async () => {
  await withWorkflows(script(['Course']), async ({ start, log }) => {
    const run = await start();
    expect(await run.result()).toMatchObject({ status: 'finished' });
    expect(log.filter((line) => /^(find|remove|hold)/.test(line))).toEqual([]);
  });
});

it('removes what is below the threshold at once, children first, after the last retry of blocked records', async () => {
  const counts = (object: string) =>
    object === 'Room' ? { blocked: 1, extra: 3 } : { extra: object === 'Course' ? 0 : 3 };
  await withWorkflows(script([], { counts }), async ({ start, request, log }) => {
    const run = await start(request({ removals }));
    await run.result();
    expect(log.filter((line) => line.startsWith('find '))).toEqual([
      'find Section',
      'find Room',
      'find School',
    ]);
    expect(log.indexOf('retry Room')).toBeLessThan(log.indexOf('find Section'));
    const order = removed(log);
    expect(order.at(-1)).toBe('School');
    expect([...order].sort()).toEqual(['Room', 'School', 'Section']);
    expect(log).toContain('because They ended.');
    expect(log).not.toContain('hold');
  });
});

it('holds above the threshold until a person has approved each object, and refuses what doesn’t wait', async () => {
  await withWorkflows(script(['Course', 'Section']), async (world) => {
    const run = await holding(world);
    expect(await progressOf(run)).toBe('awaitingApproval');
    expect(removed(world.log)).toEqual([]);
    const refused = run.executeUpdate(approveRemovals, { args: [{ objects: ['School'], by }] });
    await expect(refused).rejects.toBeInstanceOf(WorkflowUpdateFailedError);
    await expect(refused).rejects.toMatchObject({ cause: { type: 'NotAwaitingApproval' } });

    await run.executeUpdate(approveRemovals, { args: [{ objects: ['Section'], by }] });
    expect(await progressOf(run)).toBe('awaitingApproval');
    await run.executeUpdate(approveRemovals, { args: [{ objects: null, by }] });
    expect(await run.result()).toMatchObject({ status: 'finished' });
    expect(world.log).toEqual(
      expect.arrayContaining([`approved Section by ${by}`, `approved Course by ${by}`, 'status running']),
    );
    const order = removed(world.log);
    expect(order).toHaveLength(4);
    expect(order.indexOf('Section')).toBeLessThan(order.indexOf('Course'));
    expect(order.at(-1)).toBe('School');
  });
});

it('removes only the rest when it is rejected', async () => {
  await withWorkflows(script(['Course']), async (world) => {
    const run = await holding(world);
    await run.executeUpdate(rejectRemovals, { args: [{ objects: null, by }] });
    await run.result();
    expect([...removed(world.log)].sort()).toEqual(['Room', 'School', 'Section']);
  });
});

it('expires safe: without a decision in time nothing above the threshold is removed, and the run finishes', async () => {
  await withWorkflows(script(['Course'], { approvalMs: 300 }), async (world) => {
    const run = await holding(world);
    expect(await run.result()).toMatchObject({ status: 'finished' });
    expect(world.log).toContain('expired Course by null');
    expect(removed(world.log)).not.toContain('Course');
    expect(world.log).toContain('because They ended.');
  });
});

it('is cancelled while it holds, and removes nothing', async () => {
  await withWorkflows(script(['Course']), async (world) => {
    const run = await holding(world);
    await run.executeUpdate(cancelResync, { args: [{ by }] });
    expect(await run.result()).toMatchObject({ status: 'cancelled' });
    expect(removed(world.log)).toEqual([]);
  });
});

it('makes way for a state request while it holds, and removes with a new epoch after it', async () => {
  await withWorkflows(script(['Course']), async (world) => {
    const { log, request, enqueue, handleOf } = world;
    const mine = request({ removals });
    await enqueue(mine);
    await until('it awaits an approval', () => log.includes('status awaitingApproval'));
    const states = request({ initiator: 'state', scenario: 'STATE_REQUEST' });
    await enqueue(states);
    await until('the state’s has run', () => log.includes(`end ${states.resyncId} finished`));
    const run = handleOf(mine.resyncId);
    await until('it awaits again', async () => (await progressOf(run)) === 'awaitingApproval');
    expect(log).toContain('renewed awaitingApproval');
    await run.executeUpdate(approveRemovals, { args: [{ objects: null, by }] });
    await run.result();
    expect(log.filter((line) => line.startsWith('remove '))).toHaveLength(4);
    for (const line of log.filter((text) => text.startsWith('remove '))) expect(line).toMatch(/epoch 2$/);
  });
});

it('can be approved while it is paused, and removes when it is resumed', async () => {
  await withWorkflows(script(['Course']), async (world) => {
    const run = await holding(world);
    await run.executeUpdate(pauseResync, { args: [{ by }] });
    const answer = await run.executeUpdate(approveRemovals, { args: [{ objects: null, by }] });
    expect(answer.status).toBe('paused');
    await until('the wait is over', () => world.log.filter((line) => line === 'status paused').length >= 2);
    expect(removed(world.log)).toEqual([]);
    await run.executeUpdate(resumeResync, { args: [{ by }] });
    await run.result();
    expect(removed(world.log)).toHaveLength(4);
  });
});

it('goes on holding when its worker is gone, and is approved with another one', async () => {
  let district = '';
  let resyncId = '';
  await withWorkflows(script(['Course']), async (world) => {
    ({ district } = world);
    const run = await holding(world);
    resyncId = run.workflowId.replace(/^resync:/, '');
  });
  await withWorkflows(
    script(['Course']),
    async ({ handleOf, log }) => {
      const run = handleOf(resyncId);
      expect(await progressOf(run)).toBe('awaitingApproval');
      await run.executeUpdate(approveRemovals, { args: [{ objects: null, by }] });
      expect(await run.result()).toMatchObject({ status: 'finished' });
      expect(removed(log)).toHaveLength(4);
    },
    district,
  );
});

it('removes nothing in a blackout window', async () => {
  let held = true;
  const window = {
    startsAt: new Date(Date.now() - 1000).toISOString(),
    endsAt: new Date(Date.now() + 3_600_000).toISOString(),
  };
  // The window begins while the run holds: its first question is answered with none.
  const blackout = () => (held ? null : window);
  await withWorkflows(script(['Course'], { blackout: () => blackout() }), async (world) => {
    const run = await holding(world);
    held = false;
    await run.signal('blackoutsChanged');
    await until('it is held', () => world.log.includes('held'));
    await run.executeUpdate(approveRemovals, { args: [{ objects: null, by }] });
    await until('the wait is over', () => world.log.includes(`approved Course by ${by}`));
    await run.query(resyncProgress);
    expect(removed(world.log)).toEqual([]);
    held = true;
    await run.signal('blackoutsChanged');
    await run.result();
    expect(removed(world.log)).toHaveLength(4);
  });
});

it('goes on with other objects when removing one fails, says why, and still finishes', async () => {
  const remove = (objects: readonly string[]) =>
    objects.includes('Section')
      ? Promise.reject(ApplicationFailure.nonRetryable('the account lacks a right', 'ConfigurationError'))
      : Promise.resolve();
  await withWorkflows(script([], { remove }), async ({ start, request, log }) => {
    const run = await start(request({ removals }));
    expect(await run.result()).toMatchObject({ status: 'finished' });
    expect(log).toContain('stopped Section: the account lacks a right');
    expect(removed(log)).toHaveLength(4);
  });
});
