import type { Knex } from 'knex';

/**
 * Records of a unit that a run inserted with foreign key checks off, in the page's transaction. The unit's verification
 * may take back these, and no others; it empties them when it is done.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE unitInsertion (
      resyncID   VARCHAR(64)  NOT NULL,
      objectName VARCHAR(64)  NOT NULL,
      recordKey  VARCHAR(512) NOT NULL COMMENT 'JSON array of the match key',
      PRIMARY KEY (resyncID, objectName, recordKey)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('unitInsertion');
}

/** MySQL commits at every DDL statement; a transaction around it would only pretend. */
export const config = { transaction: false };
