/** The scoped year of each district, its switches, and accepted resyncs of the end of a year. */
export const schoolYears: readonly string[] = [
  `
    CREATE TABLE districtYear (
      districtID VARCHAR(64) NOT NULL,
      scopedYear SMALLINT NOT NULL COMMENT 'year in which the current school year ends',
      switchedAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      switchedBy VARCHAR(128) NOT NULL,
      PRIMARY KEY (districtID)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE scopedYearSwitch (
      scopedYearSwitchID BIGINT NOT NULL AUTO_INCREMENT,
      districtID VARCHAR(64) NOT NULL,
      fromYear SMALLINT NOT NULL,
      toYear SMALLINT NOT NULL,
      switchedAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      switchedBy VARCHAR(128) NOT NULL,
      overridden BOOLEAN NOT NULL COMMENT 'the state switched though the end-of-year condition did not hold',
      reason VARCHAR(1000) NULL COMMENT 'why it was overridden',
      resyncID VARCHAR(64) NULL COMMENT 'full resync of the ending year that allowed it',
      PRIMARY KEY (scopedYearSwitchID),
      KEY by_district (districtID, scopedYearSwitchID)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE resyncAcceptance (
      resyncID VARCHAR(64) NOT NULL,
      acceptedBy VARCHAR(128) NOT NULL,
      reason VARCHAR(1000) NOT NULL,
      acceptedAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      PRIMARY KEY (resyncID)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
];
