import { createHash } from 'node:crypto';

/** What each migration was when it ran: a build that has another one of that name finds out. */
export const fingerprints: readonly string[] = [
  `
    CREATE TABLE schemaFingerprint (
      migration VARCHAR(128) NOT NULL,
      fingerprint CHAR(64) NOT NULL COMMENT 'SHA-256 of its statements',
      PRIMARY KEY (migration)
    ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
];

/** SHA-256 of a migration's statements, however they are indented. */
export function fingerprintOf(statements: readonly string[]): string {
  const text = statements.map((sql) => sql.replaceAll(/\s+/g, ' ').trim()).join(';\n');
  return createHash('sha256').update(text).digest('hex');
}
