import type { Knex } from 'knex';

/** Process Alerts, and what each principal did with them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE processAlert (
      processAlertID BIGINT        NOT NULL AUTO_INCREMENT PRIMARY KEY,
      alertKey       VARCHAR(191)  NOT NULL COMMENT 'what it tells of: posted once, however often it is repeated',
      category       VARCHAR(64)   NOT NULL,
      name           VARCHAR(120)  NOT NULL,
      text           VARCHAR(1000) NOT NULL,
      districtID     VARCHAR(64)   NULL COMMENT 'NULL: for the state only',
      toolRight      VARCHAR(32)   NOT NULL COMMENT 'reaches principals with this right',
      resyncID       VARCHAR(64)   NULL,
      postedAt       DATETIME(3)   NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      dueAt          DATETIME(3)   NULL,
      UNIQUE KEY one_alert (alertKey),
      KEY by_district (districtID, postedAt),
      KEY by_posted (postedAt)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('processAlert');
}

/** MySQL commits at every DDL statement; a transaction around it would only pretend. */
export const config = { transaction: false };
