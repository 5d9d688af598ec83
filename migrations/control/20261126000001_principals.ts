import type { Knex } from 'knex';

/** Who may do what, and who did what: principals with tool rights, tokens that are theirs, the append-only audit. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE principal (
      principalID VARCHAR(64)  NOT NULL PRIMARY KEY,
      name        VARCHAR(128) NOT NULL,
      level       VARCHAR(16)  NOT NULL COMMENT 'state or district',
      districts   JSON         NULL COMMENT 'ids of the districts; NULL at state level: all',
      createdAt   DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      disabledAt  DATETIME(3)  NULL COMMENT 'since then its tokens are refused',
      KEY by_creation (createdAt, principalID)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  await knex.raw(`
    CREATE TABLE principalRight (
      principalID VARCHAR(64)  NOT NULL,
      toolRight   VARCHAR(32)  NOT NULL,
      grantedBy   VARCHAR(128) NOT NULL,
      grantedAt   DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      PRIMARY KEY (principalID, toolRight),
      CONSTRAINT right_of_principal FOREIGN KEY (principalID) REFERENCES principal (principalID)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  await knex.raw(`
    CREATE TABLE auditEvent (
      auditEventID  BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
      happenedAt    DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      principalID   VARCHAR(64)  NOT NULL COMMENT 'of the table, oidc:<subject>, or local:<user of the machine>',
      principalName VARCHAR(128) NOT NULL,
      level         VARCHAR(16)  NOT NULL COMMENT 'of the principal at that time',
      districts     JSON         NULL COMMENT 'of the principal at that time',
      action        VARCHAR(160) NOT NULL COMMENT 'e.g. POST /resyncs/{id}/pause',
      target        VARCHAR(512) NOT NULL COMMENT 'the path with its ids',
      address       VARCHAR(64)  NOT NULL COMMENT 'where it came from; local: the control database itself',
      status        SMALLINT     NOT NULL COMMENT 'HTTP status of the answer',
      details       JSON         NOT NULL COMMENT 'no secrets, no student values',
      KEY by_principal (principalID, auditEventID),
      KEY by_time (happenedAt)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  for (const [event, word] of [
    ['UPDATE', 'changed'],
    ['DELETE', 'deleted'],
  ] as const) {
    await knex.raw(`
      CREATE TRIGGER auditEvent_no_${event.toLowerCase()} BEFORE ${event} ON auditEvent FOR EACH ROW
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'Audit events are never ${word}.'`);
  }
  await givePrincipalsToTokens(knex);
}

/** What is in use goes on working: each token's principal may do all that its level could do until now. */
async function givePrincipalsToTokens(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE apiToken ADD COLUMN principalID VARCHAR(64) NULL AFTER secretHash');
  await knex.raw(`
    INSERT INTO principal (principalID, name, level, districts, createdAt)
    SELECT tokenID, name, level, districts, createdAt FROM apiToken`);
  // The state's powers stay the state's, and nobody in a district was an administrator before there was the right.
  await knex.raw(`
    INSERT INTO principalRight (principalID, toolRight, grantedBy)
    SELECT t.tokenID, r.toolRight, 'migration'
      FROM apiToken t
      JOIN (SELECT 'resyncBatch' AS toolRight, 0 AS stateOnly UNION ALL SELECT 'selectiveSync', 0
            UNION ALL SELECT 'verificationSummary', 0 UNION ALL SELECT 'processAlerts', 0
            UNION ALL SELECT 'fieldSettings', 0 UNION ALL SELECT 'agents', 0 UNION ALL SELECT 'errorLog', 0
            UNION ALL SELECT 'stateRequest', 1 UNION ALL SELECT 'administration', 1) r
        ON r.stateOnly = 0 OR t.level = 'state'`);
  await knex.raw('UPDATE apiToken SET principalID = tokenID');
  await knex.raw(`
    ALTER TABLE apiToken
      MODIFY COLUMN principalID VARCHAR(64) NOT NULL,
      ADD CONSTRAINT token_of_principal FOREIGN KEY (principalID) REFERENCES principal (principalID),
      DROP COLUMN level,
      DROP COLUMN districts`);
}

/** Tokens get level and districts of their principals back; rights and audit are gone. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE apiToken
      ADD COLUMN level VARCHAR(16) NULL AFTER name,
      ADD COLUMN districts JSON NULL AFTER level`);
  await knex.raw(`
    UPDATE apiToken t JOIN principal p ON p.principalID = t.principalID
       SET t.level = p.level, t.districts = p.districts`);
  await knex.raw(`
    ALTER TABLE apiToken
      DROP FOREIGN KEY token_of_principal,
      DROP COLUMN principalID,
      MODIFY COLUMN level VARCHAR(16) NOT NULL`);
  for (const table of ['auditEvent', 'principalRight', 'principal'])
    await knex.schema.dropTableIfExists(table);
}

/** MySQL commits at every DDL statement; a transaction around it would only pretend. */
export const config = { transaction: false };
