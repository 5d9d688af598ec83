import type { Knex } from 'knex';

/**
 * The lease is per district and school year, so that two years of one district may be resynced at the same time; and
 * what is kept of switches of the scoped year and of outcomes that the state accepted.
 *
 * Epochs never go down: every year a district ever resynced starts with the epoch its one lease had, and only the year
 * of the run that holds it keeps its holder.
 */
export async function up(knex: Knex): Promise<void> {
  if (!(await knex.schema.hasColumn('districtLease', 'schoolYear'))) {
    // Filled beside the old one and renamed in one step: an attempt that died half-way is simply made again.
    await knex.schema.dropTableIfExists('districtLeaseOfYear');
    await knex.raw(`
      CREATE TABLE districtLeaseOfYear (
        districtID VARCHAR(64) NOT NULL,
        schoolYear SMALLINT    NOT NULL,
        resyncID   VARCHAR(64) NOT NULL,
        epoch      BIGINT      NOT NULL,
        takenAt    DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
        PRIMARY KEY (districtID, schoolYear)
      ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
    await knex.raw(`
      INSERT INTO districtLeaseOfYear (districtID, schoolYear, resyncID, epoch, takenAt)
      SELECT l.districtID, y.schoolYear,
             CASE WHEN held.schoolYear = y.schoolYear THEN l.resyncID ELSE '' END, l.epoch, l.takenAt
        FROM districtLease l
        JOIN (SELECT DISTINCT districtID, schoolYear FROM resync) y ON y.districtID = l.districtID
        LEFT JOIN resync held ON held.resyncID = l.resyncID`);
    await knex.raw(
      'RENAME TABLE districtLease TO districtLeaseOfDistrict, districtLeaseOfYear TO districtLease',
    );
  }
  await knex.schema.dropTableIfExists('districtLeaseOfDistrict');
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS scopedYearSwitch (
      scopedYearSwitchID BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
      districtID         VARCHAR(64)  NOT NULL,
      fromYear           SMALLINT     NOT NULL,
      toYear             SMALLINT     NOT NULL,
      switchedAt         DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      switchedBy         VARCHAR(128) NOT NULL,
      overridden         BOOLEAN      NOT NULL COMMENT 'the state switched though the end-of-year condition did not hold',
      reason             VARCHAR(1000) NULL COMMENT 'why it was overridden',
      resyncID           VARCHAR(64)  NULL COMMENT 'full resync of the ending year that allowed it',
      KEY by_district (districtID, scopedYearSwitchID)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS resyncAcceptance (
      resyncID   VARCHAR(64)   NOT NULL PRIMARY KEY,
      acceptedBy VARCHAR(128)  NOT NULL,
      reason     VARCHAR(1000) NOT NULL,
      acceptedAt DATETIME(3)   NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
}

/** One lease a district again, with its highest epoch. */
export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('resyncAcceptance');
  await knex.schema.dropTableIfExists('scopedYearSwitch');
  if (!(await knex.schema.hasColumn('districtLease', 'schoolYear'))) return;
  await knex.schema.dropTableIfExists('districtLeaseOfDistrict');
  await knex.raw(`
    CREATE TABLE districtLeaseOfDistrict (
      districtID VARCHAR(64) NOT NULL PRIMARY KEY,
      resyncID   VARCHAR(64) NOT NULL,
      epoch      BIGINT      NOT NULL,
      takenAt    DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  await knex.raw(`
    INSERT INTO districtLeaseOfDistrict (districtID, resyncID, epoch, takenAt)
    SELECT districtID, MAX(resyncID), MAX(epoch), MAX(takenAt) FROM districtLease GROUP BY districtID`);
  await knex.schema.dropTable('districtLease');
  await knex.raw('RENAME TABLE districtLeaseOfDistrict TO districtLease');
}

/** MySQL commits at every DDL statement; a transaction around it would only pretend. */
export const config = { transaction: false };
