/**
 * Signed lists of what the state holds of a district, which refuse any change once certified, and
 * later drift.
 */
export const certifications: readonly string[] = [
  `
    CREATE TABLE certificationKey (
      kid VARCHAR(64) NOT NULL,
      publicKey LONGTEXT NOT NULL COMMENT 'public JWK; kept for ever, old manifests need it' CHECK (JSON_VALID(publicKey)),
      addedAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      PRIMARY KEY (kid)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TRIGGER certificationKey_no_update BEFORE UPDATE ON certificationKey FOR EACH ROW
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'Manifests and their keys are never changed nor deleted.'`,
  `
    CREATE TRIGGER certificationKey_no_delete BEFORE DELETE ON certificationKey FOR EACH ROW
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'Manifests and their keys are never changed nor deleted.'`,
  `
    CREATE TABLE certification (
      certificationID VARCHAR(64) NOT NULL,
      districtID VARCHAR(64) NOT NULL,
      schoolYear SMALLINT NOT NULL,
      reportingDate DATE NOT NULL,
      name VARCHAR(120) NOT NULL,
      certifiedBy VARCHAR(16) NOT NULL COMMENT 'district or state',
      requestedBy VARCHAR(128) NOT NULL,
      idempotencyKey VARCHAR(255) NULL,
      requestHash CHAR(64) NOT NULL COMMENT 'SHA-256 of what was asked, to refuse the same key with another body',
      status VARCHAR(16) NOT NULL COMMENT 'accepted, waiting, certified or failed',
      message VARCHAR(1000) NULL,
      objects INT NULL,
      records BIGINT NULL,
      requestedAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      endedAt DATETIME(3) NULL,
      PRIMARY KEY (certificationID),
      UNIQUE KEY one_request (requestedBy, idempotencyKey),
      KEY by_district (districtID, requestedAt),
      KEY by_requested (requestedAt)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TRIGGER certification_no_update BEFORE UPDATE ON certification FOR EACH ROW
      BEGIN
      IF OLD.status = 'certified' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'What was certified is never changed nor deleted.'; END IF;
      END`,
  `
    CREATE TRIGGER certification_no_delete BEFORE DELETE ON certification FOR EACH ROW
      BEGIN
      IF OLD.status = 'certified' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'What was certified is never changed nor deleted.'; END IF;
      END`,
  `
    CREATE TABLE certificationManifest (
      certificationID VARCHAR(64) NOT NULL,
      kid VARCHAR(64) NOT NULL COMMENT 'RFC 7638 thumbprint of the key that signed it',
      jws LONGTEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'compact JWS of the canonical JSON',
      signedAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      PRIMARY KEY (certificationID)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TRIGGER certificationManifest_no_update BEFORE UPDATE ON certificationManifest FOR EACH ROW
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'Manifests and their keys are never changed nor deleted.'`,
  `
    CREATE TRIGGER certificationManifest_no_delete BEFORE DELETE ON certificationManifest FOR EACH ROW
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'Manifests and their keys are never changed nor deleted.'`,
  `
    CREATE TABLE certificationDrift (
      driftID VARCHAR(64) NOT NULL,
      certificationID VARCHAR(64) NOT NULL,
      initiator VARCHAR(16) NOT NULL COMMENT 'district or state: who asked',
      requestedBy VARCHAR(128) NOT NULL,
      status VARCHAR(16) NOT NULL COMMENT 'accepted, waiting, finished or failed',
      message VARCHAR(1000) NULL,
      counts LONGTEXT NULL COMMENT 'rows by result' CHECK (JSON_VALID(counts)),
      measuredAt DATETIME(3) NULL,
      requestedAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      endedAt DATETIME(3) NULL,
      PRIMARY KEY (driftID),
      KEY by_certification (certificationID, requestedAt)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE certificationDriftRow (
      driftID VARCHAR(64) NOT NULL,
      position INT NOT NULL COMMENT 'what changed comes first',
      objectName VARCHAR(64) NOT NULL,
      schoolKey VARCHAR(512) NULL COMMENT 'NULL: records of no one school',
      schoolYear SMALLINT NULL,
      result VARCHAR(16) NOT NULL,
      why VARCHAR(1000) NULL,
      certifiedRecords BIGINT NULL,
      certifiedChecksum CHAR(64) NULL,
      records BIGINT NULL,
      checksum CHAR(64) NULL,
      PRIMARY KEY (driftID, position)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
];
