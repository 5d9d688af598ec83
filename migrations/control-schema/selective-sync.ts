/** Previews of what a selective sync would send. */
export const selectiveSync: readonly string[] = [
  `
    CREATE TABLE selectivePreview (
      previewID VARCHAR(64) NOT NULL,
      districtID VARCHAR(64) NOT NULL,
      schoolYear SMALLINT NOT NULL,
      objectName VARCHAR(64) NOT NULL,
      recordKey VARCHAR(512) NOT NULL COMMENT 'JSON array of the match key',
      guid VARCHAR(64) NULL COMMENT 'looked for by this: then the key is what was found, or empty',
      level VARCHAR(16) NOT NULL COMMENT 'district, or state: then it is not the districts to see',
      requestedBy VARCHAR(128) NOT NULL,
      status VARCHAR(16) NOT NULL DEFAULT 'running' COMMENT 'running, done or failed',
      answer LONGTEXT NULL COMMENT 'JSON: counts and samples of keys by object',
      message VARCHAR(1000) NULL,
      requestedAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      endedAt DATETIME(3) NULL,
      PRIMARY KEY (previewID),
      KEY under_way (districtID, status)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
];
