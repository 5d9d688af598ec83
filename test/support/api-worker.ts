import { NativeConnection } from '@temporalio/worker';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { ResyncActivities } from '../../activities';
import { blackoutActivities } from '../../activities/blackouts';
import { runLifecycleActivities } from '../../activities/run-lifecycle';
import { districtActionActivities } from '../../activities/district-actions';
import { DistrictEditions } from '../../activities/district-editions';
import { retentionActivities } from '../../activities/retention';
import { registrationActivities } from '../../activities/registrations';
import { removalActivities } from '../../activities/removals';
import { selectiveActivities } from '../../activities/selective';
import { stateRequestActivities } from '../../activities/state-requests';
import { noticeActivities } from '../../activities/notices';
import { recompareActivities } from '../../activities/recompare';
import { scheduleActivities } from '../../activities/scheduled-resync';
import { syncEventActivities } from '../../activities/sync-events';
import { unblockedActivities } from '../../activities/unblocked';
import { verificationActivities } from '../../activities/verification';
import { verifiedResyncActivities } from '../../activities/verified-resync';
import { now } from '../../src/control/columns';
import { startObject, finishObject } from '../../src/features/resyncs/object-store';
import { planObjects } from '../../src/features/resyncs/planned-objects';
import { takeLease } from '../../src/features/resyncs/lease';
import { decideFound, readObjectEnd, storeFound } from '../../src/features/removals/store';
import { saveRanges } from '../../src/features/resyncs/range-store';
import { endPreview, readPreview } from '../../src/features/selective-sync/preview-store';
import { beginResync } from '../../src/features/resyncs/store';
import { planResync } from '../../src/domain/plan';
import { dataConverterOf } from '../../src/temporal/payload-codec';
import { ledgerPage } from './control-database';
import type { ApiWorld } from './api-world';
import { withWorkers } from './workers';
import { workflowBundle } from './workflow-bundle';

/**
 * The real workflows and the real books of the control database; only the records are missing: an
 * object "moves" when the gate lets it, and its ledger then has ten inserted records. The worker is
 * there as long as `work` takes, or is the one that keepWorker() has started.
 */
export async function withWorker(world: ApiWorld, work: (gate: Gate) => Promise<void>): Promise<void> {
  const gate = kept.get(world);
  if (!gate) return runWorker(world, new Gate(), work);
  await work(gate).finally(() => gate.reset());
}

/** The gates of the worlds whose worker stays. */
const kept = new WeakMap<ApiWorld, Gate>();

/**
 * One worker for all tests of a file: starting one takes a second, and what asks an agent without
 * any waits for seconds. @returns what ends it
 */
export async function keepWorker(world: ApiWorld): Promise<() => Promise<void>> {
  const gate = new Gate();
  let end = () => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  let runs = Promise.resolve();
  await new Promise<void>((resolve, reject) => {
    runs = runWorker(world, gate, () => (resolve(), ended));
    runs.catch(reject);
  });
  kept.set(world, gate);
  return () => {
    end();
    return runs;
  };
}

async function runWorker(world: ApiWorld, gate: Gate, work: (gate: Gate) => Promise<void>): Promise<void> {
  const editions = new DistrictEditions(world.config);
  const connection = await NativeConnection.connect({ address: world.config.temporal.address });
  try {
    await withWorkers(
      {
        connection,
        taskQueue: world.config.temporal.taskQueue,
        activities: activitiesOf(world, gate, editions),
        ...dataConverterOf(world.config.temporal),
      },
      // Some tests have a worker of their own; the agent must not wait long for the one that left.
      { workflowBundle: await workflowBundle(), stickyQueueScheduleToStartTimeout: '500ms' },
      () => work(gate).finally(() => gate.open()),
    );
  } finally {
    await connection.close();
    await editions.close();
  }
}

/** Holds objects back until it is opened, and knows whose are there. */
export class Gate {
  private release: () => void = () => {};
  private closed: Promise<void> = Promise.resolve();
  private readonly inside = new Map<string, number>();
  /** Most resyncs that moved at the same time. */
  most = 0;
  /** Records found gone of each object, if removals are asked for, of 10 at the state. */
  readonly extra = new Map<string, number>();
  /** Resyncs whose objects fail, those at the gate among them. */
  readonly broken = new Set<string>();

  close(): void {
    this.closed = new Promise((resolve) => (this.release = resolve));
  }

  open(): void {
    this.release();
  }

  /** As a new one. */
  reset(): void {
    this.open();
    this.most = 0;
    this.extra.clear();
    this.broken.clear();
  }

  /** Resyncs with an object at the gate. */
  get waiting(): readonly string[] {
    return [...this.inside.keys()];
  }

