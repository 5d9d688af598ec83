import type { Knex } from 'knex';

/** What a selective sync would send: asked for, looked up by the worker, read by the API. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE selectivePreview (
      previewID   VARCHAR(64)   NOT NULL PRIMARY KEY,
      districtID  VARCHAR(64)   NOT NULL,
      schoolYear  SMALLINT      NOT NULL,
      objectName  VARCHAR(64)   NOT NULL,
      recordKey   VARCHAR(512)  NOT NULL COMMENT 'JSON array of the match key',
      level       VARCHAR(16)   NOT NULL COMMENT 'district, or state: then it is not the districts to see',
      requestedBy VARCHAR(128)  NOT NULL,
      status      VARCHAR(16)   NOT NULL DEFAULT 'running' COMMENT 'running, done or failed',
      answer      LONGTEXT      NULL COMMENT 'JSON: counts and samples of keys by object',
      message     VARCHAR(1000) NULL,
      requestedAt DATETIME(3)   NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      endedAt     DATETIME(3)   NULL
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
}

/** Drops the table. */
export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('selectivePreview');
}

/** MySQL commits at every DDL statement; a transaction around it would only pretend. */
export const config = { transaction: false };
