/** How the API calls Temporal: with a deadline, and with errors that tell who didn't answer. */
import { type Client, type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import { toCallError, Unavailable } from './call-errors';

/**
 * A person waits for the answer: after this long it is "not available now" instead. Longer than
 * the 10 s for which the server keeps a workflow's task for a worker that has just died.
 */
const callTimeoutMs = 15_000;

interface CallOptions {
  /** Where the answer is only an extra, and can be left out: less than a person waits otherwise. */
  readonly withinMs?: number;
}

/** What Temporal knows of a workflow; `unknown`: it was never started, or its data is gone. */
export type WorkflowStatus = 'running' | 'ended' | 'unknown';

/**
 * What each feature's workflow-client is made of. Every method but `answers` throws Unavailable or
 * Refused.
 */
export class TemporalCalls {
  constructor(
    private readonly client: Client,
    private readonly taskQueue: string,
  ) {}

  /** Starts workflows, or works with schedules. */
  async call<T>(
    work: (client: Client, taskQueue: string) => Promise<T>,
    { withinMs = callTimeoutMs }: CallOptions = {},
  ): Promise<T> {
    // The client would retry a refused connection until the deadline; a person gets the answer at
    // once.
    if (!(await this.answers())) throw new Unavailable();
    try {
      return await this.client.connection.withDeadline(Date.now() + withinMs, () =>
        work(this.client, this.taskQueue),
      );
    } catch (error) {
      throw toCallError(error);
    }
  }

  /** Asks a workflow, or has it do something. `null`: there is no such workflow under way. */
  ask<T>(
    workflowId: string,
    work: (workflow: WorkflowHandle) => Promise<T>,
    options?: CallOptions,
  ): Promise<T | null> {
    return this.call(async (client) => {
      try {
        return await work(client.workflow.getHandle(workflowId));
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return null;
        throw error;
      }
    }, options);
  }

  /** As `ask`, of what answers nothing. `false`: there is no such workflow under way. */
  async tell(workflowId: string, work: (workflow: WorkflowHandle) => Promise<void>): Promise<boolean> {
    return (await this.ask(workflowId, async (workflow) => (await work(workflow), true))) ?? false;
  }

  async statusOf(workflowId: string): Promise<WorkflowStatus> {
    const description = await this.ask(workflowId, (workflow) => workflow.describe());
    if (!description) return 'unknown';
    return description.status.name === 'RUNNING' ? 'running' : 'ended';
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
}
