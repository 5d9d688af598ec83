import { randomUUID } from 'node:crypto';
import { Client, Connection, WithStartWorkflowOperation, type WorkflowHandle } from '@temporalio/client';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import type { ResyncActivities } from '../../activities';
import type { ObjectWork } from '../../activities/object-jobs';
import type {
  ActionPoll,
  ComparisonEnd,
  ObjectEnd,
  PreparedObject,
  RequestPoll,
  ResyncEnd,
  RunsUnderWay,
} from '../../activities/contracts';
import { noRecords, type RangeCounts } from '../../src/domain/outcome';
import type { FoundRemovals } from '../../src/features/removals/store';
import type { HeldWindow } from '../../src/domain/blackout';
import type { ResyncRequest } from '../../src/domain/resync';
import type { RetainedKind } from '../../src/domain/retention';
import type { Step } from '../../src/features/retention/remove-runs';
import type { batchResync, districtAgent } from '../../workflows';
import { agentWorkflowId, enqueueResync, resyncWorkflowId } from '../../workflows/messages';
import { testStack } from '../support/stack';
import { workflowBundle } from '../support/workflow-bundle';
import { withWorkers } from '../support/workers';

Runtime.install({ logger: new DefaultLogger('ERROR') });

/** A scripted world: which objects there are, and a log of what the workflows asked for. */
export interface Script {
  readonly objects: readonly (Partial<PreparedObject> & { name: string })[];
  /** Work of one range or small object; default: at once. Throw to fail the object. */
  readonly move?: (what: {
    resyncId: string;
    object: string;
    rangeNo: number;
    epoch: number;
  }) => Promise<void>;
  readonly counts?: (object: string) => Partial<RangeCounts>;
  readonly rangesInFlight?: number;
  /** What an agent that begins finds; default: nothing. */
  readonly underWay?: () => RunsUnderWay;
  /** Before a run is planned. */
  readonly plan?: () => Promise<void>;
  /** What becomes of an object's state-owned fields at the run's end. */
  readonly settle?: (object: string) => Promise<void>;
  /** What a state's request finds, poll by poll; the last one again and again. */
  readonly polls?: readonly RequestPoll[];
  /** What is left of an action on many districts, poll by poll; default: nothing at once. */
  readonly left?: readonly ActionPoll[];
  /** What one step of a retention pass removes; default: nothing. Throw to fail the pass. */
  readonly removeOld?: (kind: RetainedKind, after: string | null) => Step;
  /** What is found gone of an object; default: 3 records, few enough. */
  readonly found?: (object: string) => FoundRemovals;
  readonly approvalMs?: number;
  /** Work of removing; throw to stop it. */
  readonly remove?: (objects: readonly string[]) => Promise<void>;
  /** The window that holds at an instant (epoch milliseconds) or comes next; default: none. */
  readonly blackout?: (at: number, initiator: ResyncRequest['initiator']) => HeldWindow | null;
  /** Comparing an object or cycle; what it returns is in the middle of it. Throw to fail it. */
  readonly compare?: (objects: readonly string[], verificationId: string) => Promise<ComparisonEnd['busy']>;
  /** What a resync that verifies has to send; default: nothing. */
  readonly drifted?: readonly string[];
  /** Before a verification is planned. Throw to fail it. */
  readonly openVerification?: () => Promise<void>;
}

