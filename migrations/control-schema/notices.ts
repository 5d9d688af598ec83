/** What leaves by webhook and e-mail: targets, preferences, deliveries. */
export const notices: readonly string[] = [
  `
    CREATE TABLE noticeOwner (
      principalID VARCHAR(64) NOT NULL COMMENT 'has a webhook or a preference',
      level VARCHAR(16) NOT NULL,
      districts LONGTEXT NULL COMMENT 'NULL at state level: all' CHECK (JSON_VALID(districts)),
      rights LONGTEXT NOT NULL CHECK (JSON_VALID(rights)),
      seenAt DATETIME(3) NOT NULL COMMENT 'as it was then; counts for principals of another issuer only',
      PRIMARY KEY (principalID)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE noticePreference (
      principalID VARCHAR(64) NOT NULL,
      emailAddress VARCHAR(254) NOT NULL,
      emailEvents LONGTEXT NOT NULL COMMENT 'names of notice events' CHECK (JSON_VALID(emailEvents)),
      emailRules LONGTEXT NOT NULL COMMENT 'how much is told and when, as src/domain/notices.ts has it' CHECK (JSON_VALID(emailRules)),
      updatedAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
      PRIMARY KEY (principalID)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE webhook (
      webhookID VARCHAR(32) NOT NULL,
      principalID VARCHAR(64) NOT NULL,
      url VARCHAR(2000) NOT NULL,
      events LONGTEXT NOT NULL COMMENT 'names of notice events' CHECK (JSON_VALID(events)),
      rules LONGTEXT NOT NULL COMMENT 'how much is told and when, as src/domain/notices.ts has it' CHECK (JSON_VALID(rules)),
      secret VARCHAR(255) NOT NULL COMMENT 'encrypted with notices.secretKey where one is configured',
      previousSecret VARCHAR(255) NULL COMMENT 'signs beside the new one until previousUntil',
      previousUntil DATETIME(3) NULL,
      createdAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      disabledAt DATETIME(3) NULL,
      disabledWhy VARCHAR(255) NULL,
      PRIMARY KEY (webhookID),
      KEY by_principal (principalID, createdAt)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE noticeDelivery (
      noticeDeliveryID BIGINT NOT NULL AUTO_INCREMENT,
      messageID VARCHAR(64) NOT NULL COMMENT 'webhook-id and Message-ID: the same over all attempts',
      processAlertID BIGINT NOT NULL,
      principalID VARCHAR(64) NOT NULL,
      channel VARCHAR(16) NOT NULL COMMENT 'webhook or email',
      target VARCHAR(64) NOT NULL COMMENT 'webhookID, or principalID of an email preference',
      status VARCHAR(16) NOT NULL DEFAULT 'pending' COMMENT 'collected for a digest, pending, delivered, failed or dropped',
      partOf BIGINT NULL COMMENT 'the delivery of the digest that has it; of that one: itself',
      attempts INT NOT NULL DEFAULT 0,
      lastAnswer VARCHAR(120) NULL COMMENT 'HTTP or SMTP status, or why there was none; never what was answered',
      lastTriedAt DATETIME(3) NULL,
      deliveredAt DATETIME(3) NULL,
      createdAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      PRIMARY KEY (noticeDeliveryID),
      UNIQUE KEY one_delivery (processAlertID, channel, target),
      KEY of_target (channel, target, noticeDeliveryID),
      KEY by_status (status, createdAt),
      KEY of_digest (partOf)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
];
