/** Records at the state that the district no longer has: found, decided about, removed. */
export const removals: readonly string[] = [
  `
    CREATE TABLE removalObject (
      resyncID VARCHAR(64) NOT NULL,
      objectName VARCHAR(64) NOT NULL,
      position SMALLINT NOT NULL COMMENT 'place in the plan; removals go from the last to the first',
      records BIGINT NOT NULL COMMENT 'at the state, of this district and year, when it was looked for',
      found BIGINT NOT NULL,
      thresholdPercent DECIMAL(6,3) NOT NULL,
      decision VARCHAR(16) NOT NULL COMMENT 'below, awaiting, approved, rejected, expired or refused',
      reason VARCHAR(1000) NULL COMMENT 'why nothing, or not all, is removed',
      expiresAt DATETIME(3) NULL COMMENT 'end of the wait for an approval',
      decidedBy VARCHAR(128) NULL,
      decidedAt DATETIME(3) NULL,
      PRIMARY KEY (resyncID, objectName)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE removal (
      resyncID VARCHAR(64) NOT NULL,
      objectName VARCHAR(64) NOT NULL,
      recordKey VARCHAR(512) NOT NULL COMMENT 'JSON array of the match key',
      guid VARCHAR(64) NULL COMMENT 'as the state had it when it was found',
      status VARCHAR(8) NOT NULL COMMENT 'found, removed or kept',
      reason VARCHAR(255) NULL COMMENT 'why it was kept',
      settledAt DATETIME(3) NULL COMMENT 'when it was removed or kept',
      PRIMARY KEY (resyncID, objectName, recordKey),
      KEY by_status (resyncID, objectName, status)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
];