/** Activities that follow a script; every call is in `log`, e.g. "move Enrollment 0". */
export function scriptedActivities(script: Script): { activities: ResyncActivities; log: string[] } {
  const log: string[] = [];
  let epoch = 1;
  const end = (object: string, status: ObjectEnd['status']): ObjectEnd => ({
    object,
    status,
    counts: { ...noRecords, ...(status === 'finished' ? script.counts?.(object) : {}) },
  });
  const move = async ({ resyncId, object, epoch: given }: ObjectWork, rangeNo: number) => {
    log.push(`move ${object} ${rangeNo}`);
    const context = Context.current();
    // At a door for longer than an attempt may be silent, it would be made twice.
    const alive = setInterval(() => context.heartbeat(), 1_000);
    try {
      await script.move?.({ resyncId, object, rangeNo, epoch: given });
    } finally {
      clearInterval(alive);
    }
    log.push(`moved ${object} ${rangeNo}`);
  };
  const activities: ResyncActivities = {
    ...scriptedVerification(script, log),
    sendUnblocked: () => Promise.resolve([]),
    settleImport: () => Promise.resolve(),
    failImport: () => Promise.resolve(),
    beginRetention: () => Promise.resolve(),
    removeOldRows: async ({ kind, after }) => {
      log.push(`remove old ${kind}${after === null ? '' : ` after ${after}`}`);
      return Promise.resolve(script.removeOld?.(kind, after) ?? { rows: 0, after: null });
    },
    endRetention: ({ status }) => {
      log.push(`pass ${status}`);
      return Promise.resolve();
    },
    askRegion: () => Promise.resolve(),
    preparePlan: async (request) => {
      await script.plan?.();
      const planned = ({ name }: { name: string }) => !request.verify || request.objects.includes(name);
      if (request.verify) log.push(`plan ${String(request.objects)}`);
      return {
        epoch,
        rangesInFlight: script.rangesInFlight ?? 2,
        objects: script.objects.filter(planned).map((object) => ({
          reason: { kind: 'requested' },
          cycle: null,
          ranges: 1,
          problem: null,
          ...object,
          after: (object.after ?? []).filter((name) => planned({ name })),
          dependsOn: (object.dependsOn ?? object.after ?? []).filter((name) => planned({ name })),
        })),
      };
    },
    syncObject: async (input) => {
      await move(input, 0);
      return end(input.object, 'finished');
    },
    syncObjects: async ({ objects, followers = [], ...work }) => {
      const then = followers.length === 0 ? '' : `, then ${followers.join(', ')}`;
      log.push(`together ${objects.join(', ')}${then}`);
      const ends: ObjectEnd[] = [];
      const context = Context.current();
      const heard = hearing(log);
      try {
        for (const [position, object] of [...objects, ...followers].entries()) {
          if (context.cancellationSignal.aborted) break;
          if (position >= objects.length && ends.length < position) break;
          await move({ ...work, object }, 0).then(
            () => ends.push(end(object, 'finished')),
            () => log.push(`left ${object}`),
          );
        }
        return ends;
      } finally {
        clearInterval(heard);
      }
    },
    syncRange: (input) => move(input, input.rangeNo),
    retryBlocked: (input) => {
      log.push(`retry ${input.object}`);
      return Promise.resolve(end(input.object, 'finished'));
    },
    recompareObject: (input) => {
      log.push(`again ${input.object}`);
      return Promise.resolve({ ...end(input.object, 'finished'), written: 0 });
    },
    retryBlockedOfCycle: (input) => {
      log.push(`retry ${input.objects.join(', ')}`);
      return Promise.resolve(input.objects.map((object) => end(object, 'finished')));
    },
    verifyCycle: (input) => {
      log.push(`verify ${input.cycle}`);
      return Promise.resolve();
    },
    startObject: (input) => {
      log.push(`start ${input.object}`);
      return Promise.resolve();
    },
    finishObject: (input) => {
      log.push(`finish ${input.object}`);
      return Promise.resolve(end(input.object, 'finished'));
    },
    endObject: (input) => {
      log.push(`${input.status} ${input.object}`);
      return Promise.resolve(end(input.object, input.status));
    },
    findRunsUnderWay: () => Promise.resolve(script.underWay?.() ?? { active: null, preempted: null }),
    noteStatus: (input) => {
      log.push(`status ${input.status}`);
      return Promise.resolve();
    },
    findRemovals: ({ object }) => {
      log.push(`find ${object}`);
      return Promise.resolve(script.found?.(object) ?? { found: 3, decision: 'below' });
    },
    holdRemovals: () => {
      log.push('hold');
      return Promise.resolve({ waitMs: script.approvalMs ?? 3_600_000 });
    },
    decideRemovals: ({ decision, objects, by }) => {
      log.push(`${decision} ${objects.join(', ')} by ${by}`);
      return Promise.resolve();
    },
    removeRecords: async ({ objects, epoch: given }) => {
      log.push(`remove ${objects.join(', ')} epoch ${given}`);
      await script.remove?.(objects);
      return { done: true };
    },
    noteRemovalStopped: ({ objects, message }) => {
      log.push(`stopped ${objects.join(', ')}: ${message}`);
      return Promise.resolve();
    },
    endRemovals: () => Promise.resolve({ message: 'They ended.' }),
    listDeliveries: () => Promise.resolve([]),
    deliverNotice: () => Promise.resolve(),
    giveUpNotice: () => Promise.resolve(),
    nextBlackout: ({ at, initiator }) => {
      log.push('ask blackout');
      return Promise.resolve(script.blackout?.(Date.parse(at), initiator) ?? null);
    },
    resolveIdentityConflict: () => Promise.resolve({ changes: [], problem: null }),
    findRecord: () => Promise.resolve({ found: true, problem: null }),
    previewSelection: () => Promise.resolve(),
    failPreview: () => Promise.resolve(),
    noteHold: ({ heldUntil }) => {
      log.push(heldUntil === null ? 'released' : 'held');
      return Promise.resolve();
    },
    startScheduledResync: ({ scheduledFor }) => {
      log.push(`fire ${scheduledFor}`);
      return Promise.resolve({ outcome: 'started', resyncId: null });
    },
    settleStateFields: ({ object, epoch: given, syncEventId }) => {
      log.push(`settle ${object} ${given}`, `event of ${syncEventId}`);
      return script.settle?.(object) ?? Promise.resolve();
    },
    carryDown: ({ syncEventId }) => {
      log.push(`carry ${syncEventId}`);
      return Promise.resolve();
    },
    failSyncEvent: ({ message }) => {
      log.push(`event failed: ${message}`);
      return Promise.resolve();
    },
    renewLease: ({ status }) => {
      log.push(`renewed ${status}`);
      return Promise.resolve((epoch += 1));
    },
    finishResync: (input): Promise<ResyncEnd> => {
      if (input.verifiedBy !== undefined) log.push(`by ${input.verifiedBy.split('-').at(-1)}`);
      log.push(`end ${input.resyncId} ${input.status}`);
      if (input.message !== null) log.push(`because ${input.message}`);
      return Promise.resolve({
        resyncId: input.resyncId,
        status: input.status,
        color: 'green',
        message: null,
        processed: 0,
        errors: 0,
      });
    },
    measureCertification: () => Promise.resolve({ waits: false }),
    endCertification: () => Promise.resolve(),
    openStateRequest: () => Promise.resolve({ untilOpenMs: 200 }),
    advanceDistrictAction: () => {
      const polled = log.filter((line) => line === 'advance').length;
      log.push('advance');
      if (script.left === undefined) return Promise.resolve({ left: 0, pollMs: 0 });
      const poll = script.left[polled];
      if (!poll) return Promise.reject(ApplicationFailure.nonRetryable('There is no such action.'));
      return Promise.resolve(poll);
    },
    closeDistrictAction: ({ message }) => {
      log.push(`close: ${message ?? ''}`);
      return Promise.resolve();
    },
    advanceStateRequest: () => {
      const polled = log.filter((line) => line === 'poll').length;
      log.push('poll');
      const poll = script.polls?.[Math.min(polled, script.polls.length - 1)];
      if (!poll) throw new Error('The script has no polls.');
      return Promise.resolve(poll);
    },
    withdrawDistricts: ({ running }) => {
      log.push(`withdraw, ${running}`);
      return Promise.resolve();
    },
    closeStateRequest: ({ cancelledBy }) =>
      Promise.resolve({ status: cancelledBy === null ? 'finished' : 'cancelled', message: 'It ended.' }),
  };
  return { activities, log };
}

