import type { ResyncRequest } from '../../src/domain/resync';
import {
  agentQueue,
  cancelResync,
  maxQueuedResyncs,
  pauseResync,
  resumeResync,
  resyncProgress,
  withdrawResync,
} from '../../workflows/messages';
import { until } from '../support/until';
import { door, withWorkflows } from './support';

it('runs one resync of a district at a time, in the order they came', async () => {
  const first = door();
  let moves = 0;
  await withWorkflows(
    { objects: [{ name: 'District' }], move: () => (moves++ === 0 ? first.opened : Promise.resolve()) },
    async ({ enqueue, request, handleOf, agent, log }) => {
      const [a, b, c] = [request(), request(), request()];
      await enqueue(a);
      await until('the first one moves', () => moves === 1);
      expect(await enqueue(b)).toBe(1);
      expect(await enqueue(c)).toBe(2);
      expect(await enqueue(b)).toBe(1);
      expect(await agent().query(agentQueue)).toMatchObject({ active: a.resyncId, preempted: null });
      expect(moves).toBe(1);
      first.open();
      await until('the third one ended', () => log.includes(`end ${c.resyncId} finished`));
      await handleOf(c.resyncId).result();
      expect(log.filter((line) => line.startsWith('end '))).toEqual(
        [a, b, c].map(({ resyncId }) => `end ${resyncId} finished`),
      );
    },
  );
});

it('preempts a running district run at its next range boundary for a state request, then lets it go on with a new epoch', async () => {
  const ranges = 15;
  const first = door();
  const states = door();
  const moves: { resyncId: string; epoch: number }[] = [];
  let statesId = '';
  await withWorkflows(
    {
      objects: [{ name: 'Enrollment', ranges }],
      rangesInFlight: 1,
      move: async (what) => {
        moves.push(what);
        if (moves.length === 1) await first.opened;
        if (what.resyncId === statesId) await states.opened;
      },
    },
    async ({ enqueue, request, handleOf, agent, log }) => {
      const mine = request();
      await enqueue(mine);
      await until('the first range moves', () => moves.length === 1);
      const waiting = request();
      const state = request({ initiator: 'state', scenario: 'STATE_REQUEST' });
      statesId = state.resyncId;
      await enqueue(waiting);
      await enqueue(state);
      first.open();
      await until('the state run moves', () => moves.at(-1)?.resyncId === statesId);
      expect(log).toContain('status preempted');
      const before = moves.length;
      expect((await handleOf(mine.resyncId).query(resyncProgress)).status).toBe('preempted');
      expect(await agent().query(agentQueue)).toMatchObject({ active: statesId, preempted: mine.resyncId });
      expect(moves.length).toBe(before);
      states.open();
      await until('all three ended', () => log.includes(`end ${waiting.resyncId} finished`));
      expect(log.filter((line) => line.startsWith('end '))).toEqual([
        `end ${statesId} finished`,
        `end ${mine.resyncId} finished`,
        `end ${waiting.resyncId} finished`,
      ]);
      const epochs = moves.filter(({ resyncId }) => resyncId === mine.resyncId).map(({ epoch }) => epoch);
      expect(epochs).toHaveLength(ranges);
      expect(epochs.at(-1)).toBeGreaterThan(epochs[0]!);
      expect(log).toContain('renewed running');
    },
  );
});

it('lets a state request run though the district run ahead of it is paused', async () => {
  const first = door();
  await withWorkflows(
    {
      objects: [{ name: 'District' }, { name: 'School', after: ['District'] }],
      move: () => first.opened,
    },
    async ({ enqueue, request, handleOf, log }) => {
      const mine = request();
      await enqueue(mine);
      await until('it moves', () => log.includes('move District 0'));
      await handleOf(mine.resyncId).executeUpdate(pauseResync, { args: [{ by: 'district' }] });
      first.open();
      const states = request({ initiator: 'state' });
      await enqueue(states);
      await until('the state run ended', () => log.includes(`end ${states.resyncId} finished`));
      expect(log).not.toContain(`end ${mine.resyncId} finished`);
      await until(
        'the district run is paused again',
        async () => (await handleOf(mine.resyncId).query(resyncProgress)).status === 'paused',
      );
      expect(log).toContain('renewed paused');
    },
  );
});

it('refuses one request more than its queue holds, but takes the state’s, and takes a waiting one back', async () => {
  const closed = door();
  await withWorkflows({ objects: [{ name: 'District' }], move: () => closed.opened }, async (world) => {
    await world.enqueue(world.request());
    await until('the first one moves', () => world.log.includes('move District 0'));
    const waiting = Array.from({ length: maxQueuedResyncs }, () => world.request());
    for (const request of waiting) await world.enqueue(request);
    await expect(world.enqueue(world.request())).rejects.toMatchObject({ cause: { type: 'QueueFull' } });
    // Districts can't deny a resync initiated by the state, not by filling the queue either.
    const states = world.request({ initiator: 'state' });
    expect(await world.enqueue(states)).toBe(1);
    await world.agent().executeUpdate(withdrawResync, { args: [states.resyncId] });
    const agent = world.agent();
    for (const { resyncId } of waiting) {
      expect(await agent.executeUpdate(withdrawResync, { args: [resyncId] })).toBe(true);
    }
    expect(await agent.executeUpdate(withdrawResync, { args: ['unknown'] })).toBe(false);
    closed.open();
  });
});

