/** What was removed because it was old enough, and when; traces, which are of use for days. */
export const retention: readonly string[] = [
  `
    CREATE TABLE retentionPass (
      passID VARCHAR(64) NOT NULL COMMENT 'run of its workflow',
      status VARCHAR(16) NOT NULL COMMENT 'running, finished, partial or failed',
      removed LONGTEXT NOT NULL COMMENT 'rows by kind' CHECK (JSON_VALID(removed)),
      message VARCHAR(1000) NULL,
      startedAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      endedAt DATETIME(3) NULL,
      PRIMARY KEY (passID),
      KEY by_start (startedAt)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE removedResync (
      resyncID VARCHAR(64) NOT NULL,
      districtID VARCHAR(64) NOT NULL,
      endedAt DATETIME(3) NOT NULL,
      removedAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      PRIMARY KEY (resyncID),
      KEY by_district (districtID, endedAt)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin COMMENT='so that an old link says what became of it'`,
  `
    CREATE TABLE traceOrigin (
      workflowID VARCHAR(255) NOT NULL,
      traceparent VARCHAR(55) NOT NULL COMMENT 'what asked for the workflow, as W3C Trace Context has it',
      storedAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      PRIMARY KEY (workflowID),
      KEY by_age (storedAt)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin COMMENT='empty where tracing is off'`,
];
