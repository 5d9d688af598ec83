import type { Knex } from 'knex';

/** A schedule may start verifications. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE scheduleFiring
      ADD COLUMN verificationID VARCHAR(64) NULL COMMENT 'what it started, of a schedule of verifications' AFTER resyncID`);
}

/** Takes the column back. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE scheduleFiring DROP COLUMN verificationID');
}

/** MySQL commits at every DDL statement; a transaction around it would only pretend. */
export const config = { transaction: false };