it('takes a state’s request however often a district has sent and withdrawn: the agent goes on anew beside the run', async () => {
  const closed = door();
  await withWorkflows({ objects: [{ name: 'District' }], move: () => closed.opened }, async (world) => {
    const mine = world.request();
    await world.enqueue(mine);
    await until('it moves', () => world.log.includes('move District 0'));
    const { runId } = await world.agent().describe();
    const sendAndWithdraw = async (): Promise<void> => {
      const request = world.request();
      await world.enqueue(request);
      await world.agent().executeUpdate(withdrawResync, { args: [request.resyncId] });
    };
    // Of one workflow Temporal takes 2,000 updates; the agent doesn't let it come to that.
    for (let sent = 0; sent < 260; sent += 5) await Promise.all(Array.from({ length: 5 }, sendAndWithdraw));
    expect((await world.agent().describe()).runId).not.toBe(runId);
    expect(await world.agent().query(agentQueue)).toMatchObject({ active: mine.resyncId, waiting: [] });

    const states = world.request({ initiator: 'state' });
    await world.enqueue(states);
    closed.open();
    await until('the state’s ended', () => world.log.includes(`end ${states.resyncId} finished`));
    await until('the district’s ended', () => world.log.includes(`end ${mine.resyncId} finished`));
  });
});

it('follows the run that an agent left behind which was ended from outside, and runs nothing beside it', async () => {
  const closed = door();
  let found: ResyncRequest | null = null;
  await withWorkflows(
    {
      objects: [{ name: 'District' }],
      move: () => closed.opened,
      underWay: () => ({ active: found, preempted: null }),
    },
    async (world) => {
      const orphan = world.request();
      await world.enqueue(orphan);
      await until('it moves', () => world.log.includes('move District 0'));
      await world.agent().terminate('by a test');
      found = orphan;

      const next = world.request();
      await world.enqueue(next);
      await until(
        'the new agent has it',
        async () => (await world.agent().query(agentQueue)).active === orphan.resyncId,
      );
      expect(world.log.filter((line) => line.startsWith('move '))).toHaveLength(1);
      found = null;
      closed.open();
      await until('the next one ended', () => world.log.includes(`end ${next.resyncId} finished`));
      expect(world.log.filter((line) => line.startsWith('end '))).toEqual([
        `end ${orphan.resyncId} finished`,
        `end ${next.resyncId} finished`,
      ]);
    },
  );
});

it('leaves a range behind that doesn’t end, so that the state’s request begins within seconds, and sends it again', async () => {
  const stuck = door();
  const moves: { resyncId: string; object: string; epoch: number }[] = [];
  await withWorkflows(
    {
      objects: [{ name: 'Day', ranges: 4 }, { name: 'School' }],
      rangesInFlight: 1,
      move: async (what) => {
        moves.push(what);
        if (moves.length <= 2) await stuck.opened;
      },
    },
    async ({ enqueue, request, handleOf, log }) => {
      const mine = request();
      await enqueue(mine);
      await until('both wait', () => moves.length === 2);
      const states = request({ initiator: 'state' });
      await enqueue(states);
      await until('the state’s ended', () => log.includes(`end ${states.resyncId} finished`));
      expect((await handleOf(mine.resyncId).result()).status).toBe('finished');
      const again = moves.slice(2).filter(({ resyncId }) => resyncId === mine.resyncId);
      expect(again.filter(({ object }) => object === 'School')).toHaveLength(1);
      expect(again.filter(({ object }) => object === 'Day')).toHaveLength(4);
      expect(Math.min(...again.map(({ epoch }) => epoch))).toBeGreaterThan(moves[0]!.epoch);
      stuck.open();
    },
  );
});

it('stays to be cancelled after every pause and resume that one run takes, and says that there are no more', async () => {
  const closed = door();
  await withWorkflows({ objects: [{ name: 'District' }], move: () => closed.opened }, async (world) => {
    const mine = world.request();
    await world.enqueue(mine);
    await until('it moves', () => world.log.includes('move District 0'));
    const run = world.handleOf(mine.resyncId);
    const by: { args: [{ by: string }] } = { args: [{ by: 'district' }] };
    for (let sent = 0; sent < 200; sent += 2) {
      await run.executeUpdate(pauseResync, by);
      await run.executeUpdate(resumeResync, by);
    }
    await expect(run.executeUpdate(resumeResync, by)).rejects.toMatchObject({
      cause: { type: 'NothingToChange' },
    });
    await expect(run.executeUpdate(pauseResync, by)).rejects.toMatchObject({
      cause: { type: 'TooManyChanges' },
    });
    const { historyLength } = await run.describe();
    expect(historyLength).toBeLessThan(10_000);
    await run.executeUpdate(cancelResync, by);
    closed.open();
    expect(await run.result()).toMatchObject({ status: 'cancelled' });
  });
});
