/** What recurs by itself, its firings, and windows in which nothing runs. */
export const schedules: readonly string[] = [
  `
    CREATE TABLE resyncSchedule (
      scheduleID VARCHAR(32) NOT NULL,
      districtID VARCHAR(64) NULL COMMENT 'NULL: of a recurring request, which names its districts',
      name VARCHAR(120) NOT NULL,
      initiator VARCHAR(16) NOT NULL COMMENT 'district or state: whose it is',
      kind VARCHAR(16) NOT NULL COMMENT 'what a firing starts: resync, verification or stateRequest',
      timing LONGTEXT NOT NULL COMMENT 'cron or calendar, time zone, missed firings, overlap' CHECK (JSON_VALID(timing)),
      request LONGTEXT NOT NULL COMMENT 'what is asked for, as src/domain/schedule.ts has it' CHECK (JSON_VALID(request)),
      note VARCHAR(255) NULL,
      createdBy VARCHAR(128) NOT NULL,
      createdByID VARCHAR(64) NOT NULL COMMENT 'the principal whose rights each firing needs',
      createdAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      atTemporal BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'Temporal is known to have it',
      pausedWhy VARCHAR(1000) NULL COMMENT 'paused through the service: a Temporal that lost it gets it paused',
      PRIMARY KEY (scheduleID),
      KEY not_at_temporal (atTemporal, createdAt),
      UNIQUE KEY one_name (districtID, initiator, name)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE scheduleFiring (
      scheduleID VARCHAR(32) NOT NULL,
      scheduledFor DATETIME(3) NOT NULL COMMENT 'time of the firing as the schedule has it; a repeated one is the same row',
      outcome VARCHAR(16) NOT NULL COMMENT 'started, skipped or refused',
      resyncID VARCHAR(64) NULL,
      verificationID VARCHAR(64) NULL COMMENT 'what it started, of a schedule of verifications',
      stateRequestID VARCHAR(64) NULL COMMENT 'what it started, of a recurring request',
      message VARCHAR(1000) NULL,
      firedAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      PRIMARY KEY (scheduleID, scheduledFor),
      KEY of_verification (verificationID)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `
    CREATE TABLE blackout (
      blackoutID VARCHAR(32) NOT NULL,
      districtID VARCHAR(64) NOT NULL,
      setBy VARCHAR(16) NOT NULL COMMENT 'district or state: a district''s own hold no run of the state',
      rule LONGTEXT NOT NULL COMMENT 'weekly or dated, as src/domain/blackout.ts has it' CHECK (JSON_VALID(rule)),
      note VARCHAR(255) NULL,
      createdBy VARCHAR(128) NOT NULL,
      createdAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      PRIMARY KEY (blackoutID),
      KEY by_district (districtID, createdAt)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
];
