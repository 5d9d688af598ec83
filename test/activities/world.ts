import { randomUUID } from 'node:crypto';
import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import { type google, temporal } from '@temporalio/proto';
import type { Knex } from 'knex';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { type Config, parseConfig, type YearDatabase } from '../../src/config';
import { openControl } from '../../src/control/database';
import { readVerification, type VerificationView } from '../../src/features/verifications/read';
import { insertResync } from '../../src/features/resyncs/store';
import { insertSyncEvent, type NewSyncEvent } from '../../src/features/field-ownership/sync-event-store';
import { type Catalog, requireObject } from '../../src/domain/catalog';
import type { ResyncRequest } from '../../src/domain/resync';
import type { VerificationRequest } from '../../src/domain/verification';
import type { YearSetup } from '../../src/domain/school-year';
import { startWorker } from '../../src/worker';
import type { batchResync, syncEvent, verification } from '../../workflows';
import {
  agentWorkflowId,
  approveRemovals,
  resyncWorkflowId,
  syncEventWorkflowId,
  verificationWorkflowId,
} from '../../workflows/messages';
import { type TestDatabases, testStack } from '../support/stack';
import { until } from '../support/until';
import { workflowBundle } from '../support/workflow-bundle';
import { catalogHashOf } from '../../src/catalog/hash';

export interface ObjectRow {
  readonly objectName: string;
  readonly status: string;
  readonly color: string;
  readonly recordsRead: number;
  readonly processed: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly excluded: number;
  readonly blocked: number;
  readonly failed: number;
  readonly extra: number;
  readonly errors: number;
}

/** What a sync event came to. */
export interface SyncEventRow {
  readonly syncEventID: string;
  readonly status: string;
  readonly assigned: number;
  readonly carried: number;
  readonly unchanged: number;
  readonly failed: number;
  readonly pages: number;
  readonly message: string | null;
}

interface WorldOptions {
  readonly databases: TestDatabases;
  readonly catalog: Catalog;
  readonly schoolYear: number;
  /** @default 42 */
  readonly districtNumber?: number;
  /** The district's code where the state's tenant column is a text. */
  readonly districtCode?: string | undefined;
  /** Other districts of the same state. */
  readonly others?: readonly { readonly id: string; readonly number: number; readonly databaseUrl: string }[];
  readonly copy?: Partial<Config['copy']>;
  readonly removals?: Partial<Config['removals']>;
  readonly safety?: Partial<Config['safety']>;
  /** Of the district, instead of the one of `databases`. */
  readonly byYear?: readonly YearDatabase[];
  /** Lists for the years beside `schoolYear`. */
  readonly years?: YearSetup;
}

