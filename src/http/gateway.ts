import { randomUUID } from 'node:crypto';
import { type Client, WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { giveToAgent, startOnce, startVerification } from '../temporal/start-workflows';
import type { NoticeGroup } from '../domain/notices';
import type { Whereabouts } from '../domain/resync';
import type { ResyncRequest } from '../domain/resync';
import type { VerificationRequest } from '../domain/verification';
import {
  type AgentQueue,
  agentQueue,
  agentWorkflowId,
  approveRemovals,
  blackoutsChanged,
  cancelObject,
  cancelResync,
  cancelStateRequest,
  certificationWorkflowId,
  cancelVerification,
  type NoticeGroupInput,
  noticesWorkflowId,
  pauseResync,
  type QueuePlace,
  type RecordAnswer,
  recordLookWorkflowId,
  type RecordQuestion,
  rejectRemovals,
  type RemovalChoice,
  resumeResync,
  resyncWorkflowId,
  type RunState,
  type StateRequestCancel,
  selectivePreviewWorkflowId,
  stateRequestWorkflowId,
  verificationWorkflowId,
  type SyncEventInput,
  syncEventWorkflowId,
  withdrawResync,
} from '../../workflows/messages';
import { Problem } from './problem';
import { notAvailable, refusalOf, unreachable } from './temporal-problems';

const districtAttribute = defineSearchAttributeKey('ResyncDistrict', SearchAttributeType.KEYWORD);
const initiatorAttribute = defineSearchAttributeKey('ResyncInitiator', SearchAttributeType.KEYWORD);
const scenarioAttribute = defineSearchAttributeKey('ResyncScenario', SearchAttributeType.KEYWORD);

/** A certification, or a comparison with it. */
interface CertificationRef {
  readonly certificationId: string;
  readonly driftId?: string;
}

/**
 * A person waits for the answer: after this long it is "not available now" instead. Longer than the 10 s for which the
 * server keeps a workflow's task for a worker that has just died.
 */
const callTimeoutMs = 15_000;

/** What the API says to the workflows. Every method throws a Problem: 503 when Temporal or its worker doesn't answer. */
export class Gateway {
  constructor(
    private readonly client: Client,
    private readonly taskQueue: string,
  ) {}

  /** Gives a request to its district's agent, which is started when it isn't there. Safe to repeat. */
  enqueue(request: ResyncRequest): Promise<QueuePlace> {
    return this.call(() => giveToAgent(this.client, this.taskQueue, request));
  }

  /** Starts sending the notices of some alerts out; a group that is under way is left alone. Safe to repeat. */
  async startNotices({ group, alertIds }: NoticeGroup): Promise<void> {
    await this.call(() =>
      this.client.workflow.start('noticeDelivery', {
        taskQueue: this.taskQueue,
        workflowId: noticesWorkflowId(group),
        workflowIdConflictPolicy: 'USE_EXISTING',
        args: [{ alertIds } satisfies NoticeGroupInput],
        staticSummary: `Notices of ${group}`,
      }),
    );
  }

  /** Takes a request out of the queue. `false`: it doesn't wait there (any more), or there is no queue. */
  async withdraw({ districtId, schoolYear, resyncId }: ResyncRequest): Promise<boolean> {
    const withdrawn = await this.orNull(() =>
      this.client.workflow
        .getHandle(agentWorkflowId(districtId, schoolYear))
        .executeUpdate(withdrawResync, { args: [resyncId] }),
    );
    return withdrawn ?? false;
  }

  /** `null`: no run of this resync is under way. */
  pause(resyncId: string, by: string): Promise<RunState | null> {
    return this.orNull(() => this.run(resyncId).executeUpdate(pauseResync, { args: [{ by }] }));
  }

  /** `null`: no run of this resync is under way. */
  resume(resyncId: string, by: string): Promise<RunState | null> {
    return this.orNull(() => this.run(resyncId).executeUpdate(resumeResync, { args: [{ by }] }));
  }

  /** `null`: no run of this resync is under way. */
  cancel(resyncId: string, by: string): Promise<RunState | null> {
    return this.orNull(() => this.run(resyncId).executeUpdate(cancelResync, { args: [{ by }] }));
  }

  /** `null`: no run of this resync is under way. */
  cancelObject(resyncId: string, object: string, by: string): Promise<RunState | null> {
    return this.orNull(() => this.run(resyncId).executeUpdate(cancelObject, { args: [{ object, by }] }));
  }

  /** `null`: no run of this resync is under way. */
  decideRemovals(
    resyncId: string,
    verb: 'approve' | 'reject',
    choice: RemovalChoice,
  ): Promise<RunState | null> {
    const update = verb === 'approve' ? approveRemovals : rejectRemovals;
    return this.orNull(() => this.run(resyncId).executeUpdate(update, { args: [choice] }));
  }

  /** Tells a run to ask for the blackout windows again; one that doesn't run will ask when it does. */
  async blackoutsChanged(resyncId: string): Promise<void> {
    await this.orNull(() => this.run(resyncId).signal(blackoutsChanged));
  }

  /** Work with the client itself (schedules). Errors are told as those of the other methods. */
  withClient<T>(work: (client: Client, taskQueue: string) => Promise<T>): Promise<T> {
    return this.call(() => work(this.client, this.taskQueue));
  }

  /**
   * Looks for a record at its district, which only a worker reaches. Takes as long as the district's server does.
   * @throws Problem 503 too when the district's database doesn't answer within ten seconds
   */
  async findRecord(question: RecordQuestion): Promise<RecordAnswer> {
    const { districtId } = question;
    return this.call(async () => {
      try {
        return (await this.client.workflow.execute('recordLook', {
          taskQueue: this.taskQueue,
          workflowId: recordLookWorkflowId(districtId, randomUUID()),
          args: [question],
          workflowExecutionTimeout: '12 seconds',
          staticSummary: `Is there such a record of ${question.object} in ${districtId}?`,
        })) as RecordAnswer;
      } catch (error) {
        if (!(error instanceof WorkflowFailedError)) throw error;
        throw new Problem(503, 'The district’s database does not answer: try again later.', [], {
          'Retry-After': '10',
        });
      }
    });
  }

  /** Has the preview of a selective sync made. */
  async startPreview(previewId: string, summary: string): Promise<void> {
    await this.call(() =>
      this.client.workflow.start('selectivePreview', {
        taskQueue: this.taskQueue,
        workflowId: selectivePreviewWorkflowId(previewId),
        args: [{ previewId }],
        staticSummary: summary,
      }),
    );
  }

  /** The queue of a district's agent; an agent that isn't running has an empty one. */
  async queue(districtId: string, schoolYear: number): Promise<AgentQueue> {
    const handle = this.client.workflow.getHandle(agentWorkflowId(districtId, schoolYear));
    const empty: AgentQueue = { active: null, preempted: null, waiting: [] };
    const description = await this.orNull(() => handle.describe());
    if (description?.status.name !== 'RUNNING') return empty;
    return (await this.orNull(() => handle.query(agentQueue))) ?? empty;
  }

  /** What Temporal knows of a resync, for reconcile. */
  async whereabouts({ districtId, schoolYear, resyncId }: ResyncRequest): Promise<Whereabouts> {
    const description = await this.orNull(() => this.run(resyncId).describe());
    if (description) return description.status.name === 'RUNNING' ? 'running' : 'ended';
    const queue = await this.queue(districtId, schoolYear);
    const known = [queue.active, queue.preempted, ...queue.waiting.map((waiting) => waiting.resyncId)];
    return known.includes(resyncId) ? 'waiting' : 'unknown';
  }

  /** Has a state's request carried out; one that is, or was, is left alone. Safe to repeat. */
  startStateRequest(stateRequestId: string, summary: string): Promise<void> {
    return this.call(() =>
      startOnce(this.client, 'stateRequest', {
        workflowId: stateRequestWorkflowId(stateRequestId),
        taskQueue: this.taskQueue,
        args: [{ stateRequestId }],
        staticSummary: summary,
        typedSearchAttributes: [
          { key: initiatorAttribute, value: 'state' },
          { key: scenarioAttribute, value: 'STATE_REQUEST' },
        ],
      }),
    );
  }

  /** Has a sync event carried out; one that is under way is left alone, one that has ended finds nothing to do. */
  async startSyncEvent(event: SyncEventInput): Promise<void> {
    await this.call(() =>
      this.client.workflow.start('syncEvent', {
        taskQueue: this.taskQueue,
        workflowId: syncEventWorkflowId(event.syncEventId),
        workflowIdConflictPolicy: 'USE_EXISTING',
        args: [event],
        staticSummary: `The state's values for ${event.districtId}`,
        typedSearchAttributes: [{ key: districtAttribute, value: event.districtId }],
      }),
    );
  }

  /** `false`: no such request is being carried out. */
  cancelStateRequest(stateRequestId: string, cancel: StateRequestCancel): Promise<boolean> {
    const handle = this.client.workflow.getHandle(stateRequestWorkflowId(stateRequestId));
    return this.told(() => handle.executeUpdate(cancelStateRequest, { args: [cancel] }));
  }

  /** What Temporal knows of a state's request; `unknown`: it was never started, or its data is gone. */
  stateRequestAt(stateRequestId: string): Promise<'running' | 'ended' | 'unknown'> {
    return this.workflowAt(stateRequestWorkflowId(stateRequestId));
  }

  /** Has a district certified, or compared with what was certified; what is under way is left alone. Safe to repeat. */
  startCertification(input: CertificationRef): Promise<void> {
    const { certificationId, driftId } = input;
    return this.call(() =>
      startOnce(this.client, 'certification', {
        workflowId: certificationWorkflowId(certificationId, driftId),
        taskQueue: this.taskQueue,
        args: [input],
        staticSummary:
          driftId === undefined ? 'Certifies a district' : 'Compares a district with what was certified',
      }),
    );
  }

  /** As stateRequestAt. */
  certificationAt({ certificationId, driftId }: CertificationRef): Promise<'running' | 'ended' | 'unknown'> {
    return this.workflowAt(certificationWorkflowId(certificationId, driftId));
  }

  /** Has a verification made; one that is, or was, is left alone. Safe to repeat. */
  startVerification(request: VerificationRequest): Promise<void> {
    return this.call(() => startVerification(this.client, this.taskQueue, request));
  }

  /** `false`: no such verification is under way. */
  cancelVerification(verificationId: string, by: string): Promise<boolean> {
    const handle = this.client.workflow.getHandle(verificationWorkflowId(verificationId));
    return this.told(() => handle.executeUpdate(cancelVerification, { args: [{ by }] }));
  }

  /** As stateRequestAt. */
  verificationAt(verificationId: string): Promise<'running' | 'ended' | 'unknown'> {
    return this.workflowAt(verificationWorkflowId(verificationId));
  }

  /** Does the server answer? */
  async answers(): Promise<boolean> {
    try {
      await this.client.connection.withDeadline(Date.now() + 2_000, () =>
        this.client.connection.workflowService.getSystemInfo({}),
      );
      return true;
    } catch {
      return false;
    }
  }

  private async workflowAt(workflowId: string): Promise<'running' | 'ended' | 'unknown'> {
    const handle = this.client.workflow.getHandle(workflowId);
    const description = await this.orNull(() => handle.describe());
    if (!description) return 'unknown';
    return description.status.name === 'RUNNING' ? 'running' : 'ended';
  }

  private run(resyncId: string) {
    return this.client.workflow.getHandle(resyncWorkflowId(resyncId));
  }

  /** `false`: there is no such workflow under way. */
  private async told(work: () => Promise<void>): Promise<boolean> {
    return (await this.orNull(async () => (await work(), true))) ?? false;
  }

  private async orNull<T>(work: () => Promise<T>): Promise<T | null> {
    return this.call(async () => {
      try {
        return await work();
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return null;
        throw error;
      }
    });
  }

  private async call<T>(work: () => Promise<T>): Promise<T> {
    // The client would retry a refused connection until the deadline; a person gets the answer at once.
    if (!(await this.answers())) throw notAvailable();
    try {
      return await this.client.connection.withDeadline(Date.now() + callTimeoutMs, work);
    } catch (error) {
      throw refusalOf(error) ?? unreachable(error) ?? error;
    }
  }
}
