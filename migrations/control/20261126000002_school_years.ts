import type { Knex } from 'knex';

/** Scoped years as they were switched; a district without a row has the year of its configuration. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE districtYear (
      districtID VARCHAR(64)  NOT NULL PRIMARY KEY,
      scopedYear SMALLINT     NOT NULL COMMENT 'year in which the current school year ends',
      switchedAt DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      switchedBy VARCHAR(128) NOT NULL
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('districtYear');
}

/** MySQL commits at every DDL statement; a transaction around it would only pretend. */
export const config = { transaction: false };
