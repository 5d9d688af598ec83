/** What the state did with many districts in one call, and what came of each. */
export const districtActions: readonly string[] = [
  `
    CREATE TABLE districtAction (
      districtActionID VARCHAR(64) NOT NULL,
      action VARCHAR(16) NOT NULL COMMENT 'verify, certify, accept, remind, retry or cancel',
      asked LONGTEXT NOT NULL COMMENT 'what else was said, without the districts' CHECK (JSON_VALID(asked)),
      requestedBy VARCHAR(128) NOT NULL,
      idempotencyKey VARCHAR(255) NULL,
      requestHash CHAR(64) NOT NULL COMMENT 'SHA-256 of what was asked, to refuse the same key with another body',
      status VARCHAR(16) NOT NULL COMMENT 'accepted, finished or failed',
      requestedAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      endedAt DATETIME(3) NULL,
      PRIMARY KEY (districtActionID),
      UNIQUE KEY one_request (requestedBy, idempotencyKey),
      KEY by_requested (requestedAt),
      KEY by_status (status)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE districtActionItem (
      districtActionID VARCHAR(64) NOT NULL,
      position INT NOT NULL,
      districtID VARCHAR(64) NOT NULL,
      schoolYear SMALLINT NOT NULL,
      resyncID VARCHAR(64) NULL COMMENT 'the resync that is accepted, sent again or cancelled',
      madeID VARCHAR(64) NOT NULL COMMENT 'of what it starts, known beforehand, so that this can be repeated',
      detail LONGTEXT NULL COMMENT 'what was found when it was asked: never a record' CHECK (JSON_VALID(detail)),
      status VARCHAR(16) NOT NULL COMMENT 'waiting, done, refused or failed',
      attempts INT NOT NULL DEFAULT 0,
      message VARCHAR(1000) NULL,
      endedAt DATETIME(3) NULL,
      PRIMARY KEY (districtActionID, position),
      KEY by_made (madeID),
      KEY by_status (districtActionID, status, attempts)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
];
