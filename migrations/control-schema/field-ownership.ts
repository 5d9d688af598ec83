/**
 * Which fields the state owns in a district, the events that carry them down, and assigned state
 * IDs.
 */
export const fieldOwnership: readonly string[] = [
  `
    CREATE TABLE fieldSetting (
      districtID VARCHAR(64) NOT NULL,
      objectName VARCHAR(64) NOT NULL COMMENT 'object that has the table; holds for its parts too',
      fieldName VARCHAR(64) NOT NULL,
      owner VARCHAR(16) NOT NULL COMMENT 'district or state; without a row the catalog says',
      changedBy VARCHAR(128) NOT NULL,
      changedAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      PRIMARY KEY (districtID, objectName, fieldName)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE fieldSettingChange (
      fieldSettingChangeID BIGINT NOT NULL AUTO_INCREMENT,
      districtID VARCHAR(64) NOT NULL,
      objectName VARCHAR(64) NOT NULL,
      fieldName VARCHAR(64) NOT NULL,
      ownerBefore VARCHAR(16) NOT NULL,
      owner VARCHAR(16) NOT NULL,
      changedBy VARCHAR(128) NOT NULL,
      changedAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      PRIMARY KEY (fieldSettingChangeID),
      KEY by_district (districtID, fieldSettingChangeID)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TRIGGER fieldSettingChange_no_update BEFORE UPDATE ON fieldSettingChange FOR EACH ROW
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'Changes of ownership are never changed.'`,
  `
    CREATE TRIGGER fieldSettingChange_no_delete BEFORE DELETE ON fieldSettingChange FOR EACH ROW
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'Changes of ownership are never deleted.'`,
  `
    CREATE TABLE syncEvent (
      syncEventID VARCHAR(140) NOT NULL,
      districtID VARCHAR(64) NOT NULL,
      objectName VARCHAR(64) NOT NULL,
      recordKeys MEDIUMTEXT NULL COMMENT 'JSON array of keys; NULL: all records of the object',
      resyncID VARCHAR(64) NULL COMMENT 'run after which it came; NULL: the state asked for it',
      requestedBy VARCHAR(128) NOT NULL,
      status VARCHAR(16) NOT NULL COMMENT 'accepted, running, finished or failed',
      assigned BIGINT NOT NULL DEFAULT 0 COMMENT 'records given a value at the state before anything was carried',
      carried BIGINT NOT NULL DEFAULT 0,
      unchanged BIGINT NOT NULL DEFAULT 0,
      failed BIGINT NOT NULL DEFAULT 0,
      pages INT NOT NULL DEFAULT 0 COMMENT 'pages whose counts are in the sums',
      upToKey TEXT NULL COMMENT 'JSON array: they covered keys up to here',
      pendingKeys MEDIUMTEXT NULL COMMENT 'JSON array of keys the next page set out to write',
      message VARCHAR(1000) NULL,
      requestedAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      startedAt DATETIME(3) NULL,
      endedAt DATETIME(3) NULL,
      PRIMARY KEY (syncEventID),
      KEY by_district (districtID, requestedAt, syncEventID),
      KEY by_status (status, requestedAt)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE syncEventRecord (
      syncEventID VARCHAR(140) NOT NULL,
      recordKey VARCHAR(512) NOT NULL COMMENT 'JSON array of the match key',
      guid VARCHAR(64) NULL,
      code VARCHAR(64) NOT NULL,
      field VARCHAR(64) NULL,
      message VARCHAR(1000) NOT NULL,
      createdAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      PRIMARY KEY (syncEventID, recordKey)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE stateIdAssignment (
      guid VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'in lower case; never deleted',
      stateID VARCHAR(64) NOT NULL,
      origin VARCHAR(16) NOT NULL COMMENT 'given, or found at the state',
      districtID VARCHAR(64) NOT NULL COMMENT 'in whose record it was given or found first',
      assignedAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      PRIMARY KEY (guid),
      UNIQUE KEY one_id (stateID)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
];
