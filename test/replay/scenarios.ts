import { ApplicationFailure } from '@temporalio/common';
import type { VerificationRequest } from '../../src/domain/verification';
import {
  agentWorkflowId,
  approveRemovals,
  cancelObject,
  cancelResync,
  cancelStateRequest,
  districtActionWorkflowId,
  pauseResync,
  rejectRemovals,
  resumeResync,
  stateRequestWorkflowId,
  syncEventWorkflowId,
  verificationWorkflowId,
} from '../../workflows/messages';
import type { RequestPoll } from '../../activities/contracts';
import type { districtAction, retention, stateRequest, verification } from '../../workflows';
import { until } from '../support/until';
import { door, type Script, type WorkflowWorld } from '../workflows/support';

/**
 * A run worth keeping: the script of its activities, what people do meanwhile, and the workflows to
 * record.
 */
export interface Scenario {
  readonly name: string;
  readonly script: Script;
  /** @returns ids of the workflows whose histories are kept */
  readonly play: (world: WorkflowWorld) => Promise<readonly string[]>;
}

const by = 'an administrator';
const tree = [
  { name: 'District' },
  { name: 'School', after: ['District'] },
  { name: 'Calendar', after: ['School'] },
  { name: 'CourseCode' },
  { name: 'Enrollment', after: ['Calendar'], ranges: 5 },
];
const slowly = () => new Promise<void>((resolve) => setTimeout(resolve, 150));

const polls: RequestPoll[] = [2, 1, 0].map((left) => ({
  counts: { waiting: left, queued: 0, running: Math.min(left, 1), done: 2 - left, failed: 0, notRun: 0 },
  open: left > 0,
  pollMs: 300,
  againMs: 300,
}));

function startStateRequest(world: WorkflowWorld) {
  const stateRequestId = `asked-${world.district}`;
  return world.client.workflow.start<typeof stateRequest>('stateRequest', {
    taskQueue: world.taskQueue,
    workflowId: stateRequestWorkflowId(stateRequestId),
    args: [{ stateRequestId }],
  });
}

async function playDistrictAction(world: WorkflowWorld, end: 'ended' | 'failed'): Promise<string> {
  const districtActionId = `done-${world.district}`;
  const handle = await world.client.workflow.start<typeof districtAction>('districtAction', {
    taskQueue: world.taskQueue,
    workflowId: districtActionWorkflowId(districtActionId),
    args: [{ districtActionId }],
  });
  const ended = await handle.result();
  if (ended !== end) throw new Error(`The action ${ended}.`);
  return handle.workflowId;
}

async function playRetention(world: WorkflowWorld): Promise<string> {
  const handle = await world.client.workflow.start<typeof retention>('retention', {
    taskQueue: world.taskQueue,
    workflowId: `retention:${world.district}`,
  });
  // One that fails ends so in the history, too.
  await handle.result().catch(() => undefined);
  return handle.workflowId;
}

/**
 * One scenario for each way a run can go; the replay test keeps the workflows able to go on with
 * all of them.
 */
