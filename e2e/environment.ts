/** The stage: a stack of its own, three small districts and their state, worker and API. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { newSigningKey } from '../src/config/signing-key';
import { type Config, parseConfig } from '../src/config';
import { generateDistrict } from '../src/sample/generate';
import { emptyDatabases } from '../src/stack/prepare-databases';
import { startService } from '../src/service';
import { answerCheck } from '../test/support/answer-check';
import { databaseUrl } from '../src/stack/stack-info';
import { startStack, stopStack } from '../src/stack/stack';

/** The year in which the story begins: 2026-27. */
export const firstYear = 2027;

export const districtIds = ['north', 'east', 'south'] as const;
export type DistrictId = (typeof districtIds)[number];
const students: Readonly<Record<DistrictId, number>> = { north: 120, east: 60, south: 40 };

export interface Stage {
  readonly config: Config;
  /** Of the API. */
  readonly url: string;
  /**
   * Runs SQL at a district (what somebody does past the application) or at the state. @returns the
   * rows
   */
  sql(
    where: DistrictId | 'state' | 'control',
    statement: string,
    values?: readonly (string | number | null)[],
  ): Promise<RowDataPacket[]>;
  /** Holds what `statement` locks, in a transaction, until the function it gives is called. */
  hold(where: 'state', statement: string, values: readonly (string | number)[]): Promise<() => Promise<void>>;
  /** Number of a district in the state's tenant column. */
  numberOf(district: DistrictId): number;
  close(): Promise<void>;
}

const dir = '.stack-story';

/** Starts everything empty but for the districts' own data. @throws StackError */
export async function setStage(progress: (line: string) => void): Promise<Stage> {
  // Told from its beginning each time: a run that an interrupted story left in Temporal would wait
  // for its worker.
  await stopStack(dir);
  rmSync(dir, { recursive: true, force: true });
  const { info } = await startStack({ dir, ports: 'any', progress });
  const urls = {
    state: databaseUrl(info.state, 'state_edition'),
    control: databaseUrl(info.state, 'resync_control'),
    ...Object.fromEntries(districtIds.map((id) => [id, databaseUrl(info.district, `district_${id}`)])),
  } as Record<DistrictId | 'state' | 'control', string>;
  await emptyDatabases({ state: urls.state, control: urls.control });
  for (const [index, id] of districtIds.entries()) {
    progress(`District ${id}: ${students[id]} students`);
    await emptyDatabases({ district: urls[id] });
    await generateDistrict({
      ...{
        districtUrl: urls[id],
        students: students[id],
        seed: index + 1,
        defects: false,
        schoolYear: firstYear,
      },
    });
  }
  const config = parseConfig(
    {
      stateDatabaseUrl: urls.state,
      controlDatabaseUrl: urls.control,
      temporal: { address: info.temporal.address, taskQueue: `story-${process.pid}` },
      api: { port: 0 },
      certification: { privateKey: newSigningKey() },
      districts: districtIds.map((id, index) => ({
        ...{
          id,
          number: index + 1,
          name: `${id[0]!.toUpperCase()}${id.slice(1)} District`,
          schoolYear: firstYear,
        },
        databaseUrl: urls[id],
        // Only South keeps last year's data in step, too.
        ...(id === 'south' && {
          previousYear: { objects: ['Calendar', 'ScheduleStructure', 'StructureGradeLevel', 'Enrollment'] },
        }),
      })),
    },
    { env: {} },
  );
  const answers = answerCheck();
  const service = await startService(config, {
    logFile: join(dir, 'logs', 'service.log'),
    checkAnswer: answers.check,
  });
  return {
    config,
    url: service.url,
    sql: async (where, statement, values = []) => {
      const connection = await createConnection({ uri: urls[where], multipleStatements: true });
      try {
        const [rows] = await connection.query(statement, [...values]);
        return rows as RowDataPacket[];
      } finally {
        await connection.end();
      }
    },
    hold: async (where, statement, values) => {
      const connection = await createConnection(urls[where]);
      await connection.beginTransaction();
      await connection.query(statement, [...values]);
      return async () => {
        await connection.rollback();
        await connection.end();
      };
    },
    numberOf: (district) => districtIds.indexOf(district) + 1,
    close: async () => {
      await service.stop();
      await stopStack(dir);
      answers.throwFaults();
    },
  };
}
