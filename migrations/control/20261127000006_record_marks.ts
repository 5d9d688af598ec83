import type { Knex } from 'knex';

/** What became of each record: names of the records of a page, in one row a page, and how an object's key is ordered. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE recordMarks (
      resyncID   VARCHAR(64) NOT NULL,
      objectName VARCHAR(64) NOT NULL,
      rangeNo    INT         NOT NULL,
      pageNo     INT         NOT NULL,
      marks      MEDIUMBLOB  NOT NULL COMMENT 'keys by outcome as src/domain/record-marks.ts writes them, deflated; errors are in recordError',
      PRIMARY KEY (resyncID, objectName, rangeNo, pageNo)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  await knex.raw(`
    ALTER TABLE DISBatchHistory
      ADD COLUMN keyOrder JSON NULL COMMENT 'how the columns of the match key compare in this run; NULL: no page tells of a record'`);
}

/** Forgets the evidence. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE DISBatchHistory DROP COLUMN keyOrder');
  await knex.schema.dropTableIfExists('recordMarks');
}

/** MySQL commits at every DDL statement; a transaction around it would only pretend. */
export const config = { transaction: false };
