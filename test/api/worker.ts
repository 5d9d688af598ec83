import {
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  Runtime,
  type WorkflowBundle,
} from '@temporalio/worker';
import type { ResyncActivities } from '../../activities';
import { bookActivities } from '../../activities/books';
import { startObject, planObjects, finishObject } from '../../src/control/history';
import { takeLease } from '../../src/control/lease';
import { saveRanges } from '../../src/control/ranges';
import { setResyncStatus } from '../../src/control/resyncs';
import { planResync } from '../../src/domain/plan';
import { ledgerPage } from '../control/support';
import type { ApiWorld } from './support';
import { withWorkers } from '../support/workers';

Runtime.install({ logger: new DefaultLogger('ERROR') });

let bundle: Promise<WorkflowBundle> | undefined;
const quiet = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/**
 * The real workflows and the real books of the control database; only the records are missing: an object "moves" when
 * the gate lets it, and its ledger then has ten inserted records.
 */
export async function withWorker(world: ApiWorld, work: (gate: Gate) => Promise<void>): Promise<void> {
  bundle ??= bundleWorkflowCode({ workflowsPath: require.resolve('../../workflows'), logger: quiet });
  const gate = new Gate();
  const connection = await NativeConnection.connect({ address: world.config.temporal.address });
  try {
    await withWorkers(
      {
        connection,
        taskQueue: world.config.temporal.taskQueue,
        activities: activitiesOf(world, gate),
      },
      // Each test has a worker of its own; the agent must not wait long for the one that left.
      { workflowBundle: await bundle, stickyQueueScheduleToStartTimeout: '500ms' },
      () => work(gate).finally(() => gate.open()),
    );
  } finally {
    await connection.close();
  }
}

/** Holds objects back until it is opened. */
export class Gate {
  private release: () => void = () => {};
  private closed: Promise<void> = Promise.resolve();

  close(): void {
    this.closed = new Promise((resolve) => (this.release = resolve));
  }

  open(): void {
    this.release();
  }

  pass(): Promise<void> {
    return this.closed;
  }
}

function activitiesOf({ control, config, catalog }: ApiWorld, gate: Gate): Partial<ResyncActivities> {
  const books = bookActivities({ control, config, catalog });
  return {
    ...books,
    preparePlan: async (request) => {
      const { resyncId, districtId, schoolYear } = request;
      const plan = planResync(catalog, request, { state: null });
      const epoch = await takeLease(control, { districtId, schoolYear, resyncId });
      const objects = plan.objects.map(({ name }) => name);
      await planObjects(control, { resyncId, districtId, schoolYear, objects });
      for (const object of objects)
        await saveRanges(control, { resyncId, object, ranges: [{ rangeNo: 0, after: null, upTo: null }] });
      await setResyncStatus(control, { resyncId, status: 'running' });
      return {
        epoch,
        rangesInFlight: 2,
        objects: plan.objects.map((object) => ({ ...object, ranges: 1, problem: null })),
      };
    },
    syncObject: async ({ resyncId, object }) => {
      await startObject(control, { resyncId, object });
      await gate.pass();
      await ledgerPage(control, { resyncId, object, read: 10 }, { inserted: 10 });
      const { counts } = await finishObject(control, { resyncId, object, status: 'finished' });
      return { object, status: 'finished', counts };
    },
  };
}
