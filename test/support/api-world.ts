import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import type { Express } from 'express';
import type { Knex } from 'knex';
import { createApp } from '../../src/app';
import { createLogger } from '../../src/logger';
import { syncObject } from '../../src/catalog/builtin/entry';
import { type Config, type DistrictConfig, parseConfig } from '../../src/config';
import { createToken } from '../../src/features/access/token-store';
import { DistrictRegistry } from '../../src/features/registrations/registry';
import type { Catalog, SyncObject } from '../../src/domain/catalog';
import type { CheckAnswer } from '../../src/http/check-answer';
import { effectiveRights, toolRights } from '../../src/domain/rights';
import type { YearSetup } from '../../src/domain/school-year';
import { dataConverterOf } from '../../src/temporal/payload-codec';
import { answerCheck } from './answer-check';
import { controlDatabase } from './control-database';
import { testStack } from './stack';

/** A catalog of five objects: School -> Course -> Section, Room, and one that is off. */
const five: Catalog = {
  name: 'five',
  objects: [
    object('School'),
    object('Course', { parents: ['School'] }),
    object('Section', { parents: ['Course'] }),
    object('Room', { parents: ['School'] }),
    object('ReportingEntity', { enabledByDefault: false }),
  ],
};

/** An object with as little as a test needs to say. */
export function object(name: string, over: Partial<SyncObject> = {}): SyncObject {
  return syncObject({ name, label: name, key: ['id'], guidColumn: null, ...over });
}

export interface ApiWorld {
  readonly app: Express;
  readonly config: Config;
  readonly catalog: Catalog;
  readonly control: Knex;
  /** Has `config` know what was registered past this API. */
  readonly refreshDistricts: () => Promise<void>;
  readonly temporal: Client;
  /** Ids of two districts that no other test has. */
  readonly here: string;
  readonly other: string;
  /** Authorization headers. */
  readonly as: { readonly here: string; readonly other: string; readonly state: string };
  readonly logLines: string[];
  /** For another app over the same world. */
  readonly checkAnswer: CheckAnswer;
  close(): Promise<void>;
}

interface ApiWorldOptions {
  /** Defaults to the test stack's server. */
  readonly temporalAddress?: string;
  readonly limits?: {
    perToken?: number;
    refusedPerAddress?: number;
    streamMs?: number;
    streamCheckMs?: number;
  };
  readonly objects?: Catalog;
  /** Of all districts. */
  readonly years?: YearSetup;
  /** Districts beside the two, with what differs in their configuration. */
  readonly more?: readonly Partial<DistrictConfig>[];
  readonly stateRequests?: Partial<Config['stateRequests']>;
  readonly trustProxy?: number;
  /** The section auth of the configuration. */
  readonly auth?: object;
  readonly notices?: Partial<Config['notices']>;
  readonly certification?: Partial<Config['certification']>;
  readonly registration?: Partial<Config['registration']>;
  /** Beside address and task queue. */
  readonly temporal?: Pick<Config['temporal'], 'codec' | 'webUrl'>;
  /** Time zones of the state, and of the two districts where they are in others. */
  readonly zones?: { readonly state?: string; readonly here?: string; readonly other?: string };
  readonly scenarios?: Partial<Config['scenarios']>;
}

/**
 * The same headers, the districts' with every right a district may have: only administrators set
 * blackout windows.
 */
export async function administrators({ control, as, here, other }: ApiWorld): Promise<ApiWorld['as']> {
  const bearer = async (district: string) => {
    const rights = effectiveRights('district', toolRights);
    const options = { name: 'administrator', level: 'district', districts: [district], rights } as const;
    return `Bearer ${(await createToken(control, options)).token}`;
  };
  return { here: await bearer(here), other: await bearer(other), state: as.state };
}

/** A test asks more at a time than a district may. */
const wide = { perSecond: 10_000, burst: 10_000, atOnce: 100, waiting: 10_000 };
const shares = { district: wide, heavy: wide, state: wide, unknown: wide };

/** The API over a control database of its own. */
export async function apiWorld({
  temporalAddress,
  limits,
  objects = five,
  years = {},
  more = [],
  stateRequests = {},
  trustProxy,
  auth = {},
  notices = {},
  certification = {},
  registration = {},
  temporal: ofTemporal = {},
  zones = {},
  scenarios = {},
}: ApiWorldOptions = {}): Promise<ApiWorld> {
  const { control, url, close } = await controlDatabase();
  const address = temporalAddress ?? (await testStack()).temporal.address;
  const tail = randomUUID().slice(0, 8);
  const [here, other] = [`here-${tail}`, `other-${tail}`];
  const districts = [{ id: here, timezone: zones.here }, { id: other, timezone: zones.other }, ...more].map(
    (district, index) => ({
      id: `more-${index - 1}-${tail}`,
      number: index + 1,
      name: `District ${index}`,
      schoolYear: 2027,
      databaseUrl: url,
      ...years,
      ...district,
    }),
  );
  const config = parseConfig(
    {
      stateDatabaseUrl: url,
      controlDatabaseUrl: url,
      temporal: { address, taskQueue: `api-${tail}`, ...ofTemporal },
      api: { trustProxy: trustProxy ?? false },
      auth,
      stateRequests: { minPollMs: 50, maxPollMs: 200, ...stateRequests },
      districts,
      timezone: zones.state,
      scenarios,
      notices,
      certification,
      registration,
    },
    { env: {} },
  );
  const connection = Connection.lazy({ address, connectTimeout: '2s' });
  const temporal = new Client({ connection, ...dataConverterOf(config.temporal) });
  const logLines: string[] = [];
  const destination = { write: (line: string) => void logLines.push(line) };
  const logger = createLogger('api', { level: 'debug', destination });
  const answers = answerCheck();
  const registry = new DistrictRegistry(config, control);
  const app = createApp({
    config,
    districts: registry,
    catalog: objects,
    control,
    temporal,
    logger,
    checkAnswer: answers.check,
    limits: { shares, ...limits },
  });
  const bearer = async (level: 'district' | 'state', names: string[] | null) =>
    `Bearer ${(await createToken(control, { name: level, level, districts: names })).token}`;
  const as = {
    here: await bearer('district', [here]),
    other: await bearer('district', [other]),
    state: await bearer('state', null),
  };
  return {
    app,
    config: registry.config,
    refreshDistricts: () => registry.refresh(),
    catalog: objects,
    control,
    temporal,
    here,
    other,
    as,
    logLines,
    checkAnswer: answers.check,
    close: async () => {
      await connection.close();
      await close();
      answers.throwFaults();
    },
  };
}
