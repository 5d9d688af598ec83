import { ApplicationFailure } from '@temporalio/common';
import { cancelResync, pauseResync, resumeResync } from '../../workflows/messages';
import { until } from '../support/until';
import { door, type Script, withWorkflows, type WorkflowWorld } from './support';

const by = 'an administrator';
const tree = [
  { name: 'District' },
  { name: 'School', after: ['District'] },
  { name: 'Calendar', after: ['School'] },
];
const verify = 'beforeAndAfter' as const;

/** The lines of the log that tell which stage came when. */
const stages = ({ log }: WorkflowWorld): string[] =>
  log.filter((line) => /^(compared|plan|moved|by|end|cancelled) /.test(line));

it('compares, sends only what drifted without its dependencies, compares again, and ends by the second verdict', async () => {
  await withWorkflows({ objects: tree, drifted: ['School'] }, async (world) => {
    const request = world.request({ verify });
    const run = await world.start(request);
    await run.result();
    expect(stages(world)).toEqual([
      'compared District',
      'compared School',
      'compared Calendar',
      'end finished',
      'plan School',
      'moved School 0',
      'compared District',
      'compared School',
      'compared Calendar',
      'end finished',
      'by after',
      `end ${request.resyncId} finished`,
    ]);
  });
});

it('sends nothing when nothing drifted, and ends by the first verdict', async () => {
  await withWorkflows({ objects: tree }, async (world) => {
    const request = world.request({ verify });
    await (await world.start(request)).result();
    expect(stages(world).slice(3)).toEqual(['end finished', 'by before', `end ${request.resyncId} finished`]);
  });
});

it('tries blocked records once more before it compares again', async () => {
  const script: Script = { objects: tree, drifted: ['School'], counts: () => ({ blocked: 1 }) };
  await withWorkflows(script, async (world) => {
    await (await world.start(world.request({ verify }))).result();
    const { log } = world;
    expect(log.indexOf('retry School')).toBeLessThan(log.lastIndexOf('compare District'));
  });
});

/**
 * Stages of a loop: what is under way when somebody comes in between, and which verification it
 * belongs to.
 */
const inStages = [
  { stage: 'the first verification', at: 'compare School', after: 0 },
  { stage: 'sending', at: 'move School 0', after: 0 },
  { stage: 'the second verification', at: 'compare School', after: 1 },
];

/** A world that stands in a stage until its door opens. */
function standing({ at, after }: (typeof inStages)[number], leave: Promise<void>): Script {
  let seen = 0;
  const stand = async (what: string): Promise<void> => {
    if (what !== at) return;
    seen += 1;
    if (seen === after + 1) await leave;
  };
  return {
    objects: tree,
    drifted: ['School'],
    compare: async (objects) => {
      await stand(`compare ${objects.join('+')}`);
      return null;
    },
    move: ({ object, rangeNo }) => stand(`move ${object} ${rangeNo}`),
  };
}

const reached = ({ log }: WorkflowWorld, { at, after }: (typeof inStages)[number]): boolean =>
  log.filter((line) => line === at).length > after;

it.each(inStages)('is cancelled in $stage: no stage begins any more', async (stage) => {
  const leave = door();
  await withWorkflows(standing(stage, leave.opened), async (world) => {
    const request = world.request({ verify });
    const run = await world.start(request);
    await until(stage.stage, () => reached(world, stage));
    await run.executeUpdate(cancelResync, { args: [{ by }] });
    const before = world.log.length;
    leave.open();
    expect(await run.result()).toMatchObject({ status: 'cancelled' });
    const then = world.log.slice(before);
    expect(then).not.toContain('compare Calendar');
    expect(then.filter((line) => line.startsWith('plan') || line.startsWith('by'))).toEqual([]);
    if (stage.stage !== 'sending') expect(then).toContain('end cancelled');
  });
});

it.each(inStages)('makes way for the state in $stage, at an object’s end, and goes on', async (stage) => {
  const leave = door();
  await withWorkflows(standing(stage, leave.opened), async (world) => {
    const mine = world.request({ verify });
    await world.enqueue(mine);
    await until(stage.stage, () => reached(world, stage));
    const states = world.request({ initiator: 'state', scenario: 'STATE_REQUEST' });
    await world.enqueue(states);
    leave.open();
    await world.handleOf(mine.resyncId).result();
    const { log } = world;
    const stateRan = log.indexOf(`end ${states.resyncId} finished`);
    expect(stateRan).toBeGreaterThan(0);
    expect(log.indexOf(`end ${mine.resyncId} finished`)).toBeGreaterThan(stateRan);
    // Where it stands is written again when it goes on: by its lease, or before it has one.
    const goesOn = log.findIndex((line, i) => i > stateRan && /^(status|renewed) running$/.test(line));
    expect(goesOn).toBeGreaterThan(stateRan);
    expect(stages(world).filter((line) => line.startsWith('compared'))).toHaveLength(6);
    expect(log).toContain('by after');
  });
});

it('starts no comparison while it is paused', async () => {
  const leave = door();
  await withWorkflows(standing(inStages[0]!, leave.opened), async (world) => {
    const run = await world.start(world.request({ verify }));
    await until('it compares', () => reached(world, inStages[0]!));
    await run.executeUpdate(pauseResync, { args: [{ by }] });
    leave.open();
    await until('School is compared', () => world.log.includes('compared School'));
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(world.log).not.toContain('compare Calendar');
    await run.executeUpdate(resumeResync, { args: [{ by }] });
    expect(await run.result()).toMatchObject({ status: 'finished' });
  });
});

it('holds a verification in a blackout window like anything else of the run', async () => {
  const endsAt = Date.now() + 3_000;
  const window = {
    startsAt: new Date(Date.now() - 1_000).toISOString(),
    endsAt: new Date(endsAt).toISOString(),
  };
  const script: Script = {
    objects: tree,
    blackout: (at) => (at < endsAt ? { ...window, name: 'school hours' } : null),
    compare: () => {
      compared.push(Date.now());
      return Promise.resolve(null);
    },
  };
  const compared: number[] = [];
  await withWorkflows(script, async (world) => {
    await (await world.start(world.request({ verify }))).result();
    expect(compared.length).toBe(3);
    expect(Math.min(...compared)).toBeGreaterThanOrEqual(endsAt - 50);
  });
});

it('fails when a verification can’t be made, and says why', async () => {
  const script: Script = { objects: tree, openVerification: () => Promise.reject(refused) };
  const refused = ApplicationFailure.nonRetryable('This district sends no object.', 'PlanError');
  await withWorkflows(script, async (world) => {
    const run = await world.start(world.request({ verify }));
    expect(await run.result()).toMatchObject({ status: 'failed' });
    expect(world.log.filter((line) => line.startsWith('plan'))).toEqual([]);
  });
});
