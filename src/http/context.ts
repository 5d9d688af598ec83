import type { Knex } from 'knex';
import type { Logger } from 'pino';
import type { Config } from '../config';
import type { Catalog } from '../domain/catalog';
import type { TemporalCalls } from '../temporal/calls';

/** What every route works with. */
export interface ApiContext {
  /** Its districts are those of now: look at them where they are needed, and keep no list. */
  readonly config: Config;
  /** Has `config` know what was just changed. */
  readonly refreshDistricts: () => Promise<void>;
  readonly catalog: Catalog;
  readonly control: Knex;
  readonly temporal: TemporalCalls;
  readonly logger: Logger;
  /** After so long an event stream ends and is asked for anew. */
  readonly streamMs: number;
  /** So often it is asked whether who listens still may: what is withdrawn ends the stream. */
  readonly streamCheckMs: number;
  /** Aborted when the server stops. */
  readonly stopping: AbortSignal;
}
