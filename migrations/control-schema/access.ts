/** Principals, their rights, tokens and sessions, and the audit, which refuses any change. */
export const access: readonly string[] = [
  `
    CREATE TABLE principal (
      principalID VARCHAR(64) NOT NULL,
      name VARCHAR(128) NOT NULL,
      level VARCHAR(16) NOT NULL COMMENT 'state or district',
      districts LONGTEXT NULL COMMENT 'ids of the districts; NULL at state level: all' CHECK (JSON_VALID(districts)),
      schools LONGTEXT NULL COMMENT 'texts of the keys of its schools, in its one district; NULL: not limited to any' CHECK (JSON_VALID(schools)),
      createdAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      disabledAt DATETIME(3) NULL COMMENT 'since then its tokens are refused',
      PRIMARY KEY (principalID),
      KEY by_creation (createdAt, principalID)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE principalRight (
      principalID VARCHAR(64) NOT NULL,
      toolRight VARCHAR(32) NOT NULL,
      grantedBy VARCHAR(128) NOT NULL,
      grantedAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      PRIMARY KEY (principalID, toolRight),
      CONSTRAINT right_of_principal FOREIGN KEY (principalID) REFERENCES principal (principalID)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE apiToken (
      tokenID VARCHAR(32) NOT NULL,
      secretHash CHAR(64) NOT NULL COMMENT 'SHA-256 of the secret, hex',
      principalID VARCHAR(64) NOT NULL,
      name VARCHAR(128) NOT NULL,
      createdAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      expiresAt DATETIME(3) NULL,
      revokedAt DATETIME(3) NULL,
      lastUsedAt DATETIME(3) NULL,
      PRIMARY KEY (tokenID),
      KEY token_of_principal (principalID),
      CONSTRAINT token_of_principal FOREIGN KEY (principalID) REFERENCES principal (principalID)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE consoleSession (
      sessionHash CHAR(64) NOT NULL COMMENT 'SHA-256 of what the cookie holds, hex',
      tokenID VARCHAR(32) NULL COMMENT 'it was opened with; its owner and rights are read anew',
      foreignPrincipal TEXT NULL COMMENT 'JSON: who another issuer said it is; then it ends with what that said',
      createdAt DATETIME(3) NOT NULL,
      lastSeenAt DATETIME(3) NOT NULL COMMENT 'over when idle for an hour',
      endsAt DATETIME(3) NOT NULL,
      PRIMARY KEY (sessionHash),
      KEY by_end (endsAt),
      KEY session_of_token (tokenID),
      CONSTRAINT session_of_token FOREIGN KEY (tokenID) REFERENCES apiToken (tokenID)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE signInCode (
      codeHash CHAR(64) NOT NULL COMMENT 'SHA-256 of the code, hex; the row goes when it is used',
      tokenID VARCHAR(32) NOT NULL,
      expiresAt DATETIME(3) NOT NULL,
      PRIMARY KEY (codeHash),
      KEY by_expiry (expiresAt),
      KEY code_of_token (tokenID),
      CONSTRAINT code_of_token FOREIGN KEY (tokenID) REFERENCES apiToken (tokenID)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE limitLock (
      what VARCHAR(255) NOT NULL COMMENT 'whose number is limited: locked while one more is added',
      PRIMARY KEY (what)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE auditEvent (
      auditEventID BIGINT NOT NULL AUTO_INCREMENT,
      happenedAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      principalID VARCHAR(64) NOT NULL COMMENT 'of the table, oidc:<subject>, or local:<user of the machine>',
      principalName VARCHAR(128) NOT NULL,
      level VARCHAR(16) NOT NULL COMMENT 'of the principal at that time',
      districts LONGTEXT NULL COMMENT 'of the principal at that time' CHECK (JSON_VALID(districts)),
      action VARCHAR(160) NOT NULL COMMENT 'e.g. POST /resyncs/{id}/pause',
      target VARCHAR(512) NOT NULL COMMENT 'the path with its ids',
      address VARCHAR(64) NOT NULL COMMENT 'where it came from; local: the control database itself',
      status SMALLINT NOT NULL COMMENT 'HTTP status of the answer; 0: it was begun, and nobody knows more',
      details LONGTEXT NOT NULL COMMENT 'no secrets, no student values' CHECK (JSON_VALID(details)),
      hash CHAR(64) NOT NULL DEFAULT '' COMMENT 'SHA-256 of the event and of the hash before it',
      PRIMARY KEY (auditEventID),
      KEY by_principal (principalID, auditEventID),
      KEY by_time (happenedAt)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE auditAnchor (
      upToEventID BIGINT NOT NULL COMMENT 'this event and all before it were kept long enough',
      hash CHAR(64) NOT NULL COMMENT 'of that event: the next one follows it',
      events BIGINT NOT NULL COMMENT 'since the beginning of the chain',
      anchoredAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      PRIMARY KEY (upToEventID)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TRIGGER auditAnchor_only_old BEFORE INSERT ON auditAnchor FOR EACH ROW
      BEGIN
      IF NOT EXISTS (SELECT 1 FROM auditEvent WHERE auditEventID = NEW.upToEventID AND hash = NEW.hash)
        OR EXISTS (SELECT 1 FROM auditEvent
                    WHERE happenedAt > SYSDATE() - INTERVAL 360 DAY AND auditEventID <= NEW.upToEventID)
      THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'An anchor of the audit has the hash of an old event.'; END IF;
      END`,
  `
    CREATE TRIGGER auditAnchor_no_update BEFORE UPDATE ON auditAnchor FOR EACH ROW
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'Anchors of the audit are never changed.'`,
  `
    CREATE TRIGGER auditAnchor_no_delete BEFORE DELETE ON auditAnchor FOR EACH ROW
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'Anchors of the audit are never deleted.'`,
  `
    CREATE TABLE auditIntent (
      intentID CHAR(36) NOT NULL,
      event LONGTEXT NOT NULL COMMENT 'what is about to be done, by whom: becomes an event, or is forgotten' CHECK (JSON_VALID(event)),
      notedAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      PRIMARY KEY (intentID),
      KEY by_time (notedAt)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TRIGGER auditEvent_no_update BEFORE UPDATE ON auditEvent FOR EACH ROW
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'Audit events are never changed.'`,
  `
    CREATE TRIGGER auditEvent_no_delete BEFORE DELETE ON auditEvent FOR EACH ROW
      BEGIN
      IF OLD.auditEventID > (SELECT COALESCE(MAX(upToEventID), 0) FROM auditAnchor)
      THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'Audit events are only deleted up to an anchor.'; END IF;
      END`,
];
