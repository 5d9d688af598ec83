import type { Knex } from 'knex';

/** Runs of chosen records: what was asked, and which records they are. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE resync
      ADD COLUMN chosen JSON NULL COMMENT 'with selection: the outcomes to retry, or the record that was asked for'`);
  await knex.raw(`
    ALTER TABLE DISBatchHistory
      ADD COLUMN chosen BIGINT NULL COMMENT 'records chosen of the object; NULL: the object as a whole'`);
  await knex.raw(`
    CREATE TABLE resyncSelection (
      resyncID   VARCHAR(64)  NOT NULL COMMENT 'the resync, or the preview',
      objectName VARCHAR(64)  NOT NULL,
      recordKey  VARCHAR(512) NOT NULL COMMENT 'JSON array of the match key',
      why        VARCHAR(16)  NOT NULL COMMENT 'asked, ancestor, descendant, error or parent',
      search     VARCHAR(8)   NULL COMMENT 'down, up: its records below or its parents are still to be looked for',
      PRIMARY KEY (resyncID, objectName, recordKey)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
}

/** Takes table and columns back. */
export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('resyncSelection');
  await knex.raw('ALTER TABLE DISBatchHistory DROP COLUMN chosen');
  await knex.raw('ALTER TABLE resync DROP COLUMN chosen');
}

/** MySQL commits at every DDL statement; a transaction around it would only pretend. */
export const config = { transaction: false };