/** Activities of verifications, by the same script and log. */
function scriptedVerification(
  { objects, compare, drifted = [], openVerification: open }: Script,
  log: string[],
): Pick<
  ResyncActivities,
  | 'openVerification'
  | 'compareObjects'
  | 'noteVerification'
  | 'endComparison'
  | 'finishVerification'
  | 'selectDrifted'
> {
  return {
    openVerification: async () => {
      await open?.();
      return {
        objects: objects.map(({ name, after = [], cycle = null }) => ({ name, after, cycle })),
        atOnce: 2,
      };
    },
    selectDrifted: () => Promise.resolve(drifted),
    compareObjects: async ({ objects: first, followers = [], verificationId }) => {
      if (followers.length > 0) log.push(`together ${first.join('+')}, then ${followers.join(', ')}`);
      const look = async (names: readonly string[]) => {
        log.push(`compare ${names.join('+')}`);
        const found = (await compare?.(names, verificationId)) ?? null;
        log.push(`${found === null ? 'compared' : 'busy'} ${names.join('+')}`);
        return found;
      };
      const context = Context.current();
      const heard = hearing(log);
      try {
        const busy = await look(first);
        const followed: string[] = [];
        for (const name of busy === null ? followers : []) {
          const goesOn =
            !context.cancellationSignal.aborted &&
            (await look([name]).then(
              (found) => found === null,
              () => false,
            ));
          if (!goesOn) break;
          followed.push(name);
        }
        return { busy, followed };
      } finally {
        clearInterval(heard);
      }
    },
    noteVerification: async ({ status, message }) => {
      // Slow to say that it waits: what is said next must not be overtaken.
      if (status === 'waiting') await new Promise((resolve) => setTimeout(resolve, 100));
      log.push(`${status}: ${message ?? ''}`);
    },
    endComparison: ({ objects: names, status }) => {
      log.push(`${status} ${names.join('+')}`);
      return Promise.resolve();
    },
    finishVerification: ({ status, message }) => {
      log.push(`end ${status}`);
      const verdict = {
        equal: true,
        resyncNecessary: false,
        objectsToResync: [],
        notResyncable: 0,
        extra: 0,
      };
      return Promise.resolve({ status, verdict, message: message ?? '' });
    },
  };
}

