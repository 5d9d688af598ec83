/**
 * Comparisons of a district with the state: what was found by object and school, and samples of
 * keys.
 */
export const verifications: readonly string[] = [
  `
    CREATE TABLE verification (
      verificationID VARCHAR(64) NOT NULL,
      districtID VARCHAR(64) NOT NULL,
      schoolYear SMALLINT NOT NULL COMMENT 'year in which the school year ends',
      objects LONGTEXT NOT NULL COMMENT '"all" or the names that were asked for' CHECK (JSON_VALID(objects)),
      checkDependencies BOOLEAN NOT NULL,
      initiator VARCHAR(16) NOT NULL COMMENT 'what the state makes the district does not see',
      requestedBy VARCHAR(128) NOT NULL,
      kind VARCHAR(16) NOT NULL COMMENT 'verification, dryRun, beforeResync or afterResync',
      mode VARCHAR(16) NULL COMMENT 'of the resync that is rehearsed; NULL: compare',
      resyncID VARCHAR(64) NULL COMMENT 'the resync it is a part of',
      idempotencyKey VARCHAR(255) NULL,
      requestHash CHAR(64) NOT NULL COMMENT 'SHA-256 of the request, to refuse the same key with another body',
      status VARCHAR(16) NOT NULL COMMENT 'accepted, running, waiting, finished, failed or cancelled',
      bothEqual BOOLEAN NULL COMMENT 'NULL before it finished',
      resyncNecessary BOOLEAN NULL,
      objectsToResync LONGTEXT NULL COMMENT 'the fewest objects whose resync mends what one can, in plan order' CHECK (JSON_VALID(objectsToResync)),
      message VARCHAR(2000) NULL,
      catalogHash CHAR(64) NULL COMMENT 'of the catalog it was accepted with; of one in a run the run says',
      otherCatalog CHAR(64) NULL COMMENT 'catalog of a worker that left it untouched',
      otherCatalogAt DATETIME(3) NULL,
      requestedAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      startedAt DATETIME(3) NULL,
      endedAt DATETIME(3) NULL,
      PRIMARY KEY (verificationID),
      UNIQUE KEY one_request (requestedBy, idempotencyKey),
      KEY by_district (districtID, schoolYear, requestedAt),
      KEY by_resync (resyncID),
      KEY by_status (status)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE verificationObject (
      verificationID VARCHAR(64) NOT NULL,
      objectName VARCHAR(64) NOT NULL,
      position SMALLINT NOT NULL COMMENT 'place in the plan, 0 first',
      cycle VARCHAR(64) NULL,
      status VARCHAR(16) NOT NULL COMMENT 'waiting, running, finished, failed or cancelled',
      districtRecords BIGINT NOT NULL DEFAULT 0,
      stateRecords BIGINT NOT NULL DEFAULT 0,
      missing BIGINT NOT NULL DEFAULT 0,
      different BIGINT NOT NULL DEFAULT 0,
      extra BIGINT NOT NULL DEFAULT 0,
      knownExclusions BIGINT NOT NULL DEFAULT 0,
      inserted BIGINT NOT NULL DEFAULT 0,
      updated BIGINT NOT NULL DEFAULT 0,
      unchanged BIGINT NOT NULL DEFAULT 0,
      excluded BIGINT NOT NULL DEFAULT 0,
      blocked BIGINT NOT NULL DEFAULT 0,
      failed BIGINT NOT NULL DEFAULT 0,
      predictedExtra BIGINT NOT NULL DEFAULT 0,
      message VARCHAR(1000) NULL,
      startedAt DATETIME(3) NULL,
      endedAt DATETIME(3) NULL,
      PRIMARY KEY (verificationID, objectName)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE verificationSchool (
      verificationID VARCHAR(64) NOT NULL,
      objectName VARCHAR(64) NOT NULL,
      schoolKey VARCHAR(512) NOT NULL COMMENT 'JSON array of the key of School; empty: of no school',
      districtRecords BIGINT NOT NULL DEFAULT 0,
      stateRecords BIGINT NOT NULL DEFAULT 0,
      missing BIGINT NOT NULL DEFAULT 0,
      different BIGINT NOT NULL DEFAULT 0,
      extra BIGINT NOT NULL DEFAULT 0,
      knownExclusions BIGINT NOT NULL DEFAULT 0,
      PRIMARY KEY (verificationID, objectName, schoolKey)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE verificationSample (
      verificationSampleID BIGINT NOT NULL AUTO_INCREMENT,
      verificationID VARCHAR(64) NOT NULL,
      objectName VARCHAR(64) NOT NULL,
      kind VARCHAR(16) NOT NULL COMMENT 'missing, different, extra or excluded',
      recordKey VARCHAR(512) NOT NULL COMMENT 'JSON array of the match key',
      guid VARCHAR(64) NULL,
      schoolKey VARCHAR(512) NULL,
      predictedOutcome VARCHAR(16) NOT NULL COMMENT 'what a resync would do with it',
      code VARCHAR(64) NULL,
      PRIMARY KEY (verificationSampleID),
      KEY by_object (verificationID, objectName, kind)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE verificationBlockedKey (
      verificationID VARCHAR(64) NOT NULL,
      objectName VARCHAR(64) NOT NULL,
      recordKey VARCHAR(512) NOT NULL COMMENT 'not at the state, and would not come with a resync',
      known BOOLEAN NOT NULL COMMENT 'for a known exclusion',
      PRIMARY KEY (verificationID, objectName, recordKey)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin COMMENT='of verifications under way'`,
];
