/** Process Alerts and who has read or deleted them. */
export const alerts: readonly string[] = [
  `
    CREATE TABLE processAlert (
      processAlertID BIGINT NOT NULL AUTO_INCREMENT,
      alertKey VARCHAR(191) NOT NULL COMMENT 'what it tells of: posted once, however often it is repeated',
      category VARCHAR(64) NOT NULL,
      name VARCHAR(120) NOT NULL,
      text VARCHAR(1000) NOT NULL,
      districtID VARCHAR(64) NULL COMMENT 'NULL: for the state only',
      toolRight VARCHAR(32) NOT NULL COMMENT 'reaches principals with this right',
      resyncID VARCHAR(64) NULL,
      linkKind VARCHAR(24) NULL COMMENT 'what it leads to besides the resync: verification, certification, removals, stateRequest, year',
      linkID VARCHAR(64) NULL,
      postedAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      dueAt DATETIME(3) NULL,
      closedAt DATETIME(3) NULL COMMENT 'what it asks for is settled, for everybody it reaches',
      level VARCHAR(16) NULL COMMENT 'district or state: reaches principals of this level only; NULL: both',
      principalID VARCHAR(64) NULL COMMENT 'reaches this principal only; NULL: all it is meant for',
      noticedAt DATETIME(3) NULL COMMENT 'its deliveries by web and mail are listed in noticeDelivery',
      PRIMARY KEY (processAlertID),
      UNIQUE KEY one_alert (alertKey),
      KEY by_district (districtID, postedAt),
      KEY by_posted (postedAt),
      KEY not_noticed (noticedAt, postedAt),
      KEY by_settled (closedAt),
      KEY of_resync (resyncID)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE alertState (
      processAlertID BIGINT NOT NULL,
      principalID VARCHAR(64) NOT NULL,
      readAt DATETIME(3) NULL,
      deletedAt DATETIME(3) NULL COMMENT 'extra for this principal; others still see it',
      PRIMARY KEY (processAlertID, principalID),
      KEY last_read (principalID, readAt),
      KEY last_deleted (principalID, deletedAt)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
];
