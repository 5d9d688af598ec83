import type { Knex } from 'knex';
import type { Config } from '../src/config';
import type { Catalog } from '../src/domain/catalog';

/** What the activities work with; opened once by the worker. */
export interface ActivityDependencies {
  readonly config: Config;
  readonly catalog: Catalog;
  readonly control: Knex;
}