/** Heartbeats, by which a worker hears that it shall stop; the log has that it did. */
function hearing(log: string[]): NodeJS.Timeout {
  const context = Context.current();
  context.cancellationSignal.addEventListener('abort', () => log.push('told to stop'));
  return setInterval(() => context.heartbeat(), 50);
}

export interface WorkflowWorld {
  readonly client: Client;
  readonly taskQueue: string;
  readonly log: string[];
  /** Ids of districts and resyncs of one test never meet another's. */
  readonly district: string;
  readonly request: (overrides?: Partial<ResyncRequest>) => ResyncRequest;
  readonly start: (request?: ResyncRequest) => Promise<WorkflowHandle<typeof batchResync>>;
  readonly enqueue: (request: ResyncRequest) => Promise<number>;
  readonly handleOf: (resyncId: string) => WorkflowHandle<typeof batchResync>;
  readonly agent: () => WorkflowHandle<typeof districtAgent>;
}

/**
 * Runs `test` against a real Temporal server with one worker that follows the script.
 * @param district that of an earlier call: its runs, whose worker is gone, go on with this one
 */
export async function withWorkflows(
  script: Script,
  test: (world: WorkflowWorld) => Promise<void>,
  district = `d-${randomUUID().slice(0, 8)}`,
): Promise<void> {
  const { temporal } = await testStack();
  const connection = await Connection.connect({ address: temporal.address });
  const native = await NativeConnection.connect({ address: temporal.address });
  const client = new Client({ connection });
  const taskQueue = `test-${district}`;
  const { activities, log } = scriptedActivities(script);
  const schoolYear = 2027;
  const handleOf = (resyncId: string) =>
    client.workflow.getHandle<typeof batchResync>(resyncWorkflowId(resyncId));
  const world: WorkflowWorld = {
    client,
    taskQueue,
    log,
    district,
    request: (overrides = {}) => ({
      resyncId: `${district}-${randomUUID().slice(0, 6)}`,
      districtId: district,
      schoolYear,
      objects: 'all',
      checkDependencies: true,
      scenario: 'OTHER',
      initiator: 'district',
      mode: 'compare',
      requestedBy: 'test',
      ...overrides,
    }),
    start: (request = world.request()) =>
      client.workflow.start<typeof batchResync>('batchResync', {
        taskQueue,
        workflowId: resyncWorkflowId(request.resyncId),
        args: [request],
      }),
    enqueue: async (request) => {
      const place = await client.workflow.executeUpdateWithStart(enqueueResync, {
        args: [request],
        startWorkflowOperation: new WithStartWorkflowOperation<typeof districtAgent>('districtAgent', {
          workflowId: agentWorkflowId(district, schoolYear),
          taskQueue,
          args: [{ districtId: district, schoolYear }],
          workflowIdConflictPolicy: 'USE_EXISTING',
        }),
      });
      return place.position;
    },
    handleOf,
    agent: () => client.workflow.getHandle<typeof districtAgent>(agentWorkflowId(district, schoolYear)),
  };
  try {
    // A worker ends only when its activities have: none may wait at a door that a failed test left
    // shut.
    await withWorkers(
      {
        connection: native,
        taskQueue,
        activities,
        maxHeartbeatThrottleInterval: '200ms',
      },
      { workflowBundle: await workflowBundle() },
      () => test(world).finally(openAllDoors),
    );
  } finally {
    await connection.close();
    await native.close();
  }
}

/** A door that work waits at until a test opens it. */
export function door(): { readonly open: () => void; readonly opened: Promise<void> } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  doors.push(open);
  return { open: () => open(), opened };
}

const doors: (() => void)[] = [];

function openAllDoors(): void {
  for (const open of doors.splice(0)) open();
}
