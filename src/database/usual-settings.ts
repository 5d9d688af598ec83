/**
 * What an administrator may have set for all sessions of a server, and none of our statements
 * expects: each session of ours begins with the servers' own defaults. A limit of rows cuts every
 * answer without a word, and without notes a value that is cut for its column looks stored.
 */
export const usualSettings: readonly string[] = [
  'autocommit=1',
  'completion_type=0',
  'sql_big_selects=1',
  'sql_notes=1',
  'sql_safe_updates=0',
  'sql_select_limit=18446744073709551615',
];

/** The statement that begins a session with them. */
export const setUsual = `SET ${usualSettings.map((setting) => `SESSION ${setting}`).join(', ')}`;

/** Has each connection of a knex pool begin with a statement: its `afterCreate`. */
export function beginWith(statement: string) {
  return (
    connection: { query(sql: string, done: (error: Error | null) => void): void },
    done: (error: Error | null, connection: unknown) => void,
  ): void => connection.query(statement, (error) => done(error, connection));
}
