/**
 * Requests to resync, what happened to them, what their objects came to, ranges, pages, errors, and
 * who may write for a district now.
 */
export const resyncs: readonly string[] = [
  `
    CREATE TABLE justAsked (
      kind VARCHAR(32) NOT NULL COMMENT 'what is asked for: the table of what is made of it',
      requestedBy VARCHAR(128) NOT NULL,
      requestHash CHAR(64) NOT NULL,
      requestID VARCHAR(64) NOT NULL COMMENT 'what was made of these words last',
      askedAt DATETIME(3) NOT NULL,
      PRIMARY KEY (kind, requestedBy, requestHash),
      KEY by_request (requestID),
      KEY by_time (askedAt)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin COMMENT='so that the same words of a moment are one request'`,
  `
    CREATE TABLE resync (
      resyncID VARCHAR(64) NOT NULL,
      districtID VARCHAR(64) NOT NULL,
      schoolYear SMALLINT NOT NULL COMMENT 'year in which the school year ends',
      objects LONGTEXT NOT NULL COMMENT '"all" or the names that were asked for' CHECK (JSON_VALID(objects)),
      checkDependencies BOOLEAN NOT NULL,
      scenario VARCHAR(32) NOT NULL,
      initiator VARCHAR(16) NOT NULL,
      mode VARCHAR(16) NOT NULL,
      requestedBy VARCHAR(128) NOT NULL,
      idempotencyKey VARCHAR(255) NULL,
      requestHash CHAR(64) NULL COMMENT 'SHA-256 of the request, to refuse the same key with another body',
      status VARCHAR(16) NOT NULL,
      statusSequence INT NOT NULL DEFAULT 0 COMMENT 'notes of the status by the workflow of the run; the newest counts',
      color VARCHAR(8) NOT NULL DEFAULT 'gray',
      colorWithoutExclusions VARCHAR(8) NULL COMMENT 'once it has ended: without expected exclusions and what hangs below them',
      message VARCHAR(1000) NULL,
      epoch BIGINT NULL,
      requestedAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      startedAt DATETIME(3) NULL,
      endedAt DATETIME(3) NULL,
      heldUntil DATETIME(3) NULL COMMENT 'end of the blackout window that holds it; NULL: none does',
      removals VARCHAR(8) NULL COMMENT 'apply; NULL: records extra at the state are only reported',
      acceptShrunk BOOLEAN NULL COMMENT 'the district may have lost most of an object; NULL: that ends red',
      acceptUpdates BOOLEAN NULL COMMENT 'most of an object may be updated; NULL: that is held',
      verify VARCHAR(20) NULL COMMENT 'beforeAndAfter',
      selection VARCHAR(16) NULL COMMENT 'retry or selective; NULL: whole objects',
      retryOf VARCHAR(64) NULL COMMENT 'resync whose stored errors are sent again',
      selected LONGTEXT NULL COMMENT 'with selection: the outcomes to retry, or the record that was asked for' CHECK (JSON_VALID(selected)),
      written BIGINT NULL COMMENT 'records that it inserted or updated; NULL: not ended, or not known',
      catalogHash CHAR(64) NULL COMMENT 'SHA-256 of the catalog it was accepted with: no worker with another one touches it; NULL: any may',
      otherCatalog CHAR(64) NULL COMMENT 'of a worker that left it untouched; NULL: none did since one went on with it',
      otherCatalogAt DATETIME(3) NULL,
      regionResyncID VARCHAR(64) NULL COMMENT 'run of the region that had to end before this one; NULL: none had to',
      regionColor VARCHAR(8) NULL COMMENT 'of that run, once it has ended',
      unlistedAt DATETIME(3) NULL COMMENT 'somebody deleted it from the history of selective syncs; the run stays',
      errorsRemovedAt DATETIME(3) NULL COMMENT 'its errors were kept long enough; likewise marks and ledger',
      marksRemovedAt DATETIME(3) NULL,
      ledgerRemovedAt DATETIME(3) NULL,
      full BOOLEAN AS (JSON_TYPE(objects) = 'STRING') STORED COMMENT 'all objects were asked for',
      PRIMARY KEY (resyncID),
      UNIQUE KEY one_request (requestedBy, idempotencyKey),
      KEY by_district (districtID, requestedAt, resyncID),
      KEY by_year (districtID, schoolYear, requestedAt, resyncID),
      KEY full_of_year (schoolYear, full, status, districtID, endedAt, scenario),
      KEY end_of_year (schoolYear, districtID, endedAt, status, written),
      KEY open_of_district (districtID, status, requestedAt),
      KEY by_status (status),
      KEY by_end (endedAt, resyncID),
      KEY with_errors (errorsRemovedAt, endedAt, resyncID),
      KEY with_marks (marksRemovedAt, endedAt, resyncID),
      KEY with_ledger (ledgerRemovedAt, endedAt, resyncID),
      KEY retries (retryOf)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE resyncEvent (
      resyncEventID BIGINT NOT NULL AUTO_INCREMENT,
      resyncID VARCHAR(64) NOT NULL,
      happenedAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      kind VARCHAR(24) NOT NULL COMMENT 'a status that it came to, held, released, or what a person asked of it',
      objectName VARCHAR(64) NULL,
      requestedBy VARCHAR(128) NULL COMMENT 'NULL: the service did it',
      ofState BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'who did it is of the state: no district is told who',
      heldUntil DATETIME(3) NULL COMMENT 'end of the blackout window that holds it',
      PRIMARY KEY (resyncEventID),
      KEY of_run (resyncID, resyncEventID)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin COMMENT='what happened to runs, but for what their own rows say'`,
  `
    CREATE TABLE DISBatchHistory (
      batchHistoryID BIGINT NOT NULL AUTO_INCREMENT,
      resyncID VARCHAR(64) NOT NULL,
      districtID VARCHAR(64) NOT NULL,
      schoolYear SMALLINT NOT NULL,
      objectName VARCHAR(64) NOT NULL,
      position SMALLINT NOT NULL COMMENT 'place in the plan, 0 first',
      status VARCHAR(16) NOT NULL,
      color VARCHAR(8) NOT NULL,
      recordsRead BIGINT NOT NULL DEFAULT 0,
      processed BIGINT NOT NULL DEFAULT 0,
      inserted BIGINT NOT NULL DEFAULT 0,
      updated BIGINT NOT NULL DEFAULT 0,
      unchanged BIGINT NOT NULL DEFAULT 0,
      excluded BIGINT NOT NULL DEFAULT 0,
      blocked BIGINT NOT NULL DEFAULT 0,
      failed BIGINT NOT NULL DEFAULT 0,
      extra BIGINT NOT NULL DEFAULT 0 COMMENT 'at the state, no longer at the district; not part of processed',
      errors BIGINT NOT NULL DEFAULT 0,
      expectedBlocked BIGINT NOT NULL DEFAULT 0 COMMENT 'of the blocked records those below an excluded one',
      shrunkPercent DOUBLE NULL COMMENT 'share lost at the district from which it ends red; NULL: never',
      doubt VARCHAR(16) NULL COMMENT 'SHRUNK or UPDATES_HELD: red, whatever its records came to',
      held LONGTEXT NULL COMMENT 'of UPDATES_HELD: numbers, and samples of keys and columns' CHECK (JSON_VALID(held)),
      ranges INT NOT NULL DEFAULT 0,
      message VARCHAR(1000) NULL,
      startedAt DATETIME(3) NULL,
      endedAt DATETIME(3) NULL,
      selected BIGINT NULL COMMENT 'records selected of the object; NULL: the object as a whole',
      keyOrder LONGTEXT NULL COMMENT 'how the columns of the match key compare in this run; NULL: no page tells of a record' CHECK (JSON_VALID(keyOrder)),
      PRIMARY KEY (batchHistoryID),
      UNIQUE KEY one_row (resyncID, objectName),
      KEY newest (districtID, objectName, schoolYear, startedAt)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE resyncRange (
      resyncID VARCHAR(64) NOT NULL,
      objectName VARCHAR(64) NOT NULL,
      rangeNo INT NOT NULL,
      afterKey TEXT NULL COMMENT 'JSON array; records > afterKey',
      upToKey TEXT NULL COMMENT 'JSON array; records <= upToKey',
      PRIMARY KEY (resyncID, objectName, rangeNo)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE rangeLedger (
      resyncID VARCHAR(64) NOT NULL,
      objectName VARCHAR(64) NOT NULL,
      rangeNo INT NOT NULL COMMENT '-1: corrections by the closing retry of blocked records',
      pageNo INT NOT NULL,
      upToKey TEXT NULL COMMENT 'JSON array: the page covered keys up to here; NULL: to the end of the range',
      recordsRead BIGINT NOT NULL,
      inserted BIGINT NOT NULL,
      updated BIGINT NOT NULL,
      unchanged BIGINT NOT NULL,
      excluded BIGINT NOT NULL,
      blocked BIGINT NOT NULL COMMENT 'may be negative in a correction',
      failed BIGINT NOT NULL,
      extra BIGINT NOT NULL,
      lastPage BOOLEAN NOT NULL COMMENT 'the range is complete with this page',
      writtenAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      PRIMARY KEY (resyncID, objectName, rangeNo, pageNo)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE recordError (
      recordErrorID BIGINT NOT NULL AUTO_INCREMENT,
      resyncID VARCHAR(64) NOT NULL,
      districtID VARCHAR(64) NOT NULL,
      objectName VARCHAR(64) NOT NULL,
      recordKey VARCHAR(512) NOT NULL COMMENT 'JSON array of the match key',
      guid VARCHAR(64) NULL,
      outcome VARCHAR(16) NOT NULL,
      code VARCHAR(64) NOT NULL,
      field VARCHAR(64) NULL,
      message VARCHAR(1000) NOT NULL,
      parentObject VARCHAR(64) NULL,
      parentKey VARCHAR(512) NULL,
      heldBy VARCHAR(64) NULL COMMENT 'tenant that holds the GUID; for the state only',
      school VARCHAR(128) NULL COMMENT 'JSON array of the key of its School; NULL: of none, or not known',
      ofState BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'found by a run of the state: not for the district',
      createdAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      PRIMARY KEY (recordErrorID),
      UNIQUE KEY one_error (resyncID, objectName, recordKey),
      KEY by_outcome (resyncID, objectName, outcome, recordErrorID, code),
      KEY identity (resyncID, code),
      KEY of_district (districtID, createdAt, recordErrorID, ofState, objectName, code, field, school, outcome, resyncID),
      KEY of_object (districtID, objectName, recordErrorID, ofState),
      KEY held (heldBy)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE identityResolution (
      recordErrorID BIGINT NOT NULL COMMENT 'of the run that found the conflict',
      action VARCHAR(16) NOT NULL,
      resolvedBy VARCHAR(128) NOT NULL,
      resolvedAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      PRIMARY KEY (recordErrorID)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE resyncCauses (
      resyncID VARCHAR(64) NOT NULL,
      causes LONGTEXT NOT NULL COMMENT 'of its errors, once it has ended and somebody asked' CHECK (JSON_VALID(causes)),
      PRIMARY KEY (resyncID)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE recordMarks (
      resyncID VARCHAR(64) NOT NULL,
      objectName VARCHAR(64) NOT NULL,
      rangeNo INT NOT NULL,
      pageNo INT NOT NULL,
      marks MEDIUMBLOB NOT NULL COMMENT 'keys by outcome as src/domain/record-marks.ts writes them, deflated; errors are in recordError',
      PRIMARY KEY (resyncID, objectName, rangeNo, pageNo)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE resyncSelection (
      resyncID VARCHAR(64) NOT NULL COMMENT 'the resync, or the preview',
      objectName VARCHAR(64) NOT NULL,
      recordKey VARCHAR(512) NOT NULL COMMENT 'JSON array of the match key',
      why VARCHAR(16) NOT NULL COMMENT 'asked, ancestor, descendant, error or parent',
      search VARCHAR(8) NULL COMMENT 'down, up: its records below or its parents are still to be looked for',
      PRIMARY KEY (resyncID, objectName, recordKey)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE cycleInsertion (
      resyncID VARCHAR(64) NOT NULL,
      objectName VARCHAR(64) NOT NULL,
      recordKey VARCHAR(512) NOT NULL COMMENT 'JSON array of the match key',
      PRIMARY KEY (resyncID, objectName, recordKey)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE schoolName (
      districtID VARCHAR(64) NOT NULL,
      schoolKey VARCHAR(512) NOT NULL COMMENT 'JSON array of the key of School',
      name VARCHAR(255) NOT NULL COMMENT 'as the last run or comparison of School found it',
      PRIMARY KEY (districtID, schoolKey)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE districtLease (
      districtID VARCHAR(64) NOT NULL,
      schoolYear SMALLINT NOT NULL,
      resyncID VARCHAR(64) NOT NULL,
      epoch BIGINT NOT NULL,
      takenAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      PRIMARY KEY (districtID, schoolYear)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
];