/** An agent's tasks are on its world's queue: the next world needs one of its own. */
async function endAgent(client: Client, schoolYear: number): Promise<void> {
  try {
    await client.workflow.getHandle(agentWorkflowId(testDistrict, schoolYear)).terminate();
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

/** The district of a file's worlds: no other file has it, so none waits for another's agent. */
export const testDistrict = `test-district-${randomUUID().slice(0, 8)}`;

/** Real activities on real databases, run by real workflows: one resync after the other. */
export class ResyncWorld {
  private constructor(
    private readonly options: WorldOptions,
    readonly config: Config,
    readonly control: Knex,
    private readonly client: Client,
  ) {}

  /** Opens a world with its own worker, runs `work` in it and closes everything. */
  static async use(options: WorldOptions, work: (world: ResyncWorld) => Promise<void>): Promise<void> {
    const { address } = (await testStack()).temporal;
    const { databases, catalog, schoolYear, districtNumber = 42 } = options;
    const { copy = {}, removals = {}, safety = {}, years = {}, districtCode, others = [], byYear } = options;
    const config = parseConfig(
      {
        stateDatabaseUrl: databases.stateUrl,
        controlDatabaseUrl: databases.controlUrl,
        temporal: { address, taskQueue: `activities-${randomUUID()}` },
        copy,
        removals,
        safety,
        districts: [
          {
            id: testDistrict,
            number: districtNumber,
            name: 'Test District',
            schoolYear,
            ...(byYear === undefined ? { databaseUrl: databases.districtUrl } : { databases: byYear }),
            ...(districtCode === undefined ? {} : { code: districtCode }),
            ...years,
          },
          ...others.map((other) => ({ name: other.id, schoolYear, ...other })),
        ],
      },
      { env: {} },
    );
    const control = openControl(config.controlDatabaseUrl);
    const connection = await Connection.connect({ address });
    const worker = await startWorker(config, {
      catalog,
      workflows: { workflowBundle: await workflowBundle() },
    });
    const client = new Client({ connection });
    try {
      await work(new ResyncWorld(options, config, control, client));
    } finally {
      await endAgent(client, schoolYear);
      await worker.stop();
      await control.destroy();
      await connection.close();
    }
  }

  /** Of the worker's catalog: runs that name another one wait. */
  get catalogHash(): string {
    return catalogHashOf(this.options.catalog);
  }

  /** Runs one resync to its end. */
  async resync(
    overrides: Partial<ResyncRequest> = {},
  ): Promise<{ resyncId: string; status: string; objects: ObjectRow[] }> {
    const resyncId = `test-${randomUUID()}`;
    const request: ResyncRequest = {
      resyncId,
      districtId: testDistrict,
      schoolYear: this.options.schoolYear,
      objects: 'all',
      checkDependencies: true,
      scenario: 'OTHER',
      initiator: 'district',
      mode: 'compare',
      requestedBy: 'test',
      ...overrides,
    };
    await insertResync(this.control, { catalogHash: this.catalogHash, request });
    const end = await this.client.workflow.execute<typeof batchResync>('batchResync', {
      taskQueue: this.config.temporal.taskQueue,
      workflowId: resyncWorkflowId(resyncId),
      args: [request],
    });
    const objects = (await this.control('DISBatchHistory')
      .where({ resyncID: resyncId })
      .orderBy('position')) as ObjectRow[];
    return { resyncId, status: end.status, objects };
  }

  /** Approves all removals of the run that asks for it next; beside the run, which waits for it. */
  async approveWhenAsked(): Promise<void> {
    const asking = await until(
      'a run asks for an approval',
      () =>
        this.control<{ resyncID: string; status: string }>('resync')
          .where({ status: 'awaitingApproval' })
          .first(),
      (row) => row !== undefined,
      120_000,
    );
    const run = this.client.workflow.getHandle(resyncWorkflowId(asking!.resyncID));
    await run.executeUpdate(approveRemovals, { args: [{ objects: null, by: 'another person' }] });
  }

  /** Runs another workflow to its end. */
  run(workflowType: string, input: object): Promise<unknown> {
    return this.client.workflow.execute(workflowType, {
      taskQueue: this.config.temporal.taskQueue,
      workflowId: `${workflowType}-${randomUUID()}`,
      args: [input],
    });
  }

  /** Starts a verification. @returns its id, and what waits for its end */
  async startVerification(
    overrides: Partial<VerificationRequest> = {},
  ): Promise<{ verificationId: string; end: () => Promise<VerificationView> }> {
    const verificationId = `test-${randomUUID()}`;
    const request: VerificationRequest = {
      verificationId,
      districtId: testDistrict,
      schoolYear: this.options.schoolYear,
      objects: 'all',
      checkDependencies: true,
      initiator: 'district',
      requestedBy: 'test',
      kind: 'verification',
      resyncId: null,
      ...overrides,
    };
    const handle = await this.client.workflow.start<typeof verification>('verification', {
      taskQueue: this.config.temporal.taskQueue,
      workflowId: verificationWorkflowId(verificationId),
      args: [request],
    });
    return {
      verificationId,
      end: async () => {
        await handle.result();
        return readVerification(this.control, verificationId);
      },
    };
  }

  /** Makes a verification to its end. */
  async verify(overrides: Partial<VerificationRequest> = {}): Promise<VerificationView> {
    return (await this.startVerification(overrides)).end();
  }

  /** Carries an event of this district out, new or stored before. @returns its row */
  async carry(event: Partial<NewSyncEvent> & { readonly syncEventId: string }): Promise<SyncEventRow> {
    const { syncEventId } = event;
    const districtId = testDistrict;
    const stored = { districtId, object: '', keys: null, resyncId: null, requestedBy: 'test', ...event };
    await insertSyncEvent(this.control, stored);
    await this.client.workflow.execute<typeof syncEvent>('syncEvent', {
      taskQueue: this.config.temporal.taskQueue,
      workflowId: syncEventWorkflowId(syncEventId),
      args: [{ syncEventId, districtId }],
    });
    return this.event(syncEventId);
  }

  /** The event after an object of a run, once it has ended. */
  async eventAfter(resyncId: string, object: string): Promise<SyncEventRow> {
    const { syncEventID: syncEventId } = (await this.control('syncEvent')
      .where({ resyncID: resyncId, objectName: object })
      .first()) as { syncEventID: string };
    await this.client.workflow.getHandle(syncEventWorkflowId(syncEventId)).result();
    return this.event(syncEventId);
  }

  /**
   * Everything Temporal keeps of a run, as text. @param workflowId of the run; a resync's id by
   * itself will do
   */
  async history(workflowId: string): Promise<string> {
    const id = workflowId.includes(':') ? workflowId : resyncWorkflowId(workflowId);
    const history = await this.client.workflow.getHandle(id).fetchHistory();
    return Buffer.from(temporal.api.history.v1.History.encode(history).finish()).toString('utf8');
  }

  /**
   * Most activities of these types, of the run and of its objects' own workflows, that were under
   * way at one time.
   */
  async mostAtOnce(resyncId: string, types: readonly string[]): Promise<number> {
    const marks: { at: bigint; by: 1 | -1 }[] = [];
    // Not by a list of Temporal's, which knows of them a moment later.
    const left: [workflowId: string, runId?: string | null | undefined][] = [[resyncWorkflowId(resyncId)]];
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const [workflowId, runId] = next;
      const { events } = await this.client.workflow.getHandle(workflowId, runId ?? undefined).fetchHistory();
      const ofType = new Set<string>();
      for (const event of events ?? []) {
        const child = event.childWorkflowExecutionStartedEventAttributes?.workflowExecution;
        if (child?.workflowId) left.push([child.workflowId, child.runId]);
        const after = event.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
        if (after) left.push([workflowId, after]);
        const scheduled = event.activityTaskScheduledEventAttributes;
        if (scheduled && types.includes(scheduled.activityType?.name ?? ''))
          ofType.add(String(event.eventId));
        const started = event.activityTaskStartedEventAttributes;
        const completed = event.activityTaskCompletedEventAttributes;
        if (!ofType.has(String((started ?? completed)?.scheduledEventId))) continue;
        marks.push({ at: nanoseconds(event.eventTime), by: started ? 1 : -1 });
      }
    }
    // Ends before starts of the same instant.
    marks.sort((a, b) => Number(a.at - b.at) || a.by - b.by);
    let underWay = 0;
    return marks.reduce((most, { by }) => Math.max(most, (underWay += by)), 0);
  }

  errors(resyncId: string): Promise<{ objectName: string; outcome: string; code: string }[]> {
    return this.control('recordError').where({ resyncID: resyncId }).orderBy('recordErrorID');
  }

  private async event(syncEventId: string): Promise<SyncEventRow> {
    return (await this.control('syncEvent').where({ syncEventID: syncEventId }).first()) as SyncEventRow;
  }

  /**
   * Records of an object at the district, counted by plain SQL: of the run's school year where it
   * is tied to one.
   */
  async districtRecords(name: string): Promise<number> {
    const object = requireObject(this.options.catalog, name);
    const year = object.schoolYear
      ? ` WHERE \`${object.schoolYear.column}\` = ${this.options.schoolYear}`
      : '';
    return count(this.options.databases.districtUrl, `\`${object.table}\`${year}`);
  }

  stateRecords(table: string): Promise<number> {
    return count(this.options.databases.stateUrl, `\`${table}\``);
  }
}

function nanoseconds(time: google.protobuf.ITimestamp | null | undefined): bigint {
  return BigInt(String(time?.seconds ?? 0)) * 1_000_000_000n + BigInt(time?.nanos ?? 0);
}

async function count(url: string, from: string): Promise<number> {
  const connection = await createConnection(url);
  try {
    const [rows] = await connection.query<(RowDataPacket & { records: number })[]>(
      `SELECT COUNT(*) AS records FROM ${from}`,
    );
    return rows[0]!.records;
  } finally {
    await connection.end();
  }
}
