import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection, WithStartWorkflowOperation } from '@temporalio/client';
import type { Knex } from 'knex';
import { stringify } from 'yaml';
import { type Config, parseConfig } from '../../src/config';
import { openControl, selectRows } from '../../src/control/database';
import { insertResync } from '../../src/features/resyncs/store';
import type { ResyncRequest } from '../../src/domain/resync';
import type { Stack } from '../../src/stack/stack';
import type { districtAgent } from '../../workflows';
import { agentWorkflowId, enqueueResync } from '../../workflows/messages';
import { catalogHashOf } from '../../src/catalog/hash';
import { catalogOf } from '../../src/deployment';

export interface WorldDatabases {
  readonly districtUrl: string;
  readonly stateUrl: string;
  readonly controlUrl: string;
}

export const schoolYear = 2027;

/**
 * A worker process of its own, real databases and a real Temporal server, any of which a test may
 * kill.
 */
export class FaultWorld {
  private worker: ChildProcess | undefined;
  private constructor(
    readonly config: Config,
    private readonly configFile: string,
    readonly control: Knex,
    /** Of its own in each world: another world's agent may still be there, without a worker. */
    private readonly districtId: string,
  ) {}

  static create(stack: Stack, databases: WorldDatabases, folder: string, name: string): FaultWorld {
    const districtId = `fault-${name.replaceAll('_', '-')}`;
    const raw = {
      stateDatabaseUrl: databases.stateUrl,
      controlDatabaseUrl: databases.controlUrl,
      temporal: { address: stack.info.temporal.address, taskQueue: `faults-${name}` },
      // Small ranges and pages, so that there are many moments to die at.
      copy: { rangeRecords: 2_000, pageRecords: 100, lanes: 2, rangesInFlight: 4 },
      districts: [
        {
          id: districtId,
          number: 77,
          name: 'Fault District',
          schoolYear,
          databaseUrl: databases.districtUrl,
        },
      ],
    };
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `${name}.yaml`);
    writeFileSync(file, stringify(raw));
    return new FaultWorld(parseConfig(raw, { env: {} }), file, openControl(databases.controlUrl), districtId);
  }

  startWorker(): void {
    const program = join(__dirname, '../../src/cli/main.ts');
    this.worker = spawn(process.execPath, ['--import', 'tsx', program, 'serve', 'worker'], {
      env: { ...process.env, RESYNC_CONFIG: this.configFile, TEMPORAL_ADDRESS: this.config.temporal.address },
      // Its log is kept beside the configuration, for the day the test fails.
      stdio: ['ignore', 'ignore', openSync(`${this.configFile}.log`, 'a')],
    });
  }

  /** SIGKILL, as the kernel does when memory runs out. */
  async killWorker(): Promise<void> {
    const worker = this.worker;
    this.worker = undefined;
    if (!worker || worker.exitCode !== null) return;
    const extra = once(worker, 'exit');
    worker.kill('SIGKILL');
    await extra;
  }

  async send(resyncId: string): Promise<void> {
    const { districtId } = this;
    const request: ResyncRequest = {
      resyncId,
      districtId,
      schoolYear,
      objects: 'all',
      checkDependencies: true,
      scenario: 'GO_LIVE',
      initiator: 'district',
      mode: 'compare',
      requestedBy: 'fault test',
    };
    await insertResync(this.control, { catalogHash: catalogHashOf(catalogOf(this.config)), request });
    const connection = await Connection.connect({ address: this.config.temporal.address });
    try {
      const client = new Client({ connection });
      await client.workflow.executeUpdateWithStart(enqueueResync, {
        args: [request],
        startWorkflowOperation: new WithStartWorkflowOperation<typeof districtAgent>('districtAgent', {
          workflowId: agentWorkflowId(districtId, schoolYear),
          taskQueue: this.config.temporal.taskQueue,
          args: [{ districtId, schoolYear }],
          workflowIdConflictPolicy: 'USE_EXISTING',
        }),
      });
    } finally {
      await connection.close();
    }
  }

  /** Pages in the ledger; `null` while the control database can't be asked. */
  async pages(resyncId: string): Promise<number | null> {
    try {
      const rows = await selectRows<{ pages: number }>(
        this.control,
        'SELECT COUNT(*) AS pages FROM rangeLedger WHERE resyncID = ?',
        [resyncId],
      );
      return rows[0]!.pages;
    } catch {
      return null;
    }
  }

  async status(resyncId: string): Promise<string | null> {
    try {
      const rows = await selectRows<{ status: string }>(
        this.control,
        'SELECT status FROM resync WHERE resyncID = ?',
        [resyncId],
      );
      return rows[0]?.status ?? null;
    } catch {
      return null;
    }
  }

  /** What came of each object, without times and ids. */
  async outcomes(resyncId: string): Promise<unknown[]> {
    return this.control('DISBatchHistory')
      .where({ resyncID: resyncId })
      .orderBy('objectName')
      .select(
        ...['objectName', 'status', 'color', 'recordsRead', 'processed', 'inserted', 'updated', 'unchanged'],
        ...['excluded', 'blocked', 'failed', 'extra', 'errors'],
      );
  }

  /** Stored errors, without their times. */
  async errors(resyncId: string): Promise<unknown[]> {
    return this.control('recordError')
      .where({ resyncID: resyncId })
      .orderBy(['objectName', 'recordKey'])
      .select('objectName', 'recordKey', 'outcome', 'code', 'parentObject', 'parentKey');
  }

  async close(): Promise<void> {
    await this.killWorker();
    await this.control.destroy();
  }
}
