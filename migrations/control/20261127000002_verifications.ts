import type { Knex } from 'knex';

const counts = ['districtRecords', 'stateRecords', 'missing', 'different', 'extra', 'knownExclusions'];
const predicted = ['inserted', 'updated', 'unchanged', 'excluded', 'blocked', 'failed', 'gone'];
const columns = (names: readonly string[]): string =>
  names.map((name) => `${name} BIGINT NOT NULL DEFAULT 0`).join(', ');

/** Comparisons of a district with the state: what was found by object and school, and samples of keys. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE verification (
      verificationID    VARCHAR(64)   NOT NULL PRIMARY KEY,
      districtID        VARCHAR(64)   NOT NULL,
      schoolYear        SMALLINT      NOT NULL COMMENT 'year in which the school year ends',
      objects           JSON          NOT NULL COMMENT '"all" or the names that were asked for',
      checkDependencies BOOLEAN       NOT NULL,
      initiator         VARCHAR(16)   NOT NULL COMMENT 'what the state makes the district does not see',
      requestedBy       VARCHAR(128)  NOT NULL,
      kind              VARCHAR(16)   NOT NULL COMMENT 'verification, rehearsal, loopBefore or loopAfter',
      resyncID          VARCHAR(64)   NULL COMMENT 'the resync it is a part of',
      idempotencyKey    VARCHAR(255)  NULL,
      requestHash       CHAR(64)      NOT NULL COMMENT 'SHA-256 of the request, to refuse the same key with another body',
      status            VARCHAR(16)   NOT NULL COMMENT 'accepted, running, waiting, finished, failed or cancelled',
      bothEqual         BOOLEAN       NULL COMMENT 'NULL before it finished',
      resyncNecessary   BOOLEAN       NULL,
      mend              JSON          NULL COMMENT 'the fewest objects whose resync mends what one can, in plan order',
      message           VARCHAR(2000) NULL,
      requestedAt       DATETIME(3)   NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      startedAt         DATETIME(3)   NULL,
      endedAt           DATETIME(3)   NULL,
      UNIQUE KEY one_request (requestedBy, idempotencyKey),
      KEY by_district (districtID, schoolYear, requestedAt),
      KEY by_resync (resyncID),
      KEY by_status (status)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  await knex.raw(`
    CREATE TABLE verificationObject (
      verificationID VARCHAR(64)   NOT NULL,
      objectName     VARCHAR(64)   NOT NULL,
      position       SMALLINT      NOT NULL COMMENT 'place in the plan, 0 first',
      unit           VARCHAR(64)   NULL,
      status         VARCHAR(16)   NOT NULL COMMENT 'waiting, running, finished, failed or cancelled',
      ${columns(counts)},
      ${columns(predicted)},
      message        VARCHAR(1000) NULL,
      startedAt      DATETIME(3)   NULL,
      endedAt        DATETIME(3)   NULL,
      PRIMARY KEY (verificationID, objectName)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  await knex.raw(`
    CREATE TABLE verificationSchool (
      verificationID VARCHAR(64)  NOT NULL,
      objectName     VARCHAR(64)  NOT NULL,
      schoolKey      VARCHAR(512) NOT NULL COMMENT 'JSON array of the key of School; empty: of no school',
      ${columns(counts)},
      PRIMARY KEY (verificationID, objectName, schoolKey)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  await knex.raw(`
    CREATE TABLE verificationSample (
      verificationSampleID BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
      verificationID       VARCHAR(64)  NOT NULL,
      objectName           VARCHAR(64)  NOT NULL,
      kind                 VARCHAR(16)  NOT NULL COMMENT 'missing, different, extra or excluded',
      recordKey            VARCHAR(512) NOT NULL COMMENT 'JSON array of the match key',
      guid                 VARCHAR(64)  NULL,
      schoolKey            VARCHAR(512) NULL,
      fate                 VARCHAR(16)  NOT NULL COMMENT 'what a resync would do with it',
      code                 VARCHAR(64)  NULL,
      KEY by_object (verificationID, objectName, kind)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  await knex.raw(`
    CREATE TABLE verificationUnsendable (
      verificationID VARCHAR(64)  NOT NULL,
      objectName     VARCHAR(64)  NOT NULL,
      recordKey      VARCHAR(512) NOT NULL COMMENT 'not at the state, and would not come with a resync',
      known          BOOLEAN      NOT NULL COMMENT 'for a known exclusion',
      PRIMARY KEY (verificationID, objectName, recordKey)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
      COMMENT 'of verifications under way'`);
}

export async function down(knex: Knex): Promise<void> {
  for (const table of [
    'verificationUnsendable',
    'verificationSample',
    'verificationSchool',
    'verificationObject',
    'verification',
  ])
    await knex.schema.dropTableIfExists(table);
}

/** MySQL commits at every DDL statement; a transaction around it would only pretend. */
export const config = { transaction: false };
