/** What a state asked of its districts, and where each of them stands. */
export const stateRequests: readonly string[] = [
  `
    CREATE TABLE stateRequest (
      stateRequestID VARCHAR(64) NOT NULL,
      objects LONGTEXT NOT NULL COMMENT '"all" or the names that were asked for' CHECK (JSON_VALID(objects)),
      checkDependencies BOOLEAN NOT NULL,
      schoolYear SMALLINT NULL COMMENT 'NULL: each district its current one',
      scenario VARCHAR(32) NOT NULL,
      mode VARCHAR(16) NOT NULL,
      reason VARCHAR(1000) NOT NULL,
      windowFrom DATETIME(3) NOT NULL,
      windowUntil DATETIME(3) NOT NULL COMMENT 'no run begins after it',
      waves LONGTEXT NULL COMMENT 'how it goes through its districts, as src/domain/waves.ts has it; NULL: all together' CHECK (JSON_VALID(waves)),
      recordsPerSecond INT NULL COMMENT 'write budget of all its districts together; NULL: none',
      budgetUntil DATETIME(6) NULL COMMENT 'until then the budget is spent on what is written',
      stopped VARCHAR(255) NULL COMMENT 'why no further wave begins',
      requestedBy VARCHAR(128) NOT NULL,
      idempotencyKey VARCHAR(255) NULL,
      requestHash CHAR(64) NOT NULL COMMENT 'SHA-256 of what was asked, to refuse the same key with another body',
      status VARCHAR(16) NOT NULL COMMENT 'accepted, running, finished, cancelled or failed',
      message VARCHAR(1000) NULL,
      requestedAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      endedAt DATETIME(3) NULL,
      PRIMARY KEY (stateRequestID),
      UNIQUE KEY one_request (requestedBy, idempotencyKey),
      KEY by_requested (requestedAt),
      KEY by_status (status)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE stateRequestDistrict (
      stateRequestID VARCHAR(64) NOT NULL,
      districtID VARCHAR(64) NOT NULL,
      schoolYear SMALLINT NOT NULL,
      resyncID VARCHAR(64) NOT NULL COMMENT 'known before the hand-over, so that this can be repeated',
      wave SMALLINT NULL COMMENT 'from 1; NULL: asked whatever wave it is, without waves and when tried again',
      status VARCHAR(16) NOT NULL COMMENT 'waiting, queued, running, done, failed or notRun',
      attempts INT NOT NULL DEFAULT 0 COMMENT 'hand-overs that did not succeed',
      nextAttemptAt DATETIME(3) NULL,
      message VARCHAR(1000) NULL,
      handedOverAt DATETIME(3) NULL,
      endedAt DATETIME(3) NULL,
      PRIMARY KEY (stateRequestID, districtID),
      UNIQUE KEY one_resync (resyncID),
      KEY by_status (stateRequestID, status, nextAttemptAt)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
];
