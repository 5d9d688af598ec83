import { readFileSync } from 'node:fs';
import { startWorker, type WorkerSettings } from '../../src/worker';
import { temporalFindings } from '../../src/doctor/check-temporal';
import { workerDeployment } from '../../src/temporal/task-queues';
import { agentWorkflowId, resyncWorkflowId } from '../../workflows/messages';
import { workflowBundle } from '../support/workflow-bundle';
import { until } from '../support/until';
import { type Caller, schoolYear, ServiceWorld } from './world';

interface Run {
  readonly resyncId: string;
  readonly status: string;
  readonly color: string;
  readonly totals: { readonly processed: number; readonly inserted: number };
}

interface Queue {
  readonly workers: readonly unknown[];
}

/** Small pages, so that a run can be stopped between two of them. */
const smallPages = { copy: { lanes: 1, rangeRecords: 100, pageRecords: 20 } };

/** The workflows of another build than today's. */
async function otherBuild(
  pattern: RegExp,
  instead: string,
): Promise<NonNullable<WorkerSettings['workflows']>> {
  const code = readFileSync((await workflowBundle()).codePath, 'utf8');
  const changed = code.replaceAll(pattern, instead);
  expect(changed).not.toBe(code);
  return { workflowBundle: { code: changed } };
}

async function shown(who: Caller, resyncId: string): Promise<Run> {
  return (await who.ask<Run>('GET', `/resyncs/${resyncId}`)).body;
}

/** Begins a full resync and pauses it when some of it is sent. */
async function pausedMidway(world: ServiceWorld, who: Caller): Promise<string> {
  const { resyncId } = await send(world, who);
  await until('it sends', async () => (await shown(who, resyncId)).totals.processed > 0);
  expect(await who.ask('POST', `/resyncs/${resyncId}/pause`)).toMatchObject({ status: 200 });
  await until('it pauses', async () => (await shown(who, resyncId)).status === 'paused');
  return resyncId;
}

async function send(world: ServiceWorld, who: Caller): Promise<Run> {
  const asked = { objects: 'all', scenario: 'GO_LIVE' };
  const { status, body } = await who.ask<Run>('POST', `/districts/${world.ids.north}/resyncs`, asked);
  expect(status).toBe(202);
  return body;
}

async function endOf(who: Caller, resyncId: string): Promise<Run> {
  const over = ['finished', 'failed', 'cancelled', 'lost'];
  return until(
    `${resyncId} ends`,
    () => shown(who, resyncId),
    ({ status }) => over.includes(status),
  );
}

/** The build whose workers a workflow's tasks are given to. */
async function buildOf(world: ServiceWorld, workflowId: string): Promise<string | undefined> {
  const { raw } = await world.temporal.workflow.getHandle(workflowId).describe();
  return raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId ?? undefined;
}

