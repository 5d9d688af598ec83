/** Districts that were registered, beside those of the configuration, and imports of many. */
export const registrations: readonly string[] = [
  `
    CREATE TABLE districtRegistry (
      one TINYINT NOT NULL,
      revision BIGINT NOT NULL COMMENT 'counts the changes: whoever knows the newest knows all districts',
      PRIMARY KEY (one)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE registeredDistrict (
      districtID VARCHAR(64) NOT NULL,
      number INT NOT NULL,
      codeKey VARCHAR(64) NULL COMMENT 'the code in lower case: most collations hold both equal',
      settings LONGTEXT NOT NULL COMMENT 'as a district of the configuration, without its database' CHECK (JSON_VALID(settings)),
      accountKind VARCHAR(16) NOT NULL COMMENT 'sealed, file, variable, configuration or several: where its database URL is',
      accountText TEXT NULL COMMENT 'the URL, sealed; the name of a file or variable of the worker; several of these as JSON',
      changedBy VARCHAR(128) NOT NULL,
      changedAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      retiredAt DATETIME(3) NULL COMMENT 'its number stays taken: its records are at the state',
      PRIMARY KEY (districtID),
      UNIQUE KEY one_number (number),
      UNIQUE KEY one_code (codeKey)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE districtImport (
      importID VARCHAR(64) NOT NULL,
      dryRun BOOLEAN NOT NULL,
      requestedBy VARCHAR(128) NOT NULL,
      status VARCHAR(16) NOT NULL COMMENT 'accepted, finished or failed',
      requestedAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      endedAt DATETIME(3) NULL,
      PRIMARY KEY (importID),
      KEY by_status (status, requestedAt),
      KEY by_requested (requestedAt)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE districtImportLine (
      importID VARCHAR(64) NOT NULL,
      lineNo INT NOT NULL,
      mode VARCHAR(16) NOT NULL COMMENT 'register, change or either',
      districtID VARCHAR(64) NULL COMMENT 'NULL: the line has no id that can be read',
      settings LONGTEXT NULL CHECK (JSON_VALID(settings)),
      accountKind VARCHAR(16) NULL COMMENT 'NULL: as it is',
      accountText TEXT NULL COMMENT 'as in registeredDistrict; away once the line is settled',
      status VARCHAR(16) NOT NULL COMMENT 'waiting, registered, changed, unchanged or refused',
      message VARCHAR(1000) NULL,
      PRIMARY KEY (importID, lineNo),
      KEY by_status (importID, status)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
];
