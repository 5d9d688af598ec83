import type { Knex } from 'knex';

/** Whom an alert reaches beyond its district and right, and what each principal did with it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE processAlert
      ADD COLUMN level       VARCHAR(16) NULL COMMENT 'district or state: reaches principals of this level only; NULL: both',
      ADD COLUMN principalID VARCHAR(64) NULL COMMENT 'reaches this principal only; NULL: all it is meant for',
      ADD COLUMN noticedAt   DATETIME(3) NULL COMMENT 'its deliveries by web and mail are listed in noticeDelivery',
      ADD KEY not_noticed (noticedAt, postedAt),
      ADD KEY of_resync (resyncID)`);
  await knex.raw(`
    CREATE TABLE alertState (
      processAlertID BIGINT      NOT NULL,
      principalID    VARCHAR(64) NOT NULL,
      readAt         DATETIME(3) NULL,
      deletedAt      DATETIME(3) NULL COMMENT 'gone for this principal; others still see it',
      PRIMARY KEY (processAlertID, principalID)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  await knex.raw(`
    CREATE TABLE noticeOwner (
      principalID VARCHAR(64)  NOT NULL PRIMARY KEY COMMENT 'has a webhook or a preference',
      level       VARCHAR(16)  NOT NULL,
      districts   JSON         NULL COMMENT 'NULL at state level: all',
      rights      JSON         NOT NULL,
      seenAt      DATETIME(3)  NOT NULL COMMENT 'as it was then; counts for principals of another issuer only'
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  await knex.raw(`
    CREATE TABLE webhook (
      webhookID       VARCHAR(32)   NOT NULL PRIMARY KEY,
      principalID     VARCHAR(64)   NOT NULL,
      url             VARCHAR(2000) NOT NULL,
      events          JSON          NOT NULL COMMENT 'names of notice events',
      secret          VARCHAR(255)  NOT NULL COMMENT 'sealed with notices.secretKey where one is configured',
      previousSecret  VARCHAR(255)  NULL COMMENT 'signs beside the new one until previousUntil',
      previousUntil   DATETIME(3)   NULL,
      createdAt       DATETIME(3)   NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      disabledAt      DATETIME(3)   NULL,
      disabledWhy     VARCHAR(255)  NULL,
      KEY by_principal (principalID, createdAt)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  await knex.raw(`
    CREATE TABLE noticePreference (
      principalID  VARCHAR(64)  NOT NULL PRIMARY KEY,
      emailAddress VARCHAR(254) NOT NULL,
      emailEvents  JSON         NOT NULL COMMENT 'names of notice events',
      updatedAt    DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  await knex.raw(`
    CREATE TABLE noticeDelivery (
      noticeDeliveryID BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
      messageID        VARCHAR(64)  NOT NULL COMMENT 'webhook-id and Message-ID: the same over all attempts',
      processAlertID   BIGINT       NOT NULL,
      principalID      VARCHAR(64)  NOT NULL,
      channel          VARCHAR(16)  NOT NULL COMMENT 'webhook or email',
      target           VARCHAR(64)  NOT NULL COMMENT 'webhookID, or principalID of an email preference',
      status           VARCHAR(16)  NOT NULL DEFAULT 'pending' COMMENT 'pending, delivered, failed or dropped',
      attempts         INT          NOT NULL DEFAULT 0,
      lastAnswer       VARCHAR(120) NULL COMMENT 'HTTP or SMTP status, or why there was none; never what was answered',
      lastTriedAt      DATETIME(3)  NULL,
      deliveredAt      DATETIME(3)  NULL,
      createdAt        DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      UNIQUE KEY one_delivery (processAlertID, channel, target),
      KEY of_target (channel, target, noticeDeliveryID),
      KEY by_status (status, createdAt)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['noticeDelivery', 'noticePreference', 'webhook', 'noticeOwner', 'alertState'])
    await knex.schema.dropTableIfExists(table);
  await knex.raw(`
    ALTER TABLE processAlert
      DROP KEY of_resync, DROP KEY not_noticed,
      DROP COLUMN noticedAt, DROP COLUMN principalID, DROP COLUMN level`);
}

/** MySQL commits at every DDL statement; a transaction around it would only pretend. */
export const config = { transaction: false };