export function scenarios(): Scenario[] {
  const gate = door();
  let asked = 0;
  const busyOnce = (): boolean => (asked += 1) === 1;
  return [
    {
      name: 'full',
      script: {
        objects: tree,
        counts: (object) => (object === 'Enrollment' ? { blocked: 2 } : { inserted: 1 }),
      },
      play: async (world) => {
        const request = world.request();
        await world.enqueue(request);
        await until('it ended', () => world.log.includes(`end ${request.resyncId} finished`));
        const run = world.handleOf(request.resyncId);
        await run.result();
        await world.agent().result();
        return [
          run.workflowId,
          `${run.workflowId}/Enrollment`,
          agentWorkflowId(world.district, request.schoolYear),
        ];
      },
    },
    {
      name: 'cycle-and-problem',
      script: {
        objects: [
          { name: 'Company' },
          { name: 'Department', cycle: 'u', after: ['Company'] },
          { name: 'Employee', cycle: 'u' },
          { name: 'Payslip', after: ['Employee'] },
          { name: 'Broken', problem: 'Broken: the state has no such table.' },
          { name: 'BelowBroken', after: ['Broken'] },
        ],
      },
      play: async (world) => {
        const run = await world.start();
        await run.result();
        return [run.workflowId];
      },
    },
    {
      name: 'paused-and-one-object-cancelled',
      script: { objects: tree, move: ({ object }) => (object === 'CourseCode' ? gate.opened : slowly()) },
      play: async (world) => {
        const run = await world.start();
        await until('CourseCode moves', () => world.log.includes('move CourseCode 0'));
        await run.executeUpdate(pauseResync, { args: [{ by }] });
        await run.executeUpdate(cancelObject, { args: [{ object: 'CourseCode', by }] });
        gate.open();
        await run.executeUpdate(resumeResync, { args: [{ by }] });
        await until('Enrollment moves', () => world.log.includes('move Enrollment 1'));
        await run.executeUpdate(pauseResync, { args: [{ by }] });
        await run.executeUpdate(resumeResync, { args: [{ by }] });
        await run.result();
        return [run.workflowId];
      },
    },
    {
      name: 'cancelled',
      script: { objects: tree, move: slowly },
      play: async (world) => {
        const run = await world.start();
        await until('Enrollment moves', () => world.log.includes('move Enrollment 1'));
        await run.executeUpdate(cancelResync, { args: [{ by }] });
        await run.result();
        return [run.workflowId];
      },
    },
    {
      name: 'preempted',
      script: { objects: tree, move: slowly, rangesInFlight: 1 },
      play: async (world) => {
        const mine = world.request();
        await world.enqueue(mine);
        await until('Enrollment moves', () => world.log.includes('move Enrollment 0'));
        const states = world.request({ initiator: 'state', scenario: 'STATE_REQUEST' });
        await world.enqueue(states);
        const run = world.handleOf(mine.resyncId);
        await run.result();
        await world.agent().result();
        return [run.workflowId, world.handleOf(states.resyncId).workflowId, world.agent().workflowId];
      },
    },
    {
      name: 'removals-held',
      script: {
        objects: tree,
        counts: () => ({ unchanged: 5, extra: 2 }),
        found: (object) => ({
          found: 2,
          decision: /Calendar|Enrollment|School/.test(object) ? 'awaiting' : 'below',
        }),
        approvalMs: 1500,
      },
      play: async (world) => {
        const run = await world.start(world.request({ removals: 'apply' }));
        await until('it awaits an approval', () => world.log.includes('status awaitingApproval'));
        await run.executeUpdate(approveRemovals, { args: [{ objects: ['Enrollment'], by }] });
        await run.executeUpdate(rejectRemovals, { args: [{ objects: ['Calendar'], by }] });
        await run.result();
        return [run.workflowId];
      },
    },
    {
      name: 'verified-resync',
      script: { objects: tree, drifted: ['School', 'Enrollment'], counts: () => ({ inserted: 1 }) },
      play: async (world) => {
        const run = await world.start(world.request({ verify: 'beforeAndAfter' }));
        await run.result();
        return [run.workflowId];
      },
    },
    {
      name: 'state-fields',
      script: { objects: tree.map((object) => ({ ...object, stateFields: object.name })).slice(0, 2) },
      play: async (world) => {
        const run = await world.start();
        await run.result();
        const [event] = world.log.flatMap((line) => /^event of (.*)/.exec(line)?.[1] ?? []);
        const carried = world.client.workflow.getHandle(syncEventWorkflowId(event!));
        await carried.result();
        return [run.workflowId, carried.workflowId];
      },
    },
    {
      name: 'state-request',
      script: { objects: [], polls },
      play: async (world) => {
        const handle = await startStateRequest(world);
        await handle.result();
        return [handle.workflowId];
      },
    },
    {
      name: 'district-action',
      script: { objects: [], left: [2, 1, 0].map((left) => ({ left, pollMs: left === 2 ? 0 : 300 })) },
      play: async (world) => [await playDistrictAction(world, 'ended')],
    },
    {
      name: 'district-action-failed',
      script: { objects: [], left: [{ left: 2, pollMs: 300 }] },
      play: async (world) => [await playDistrictAction(world, 'failed')],
    },
    {
      name: 'retention',
      script: {
        objects: [],
        removeOld: (kind, after) => ({
          rows: kind === 'errors' ? 200 : 0,
          after: kind === 'errors' && after === null ? 'more' : null,
        }),
      },
      play: async (world) => [await playRetention(world)],
    },
    {
      name: 'retention-failed',
      script: {
        objects: [],
        removeOld: (kind) => {
          if (kind === 'ledger') throw ApplicationFailure.nonRetryable('No right to DELETE.');
          return { rows: 1, after: null };
        },
      },
      play: async (world) => [await playRetention(world)],
    },
    {
      name: 'verification',
      script: {
        objects: tree,
        compare: (objects) =>
          Promise.resolve(
            objects.includes('CourseCode') && busyOnce() ? { resyncId: 'another', hidden: false } : null,
          ),
      },
      play: async (world) => {
        const verificationId = `verified-${world.district}`;
        const request: VerificationRequest = {
          ...{ verificationId, districtId: world.district, schoolYear: 2027, objects: 'all' },
          ...{ checkDependencies: true, initiator: 'district', requestedBy: by },
          ...{ kind: 'verification', resyncId: null },
        };
        const handle = await world.client.workflow.start<typeof verification>('verification', {
          taskQueue: world.taskQueue,
          workflowId: verificationWorkflowId(verificationId),
          args: [request],
        });
        await handle.result();
        return [handle.workflowId];
      },
    },
    {
      name: 'state-request-cancelled',
      script: { objects: [], polls },
      play: async (world) => {
        const handle = await startStateRequest(world);
        await until('it polled', () => world.log.includes('poll'));
        await handle.executeUpdate(cancelStateRequest, { args: [{ by, running: 'leave' }] });
        await handle.executeUpdate(cancelStateRequest, { args: [{ by, running: 'cancel' }] });
        await handle.result();
        return [handle.workflowId];
      },
    },
  ];
}
