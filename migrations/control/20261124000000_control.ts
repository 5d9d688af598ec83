import type { Knex } from 'knex';

/**
 * The control database: what was asked, what came of it, and the ledger that makes each page count once.
 * It lives on the state's server, so that a page's records, its ledger row and its errors are one transaction.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE resync (
      resyncID          VARCHAR(64)  NOT NULL PRIMARY KEY,
      districtID        VARCHAR(64)  NOT NULL,
      schoolYear        SMALLINT     NOT NULL COMMENT 'year in which the school year ends',
      objects           JSON         NOT NULL COMMENT '"all" or the names that were asked for',
      checkDependencies BOOLEAN      NOT NULL,
      scenario          VARCHAR(32)  NOT NULL,
      initiator         VARCHAR(16)  NOT NULL,
      mode              VARCHAR(16)  NOT NULL,
      requestedBy       VARCHAR(128) NOT NULL,
      idempotencyKey    VARCHAR(255) NULL,
      requestHash       CHAR(64)     NULL COMMENT 'SHA-256 of the request, to refuse the same key with another body',
      status            VARCHAR(16)  NOT NULL,
      colour            VARCHAR(8)   NOT NULL DEFAULT 'gray',
      message           VARCHAR(1000) NULL,
      epoch             BIGINT       NULL,
      requestedAt       DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      startedAt         DATETIME(3)  NULL,
      endedAt           DATETIME(3)  NULL,
      UNIQUE KEY one_request (requestedBy, idempotencyKey),
      KEY by_district (districtID, schoolYear, requestedAt),
      KEY by_status (status)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  await knex.raw(`
    CREATE TABLE DISBatchHistory (
      batchHistoryID BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
      resyncID       VARCHAR(64)  NOT NULL,
      districtID     VARCHAR(64)  NOT NULL,
      schoolYear     SMALLINT     NOT NULL,
      objectName     VARCHAR(64)  NOT NULL,
      position       SMALLINT     NOT NULL COMMENT 'place in the plan, 0 first',
      status         VARCHAR(16)  NOT NULL,
      colour         VARCHAR(8)   NOT NULL,
      recordsRead    BIGINT       NOT NULL DEFAULT 0,
      processed      BIGINT       NOT NULL DEFAULT 0,
      inserted       BIGINT       NOT NULL DEFAULT 0,
      updated        BIGINT       NOT NULL DEFAULT 0,
      unchanged      BIGINT       NOT NULL DEFAULT 0,
      excluded       BIGINT       NOT NULL DEFAULT 0,
      blocked        BIGINT       NOT NULL DEFAULT 0,
      failed         BIGINT       NOT NULL DEFAULT 0,
      gone           BIGINT       NOT NULL DEFAULT 0 COMMENT 'at the state, no longer at the district; not part of processed',
      errors         BIGINT       NOT NULL DEFAULT 0,
      ranges         INT          NOT NULL DEFAULT 0,
      message        VARCHAR(1000) NULL,
      startedAt      DATETIME(3)  NULL,
      endedAt        DATETIME(3)  NULL,
      UNIQUE KEY one_row (resyncID, objectName),
      KEY newest (districtID, objectName, schoolYear, startedAt)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  await knex.raw(`
    CREATE TABLE resyncRange (
      resyncID   VARCHAR(64) NOT NULL,
      objectName VARCHAR(64) NOT NULL,
      rangeNo    INT         NOT NULL,
      afterKey   TEXT        NULL COMMENT 'JSON array; records > afterKey',
      upToKey    TEXT        NULL COMMENT 'JSON array; records <= upToKey',
      PRIMARY KEY (resyncID, objectName, rangeNo)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  await knex.raw(`
    CREATE TABLE rangeLedger (
      resyncID    VARCHAR(64) NOT NULL,
      objectName  VARCHAR(64) NOT NULL,
      rangeNo     INT         NOT NULL COMMENT '-1: corrections by the closing retry of blocked records',
      pageNo      INT         NOT NULL,
      upToKey     TEXT        NULL COMMENT 'JSON array: the page covered keys up to here; NULL: to the end of the range',
      recordsRead BIGINT      NOT NULL,
      inserted    BIGINT      NOT NULL,
      updated     BIGINT      NOT NULL,
      unchanged   BIGINT      NOT NULL,
      excluded    BIGINT      NOT NULL,
      blocked     BIGINT      NOT NULL COMMENT 'may be negative in a correction',
      failed      BIGINT      NOT NULL,
      gone        BIGINT      NOT NULL,
      lastPage    BOOLEAN     NOT NULL COMMENT 'the range is complete with this page',
      writtenAt   DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      PRIMARY KEY (resyncID, objectName, rangeNo, pageNo)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  await knex.raw(`
    CREATE TABLE recordError (
      recordErrorID BIGINT        NOT NULL AUTO_INCREMENT PRIMARY KEY,
      resyncID      VARCHAR(64)   NOT NULL,
      districtID    VARCHAR(64)   NOT NULL,
      objectName    VARCHAR(64)   NOT NULL,
      recordKey     VARCHAR(512)  NOT NULL COMMENT 'JSON array of the match key',
      guid          VARCHAR(64)   NULL,
      outcome       VARCHAR(16)   NOT NULL,
      code          VARCHAR(64)   NOT NULL,
      field         VARCHAR(64)   NULL,
      message       VARCHAR(1000) NOT NULL,
      parentObject  VARCHAR(64)   NULL,
      parentKey     VARCHAR(512)  NULL,
      createdAt     DATETIME(3)   NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      UNIQUE KEY one_error (resyncID, objectName, recordKey),
      KEY by_outcome (resyncID, objectName, outcome, recordErrorID)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  await knex.raw(`
    CREATE TABLE districtLease (
      districtID VARCHAR(64) NOT NULL PRIMARY KEY,
      resyncID   VARCHAR(64) NOT NULL,
      epoch      BIGINT      NOT NULL,
      takenAt    DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  await knex.raw(`
    CREATE TABLE apiToken (
      tokenID    VARCHAR(32)  NOT NULL PRIMARY KEY,
      secretHash CHAR(64)     NOT NULL COMMENT 'SHA-256 of the secret, hex',
      name       VARCHAR(128) NOT NULL,
      level      VARCHAR(16)  NOT NULL COMMENT 'state or district',
      districts  JSON         NULL COMMENT 'ids of the districts; NULL at state level: all',
      createdAt  DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      expiresAt  DATETIME(3)  NULL,
      revokedAt  DATETIME(3)  NULL,
      lastUsedAt DATETIME(3)  NULL
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
}

/** Drops every table of the control database. */
export async function down(knex: Knex): Promise<void> {
  for (const table of [
    'apiToken',
    'districtLease',
    'recordError',
    'rangeLedger',
    'resyncRange',
    'DISBatchHistory',
    'resync',
  ]) {
    await knex.schema.dropTableIfExists(table);
  }
}

/** MySQL commits at every DDL statement; a transaction around it would only pretend. */
export const config = { transaction: false };
