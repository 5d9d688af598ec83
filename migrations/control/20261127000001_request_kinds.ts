import type { Knex } from 'knex';

/** What only some resyncs ask for: removals, a verification before and after, or some records instead of all. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE resync
      ADD COLUMN removals  VARCHAR(8)  NULL COMMENT 'apply; NULL: records gone at the district are only reported',
      ADD COLUMN verify    VARCHAR(8)  NULL COMMENT 'loop',
      ADD COLUMN selection VARCHAR(16) NULL COMMENT 'retry or selective; NULL: whole objects',
      ADD COLUMN retryOf   VARCHAR(64) NULL COMMENT 'resync whose stored errors are sent again',
      ADD KEY retries (retryOf)`);
}

/** Takes the columns back. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE resync DROP KEY retries,
      DROP COLUMN removals, DROP COLUMN verify, DROP COLUMN selection, DROP COLUMN retryOf`);
}

/** MySQL commits at every DDL statement; a transaction around it would only pretend. */
export const config = { transaction: false };