describe('workers that say their build', () => {
  let world: ServiceWorld;
  beforeAll(async () => {
    world = await ServiceWorld.open({}, { temporal: { buildId: 'build-1' }, ...smallPages });
    await makeCurrent('build-1');
  });
  afterAll(() => world.close());

  /** What an operator does by `temporal worker deployment set-current-version`. */
  async function makeCurrent(buildId: string): Promise<void> {
    const deploymentName = workerDeployment(world.config.temporal.taskQueue);
    await until(`Temporal knows ${buildId}`, async () => {
      try {
        await world.temporal.workflowService.setWorkerDeploymentCurrentVersion({
          ...{ namespace: 'default', deploymentName, buildId, identity: 'operator' },
        });
        return true;
      } catch {
        return false;
      }
    });
  }

  test('a run ends under the build that it began with, what is new and the agent go over to the next', async () => {
    const north = await world.caller('north', ['resyncBatch']);
    const first = await pausedMidway(world, north);
    // It does something else first: it could not go on with a run of the build before.
    const workflows = await otherBuild(
      /const run = openRun\(request\);/g,
      'await new Promise((wake) => setTimeout(wake, 1)); const run = openRun(request);',
    );
    const temporal = { ...world.config.temporal, buildId: 'build-2' };
    const next = await startWorker({ ...world.config, temporal }, { workflows });
    try {
      const doctor = async (buildId: string | undefined) => {
        const found = await temporalFindings({ ...world.config.temporal, buildId });
        return found.find(({ check }) => check === 'Temporal worker builds');
      };
      expect(await doctor('build-1')).toMatchObject({ level: 'ok', todo: null });
      expect(await doctor('build-2')).toMatchObject({
        ...{ level: 'warn', found: 'this configuration is build-2; current is build-1' },
        todo: expect.stringContaining('set-current-version') as unknown,
      });
      expect(await doctor(undefined)).toMatchObject({
        ...{ level: 'warn', found: 'temporal.buildId is not set, and current is build-1' },
      });
      await makeCurrent('build-2');
      const found = 'this configuration is build-2; current is build-2; runs are under way in build-1';
      await until(
        'doctor says that the first build has a run',
        () => doctor('build-2'),
        (finding) => finding?.found === found,
      );
      expect(await doctor('build-1')).toMatchObject({ level: 'warn' });
      const second = await send(world, north);
      expect(await north.ask('POST', `/resyncs/${first}/resume`)).toMatchObject({ status: 200 });
      expect(await endOf(north, first)).toMatchObject({ status: 'finished', color: 'green' });
      const end = await endOf(north, second.resyncId);
      expect(end).toMatchObject({ status: 'finished', color: 'green', totals: { inserted: 0 } });
      expect(await buildOf(world, resyncWorkflowId(first))).toBe('build-1');
      expect(await buildOf(world, resyncWorkflowId(second.resyncId))).toBe('build-2');
      expect(await buildOf(world, agentWorkflowId(world.ids.north, schoolYear))).toBe('build-2');

      const administrator = await world.caller('state', ['administration']);
      const { items } = (await administrator.ask<{ items: Queue[] }>('GET', '/workers')).body;
      for (const { workers } of items) expect(workers.length).toBeGreaterThan(0);

      // Nothing needs the first build any more.
      await world.worker.stop();
      const third = await send(world, north);
      expect(await endOf(north, third.resyncId)).toMatchObject({ status: 'finished', color: 'green' });
    } finally {
      await next.stop();
    }
  });
});

describe('workers that don’t', () => {
  let world: ServiceWorld;
  beforeAll(async () => {
    // A build from before each change of workflows that is marked as one.
    const former = await otherBuild(/\(0,\s*\w+\.patched\)\(/g, '((_patch) => false)(');
    world = await ServiceWorld.open({}, smallPages, former);
  });
  afterAll(() => world.close());

  test('doctor says that builds are not told apart', async () => {
    const found = await temporalFindings(world.config.temporal);
    expect(found.find(({ check }) => check === 'Temporal worker builds')).toMatchObject({
      ...{ level: 'ok', found: expect.stringContaining('not told apart') as unknown },
    });
    const other = await temporalFindings({ ...world.config.temporal, buildId: 'build-9' });
    expect(other.find(({ check }) => check === 'Temporal worker builds')).toMatchObject({ level: 'warn' });
  });

  test('a run begun by the former build goes on and ends under the next', async () => {
    const north = await world.caller('north', ['resyncBatch']);
    const resyncId = await pausedMidway(world, north);
    await world.worker.stop();
    const next = await startWorker(world.config, {
      workflows: { workflowBundle: await workflowBundle() },
    });
    try {
      expect(await north.ask('POST', `/resyncs/${resyncId}/resume`)).toMatchObject({ status: 200 });
      expect(await endOf(north, resyncId)).toMatchObject({ status: 'finished', color: 'green' });
      const again = await send(world, north);
      const end = await endOf(north, again.resyncId);
      expect(end).toMatchObject({ status: 'finished', color: 'green', totals: { inserted: 0 } });
    } finally {
      await next.stop();
    }
  });
});
