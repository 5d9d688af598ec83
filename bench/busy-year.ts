import { createConnection } from 'mysql2/promise';

/** How much a year has left behind. */
export interface YearSize {
  readonly districts: number;
  readonly runs: number;
  readonly errors: number;
}

export const schoolYear = 2027;
/** The busiest district has half of all runs. */
export const busiest = 'd-0';
/** The run with the most errors, of the busiest district. */
export const worst = { resyncId: 'run-0', object: 'Roster', mostErrors: 400_000 } as const;

const objectsPerRun = ['School', 'Calendar', 'PersonIdentity', 'Enrollment', 'Roster'] as const;
const errorsPerStatement = 500_000;

/**
 * Fills a control database as a state's whole year does: ended runs with their objects, stored
 * errors, alerts and audit events. MariaDB makes the numbers.
 */
export async function fillYear(
  controlUrl: string,
  { districts, runs, errors }: YearSize,
  say: (line: string) => void,
): Promise<void> {
  const connection = await createConnection({ uri: controlUrl });
  const district = `IF(seq % 2 = 0, '${busiest}', CONCAT('d-', seq % ${districts}))`;
  const runSeconds = Math.max(1, Math.floor(25_000_000 / runs));
  const requestedAt = `'2026-08-01' + INTERVAL seq * ${runSeconds} SECOND`;
  try {
    // Of a tenth the request is full; one of a hundred failed, half wrote nothing.
    await connection.query(
      `INSERT INTO resync (resyncID, districtID, schoolYear, objects, checkDependencies, scenario, initiator, mode,
         requestedBy, status, color, colorWithoutExclusions, requestedAt, startedAt, endedAt, written)
       SELECT CONCAT('run-', seq), ${district}, ${schoolYear}, IF(seq % 10 = 0, '"all"', '["Roster"]'), 1, 'OTHER',
         IF(seq % 7 = 0, 'state', 'district'), 'compare', 'bench', IF(seq % 100 = 3, 'failed', 'finished'),
         IF(seq % 5 = 0, 'yellow', 'green'), IF(seq % 5 = 0, 'yellow', 'green'), ${requestedAt},
         ${requestedAt}, ${requestedAt} + INTERVAL 60 SECOND, IF(seq % 2 = 0, 0, 50)
       FROM seq_0_to_${runs - 1}`,
    );
    for (const [position, object] of objectsPerRun.entries())
      await connection.query(
        `INSERT INTO DISBatchHistory (resyncID, districtID, schoolYear, objectName, position, status, color, recordsRead,
           processed, inserted, unchanged, ranges, startedAt, endedAt)
         SELECT resyncID, districtID, schoolYear, '${object}', ${position}, 'finished', color, 1000, 1000,
           written / ${objectsPerRun.length}, 1000 - written / ${objectsPerRun.length}, 1, startedAt, endedAt FROM resync`,
      );
    say('Runs are made');
    const ofWorst = Math.min(errors, worst.mostErrors);
    const insertErrors = (run: string, from: number, to: number) =>
      connection.query(
        `INSERT INTO recordError (resyncID, districtID, objectName, recordKey, guid, outcome, code, field, message,
           school, createdAt)
         SELECT CONCAT('run-', ${run}), '${busiest}', '${worst.object}', CONCAT('["', seq, '"]'), UUID(),
           ELT(1 + seq % 3, 'failed', 'blocked', 'excluded'), ELT(1 + seq % 3, 'VALUE_TOO_LONG', 'PARENT_NOT_AT_STATE', 'EXCLUDED'),
           'field', 'A sentence of the usual length that says what is wrong with this record and what to do.',
           CONCAT('["', seq % 40, '"]'), '2026-08-01' + INTERVAL 30 + ${runSeconds} * (${run}) SECOND
         FROM seq_${from}_to_${to}`,
      );
    await insertErrors('0', 1, ofWorst);
    for (let from = ofWorst + 1; from <= errors; from += errorsPerStatement) {
      await insertErrors(
        `1 + seq DIV 120 % ${runs - 1}`,
        from,
        Math.min(errors, from + errorsPerStatement - 1),
      );
      say(`  ${Math.min(errors, from + errorsPerStatement - 1)} errors`);
    }
    await connection.query(
      `INSERT INTO processAlert (alertKey, category, name, text, districtID, toolRight, resyncID, postedAt)
       SELECT CONCAT('bench-', seq), 'Vertical Interoperability', 'Resync Finished', 'It has ended.', ${district},
         'resyncBatch', CONCAT('run-', seq), ${requestedAt} FROM seq_0_to_${runs - 1}`,
    );
    await connection.query(
      `INSERT INTO auditEvent (action, principalID, principalName, level, districts, target, status, details, address)
       SELECT 'POST /districts/{district}/resyncs', 'bench', 'bench', 'state', JSON_ARRAY(${district}), CONCAT('run-', seq), 202, '{}',
         '127.0.0.1' FROM seq_0_to_${runs - 1}`,
    );
  } finally {
    await connection.end();
  }
}