  async pass(resyncId: string): Promise<void> {
    this.failBroken(resyncId);
    this.inside.set(resyncId, (this.inside.get(resyncId) ?? 0) + 1);
    this.most = Math.max(this.most, this.inside.size);
    const context = Context.current();
    // At the gate for longer than an attempt may be silent, it would be made twice.
    const alive = setInterval(() => context.heartbeat(), 1_000);
    await this.closed.finally(() => clearInterval(alive));
    const left = this.inside.get(resyncId)! - 1;
    if (left > 0) this.inside.set(resyncId, left);
    else this.inside.delete(resyncId);
    this.failBroken(resyncId);
  }

  private failBroken(resyncId: string): void {
    if (this.broken.has(resyncId))
      throw ApplicationFailure.nonRetryable('It is broken.', 'ConfigurationError');
  }
}

const onePreview = {
  objects: [
    { object: 'School', records: 1, asked: 1, descendants: 0, ancestors: 0, samples: [['1']] },
    { object: 'Course', records: 2, asked: 0, descendants: 2, ancestors: 0, samples: [['7'], ['8']] },
  ],
  omitted: [],
};

/** What objects of one range, without errors and cycles, don't ask for. */
type NeverAsked = 'syncRange' | 'syncObjects' | 'retryBlocked' | 'retryBlockedOfCycle' | 'verifyCycle';

function activitiesOf(
  { control, config, catalog }: ApiWorld,
  gate: Gate,
  editions: DistrictEditions,
): Omit<ResyncActivities, NeverAsked> {
  const dependencies = { control, config, catalog };
  return {
    ...runLifecycleActivities(dependencies),
    ...stateRequestActivities(dependencies),
    ...districtActionActivities(dependencies),
    ...registrationActivities(dependencies),
    ...noticeActivities(dependencies),
    ...unblockedActivities(dependencies, editions),
    ...syncEventActivities(dependencies, editions),
    ...blackoutActivities(dependencies),
    ...scheduleActivities(dependencies),
    ...removalActivities(dependencies, editions),
    ...retentionActivities(dependencies),
    measureCertification: () => Promise.resolve({ waits: false }),
    endCertification: () => Promise.resolve(),
    ...verificationActivities(dependencies, editions),
    ...verifiedResyncActivities(dependencies),
    ...recompareActivities(dependencies, editions),
    ...selectiveActivities(dependencies, editions),
    // The one key that no record has; no record has a GUID.
    findRecord: async ({ questionId }) => {
      const { key, guid } = await readPreview(control, questionId);
      return { found: guid === null && key[0] !== 'nobody', problem: null };
    },
    resolveIdentityConflict: () =>
      Promise.resolve({ changes: [{ object: 'School', records: 1 }], problem: null }),
    previewSelection: ({ previewId }) => endPreview(control, previewId, { answer: onePreview }),
    askRegion: () => Promise.resolve(),
    preparePlan: async (request) => {
      const { resyncId, districtId, schoolYear } = request;
      const plan = planResync(catalog, request, { state: null });
      const epoch = await takeLease(control, { districtId, schoolYear, resyncId });
      const objects = plan.objects.map(({ name }) => name);
      await planObjects(control, { resyncId, districtId, schoolYear, objects });
      for (const object of objects)
        await saveRanges(control, {
          resyncId,
          cuts: new Map([[object, { ranges: [{ rangeNo: 0, after: null, upTo: null }], keyOrder: null }]]),
        });
      await beginResync(control, resyncId);
      return {
        epoch,
        rangesInFlight: 2,
        objects: plan.objects.map((object) => ({ ...object, ranges: 1, problem: null })),
      };
    },
    syncObject: async ({ resyncId, object }) => {
      await startObject(control, { resyncId, object });
      await gate.pass(resyncId);
      const extra = gate.extra.get(object) ?? 0;
      await ledgerPage(control, { resyncId, object, read: 10 }, { inserted: 10, extra });
      const { counts } = await finishObject(control, { resyncId, object, status: 'finished' });
      return { object, status: 'finished', counts };
    },
    findRemovals: async ({ resyncId, object }) => {
      const keys = Array.from({ length: gate.extra.get(object) ?? 0 }, (_, i) => [String(i + 1)]);
      const records = keys.map((key) => ({ key, guid: `guid-${key.join()}` }));
      await storeFound(control, { resyncId, object }, records);
      const { position } = await readObjectEnd(control, { resyncId, object });
      const { thresholdPercent } = config.removals;
      return decideFound(control, {
        resyncId,
        object,
        position,
        records: 10,
        thresholdPercent,
        refusal: null,
      });
    },
    removeRecords: async ({ resyncId, objects }) => {
      await control('removal')
        .where({ resyncID: resyncId })
        .whereIn('objectName', [...objects])
        .update({ status: 'removed', settledAt: now(control) });
      return { done: true };
    },
  };
}
