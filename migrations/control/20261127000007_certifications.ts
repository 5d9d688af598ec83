import type { Knex } from 'knex';

const created = 'ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';

/** What was certified of a district at a reporting date, the keys that signed it, and how later days compared with it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE certification (
      certificationID VARCHAR(64)   NOT NULL PRIMARY KEY,
      districtID      VARCHAR(64)   NOT NULL,
      schoolYear      SMALLINT      NOT NULL,
      reportingDate   DATE          NOT NULL,
      name            VARCHAR(120)  NOT NULL,
      certifiedBy     VARCHAR(16)   NOT NULL COMMENT 'district or state',
      requestedBy     VARCHAR(128)  NOT NULL,
      idempotencyKey  VARCHAR(255)  NULL,
      requestHash     CHAR(64)      NOT NULL COMMENT 'SHA-256 of what was asked, to refuse the same key with another body',
      status          VARCHAR(16)   NOT NULL COMMENT 'accepted, waiting, certified or failed',
      message         VARCHAR(1000) NULL,
      objects         INT           NULL,
      records         BIGINT        NULL,
      requestedAt     DATETIME(3)   NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      endedAt         DATETIME(3)   NULL,
      UNIQUE KEY one_request (requestedBy, idempotencyKey),
      KEY by_district (districtID, requestedAt),
      KEY by_requested (requestedAt)
    ) ${created}`);
  await knex.raw(`
    CREATE TABLE certificationManifest (
      certificationID VARCHAR(64) NOT NULL PRIMARY KEY,
      kid             VARCHAR(64) NOT NULL COMMENT 'RFC 7638 thumbprint of the key that signed it',
      jws             LONGTEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'compact JWS of the canonical JSON',
      signedAt        DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
    ) ${created}`);
  await knex.raw(`
    CREATE TABLE certificationKey (
      kid       VARCHAR(64) NOT NULL PRIMARY KEY,
      publicKey JSON        NOT NULL COMMENT 'public JWK; kept for ever, old manifests need it',
      addedAt   DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
    ) ${created}`);
  await knex.raw(`
    CREATE TABLE certificationDrift (
      driftID         VARCHAR(64)   NOT NULL PRIMARY KEY,
      certificationID VARCHAR(64)   NOT NULL,
      initiator       VARCHAR(16)   NOT NULL COMMENT 'district or state: who asked',
      requestedBy     VARCHAR(128)  NOT NULL,
      status          VARCHAR(16)   NOT NULL COMMENT 'accepted, waiting, finished or failed',
      message         VARCHAR(1000) NULL,
      counts          JSON          NULL COMMENT 'rows by result',
      measuredAt      DATETIME(3)   NULL,
      requestedAt     DATETIME(3)   NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      endedAt         DATETIME(3)   NULL,
      KEY by_certification (certificationID, requestedAt)
    ) ${created}`);
  await knex.raw(`
    CREATE TABLE certificationDriftRow (
      driftID           VARCHAR(64)   NOT NULL,
      position          INT           NOT NULL COMMENT 'what changed comes first',
      objectName        VARCHAR(64)   NOT NULL,
      schoolKey         VARCHAR(512)  NULL COMMENT 'NULL: records of no one school',
      schoolYear        SMALLINT      NULL,
      result            VARCHAR(16)   NOT NULL,
      why               VARCHAR(1000) NULL,
      certifiedRecords  BIGINT        NULL,
      certifiedChecksum CHAR(64)      NULL,
      records           BIGINT        NULL,
      checksum          CHAR(64)      NULL,
      PRIMARY KEY (driftID, position)
    ) ${created}`);
  for (const event of ['UPDATE', 'DELETE'] as const) {
    const suffix = event.toLowerCase();
    const refuse = (what: string) => `SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '${what}'`;
    await knex.raw(`
      CREATE TRIGGER certification_no_${suffix} BEFORE ${event} ON certification FOR EACH ROW
      BEGIN
        IF OLD.status = 'certified' THEN ${refuse('What was certified is never changed nor deleted.')}; END IF;
      END`);
    for (const table of ['certificationManifest', 'certificationKey'])
      await knex.raw(`
        CREATE TRIGGER ${table}_no_${suffix} BEFORE ${event} ON ${table} FOR EACH ROW
          ${refuse('Manifests and their keys are never changed nor deleted.')}`);
  }
}

/** Their triggers go with the tables. */
export async function down(knex: Knex): Promise<void> {
  for (const table of [
    'certificationDriftRow',
    'certificationDrift',
    'certificationManifest',
    'certificationKey',
    'certification',
  ])
    await knex.schema.dropTableIfExists(table);
}

/** MySQL commits at every DDL statement; a transaction around it would only pretend. */
export const config = { transaction: false };
