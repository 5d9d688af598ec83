import type { Knex } from 'knex';

/** A rehearsal of a resync that sends everything foretells other counts than one that compares. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(
    `ALTER TABLE verification
       ADD COLUMN mode VARCHAR(16) NULL COMMENT 'of the resync that is rehearsed; NULL: compare' AFTER kind`,
  );
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE verification DROP COLUMN mode');
}

/** MySQL commits at every DDL statement; a transaction around it would only pretend. */
export const config = { transaction: false };
