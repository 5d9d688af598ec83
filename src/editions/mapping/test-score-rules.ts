import type { RecordRuleName } from '../../domain/catalog';
import { quoteTable, quoteText } from '../connection/sql';

/** Of the scores that are judged. */
export interface ScorePlace {
  readonly schema: string;
  /** How the query names the score's table, quoted. */
  readonly record: string;
  /** The district's day: its server's clock may be another's. */
  readonly today: string;
  /** On which day a school year begins, MM-DD. */
  readonly yearStart: string;
}

/**
 * The rules for test scores as SQL that is TRUE for a score which may not sync. They are judged by
 * the district's server, because they need the test, its root and the student's enrollments.
 * docs/decisions/0011 says how each sentence was read.
 */
export function testScoreRule(
  rule: RecordRuleName,
  { schema, record, today, yearStart }: ScorePlace,
): string {
  const table = (name: string): string => quoteTable(schema, name);
  /** The test, and the root it is a part of: up to three levels down. */
  const tests = `${table('Test')} t LEFT JOIN ${table('Test')} p1 ON p1.testID = t.parentTestID
    LEFT JOIN ${table('Test')} p2 ON p2.testID = p1.parentTestID
    LEFT JOIN ${table('Test')} root ON root.testID = COALESCE(p2.parentTestID, p2.testID, p1.testID, t.testID)`;
  const test = (condition: string): string =>
    `EXISTS (SELECT 1 FROM ${tests} WHERE t.testID = ${record}.testID AND (${condition}))`;
  /** What the test alone decides is asked once for all scores, not for each. */
  const amongTests = (condition: string): string =>
    `${record}.testID IN (SELECT t.testID FROM ${tests} WHERE ${condition})`;
  /**
   * Date of the student's score on the root test of this year; a part without one of its own goes
   * by it.
   */
  const rootDate = `(SELECT MAX(s.scoreDate) FROM ${table('TestScore')} s
    WHERE s.personID = ${record}.personID AND s.testID = root.testID AND s.endYear = ${record}.endYear)`;
  const scoreDate = `COALESCE(${record}.scoreDate, ${rootDate})`;
  const testYear = 'COALESCE(t.testEndYear, root.testEndYear)';
  const empty = (column: string): string => `COALESCE(TRIM(${column}), '') = ''`;
  const begins = (year: string): string => `CONCAT(${year}, ${quoteText(`-${yearStart}`)})`;
  const inYear = (date: string): string =>
    `${date} >= ${begins(`${record}.endYear - 1`)} AND ${date} < ${begins(`${record}.endYear`)}`;
  const now = `DATE(${quoteText(today)})`;

  switch (rule) {
    case 'testHasNoCode':
      return amongTests(`${empty('t.stateCode')} AND ${empty('t.nationalCode')}`);
    case 'testNotPublished':
      return amongTests('(t.published = 1) IS NOT TRUE');
    case 'scoreHasNoDateOrYear':
      return `${amongTests('root.testEndYear IS NULL')} AND ${test(
        `IF(EXISTS (SELECT 1 FROM ${table('TestScore')} s
           WHERE s.personID = ${record}.personID AND s.testID = root.testID AND s.endYear = ${record}.endYear),
           ${rootDate} IS NULL, ${record}.scoreDate IS NULL AND ${testYear} IS NULL)`,
      )}`;
    case 'scoreOutsideYear':
      // A score whose own date lies in the year needs no look at its test.
      return `(${inYear(`${record}.scoreDate`)}) IS NOT TRUE
        AND ${test(`((${inYear(scoreDate)}) OR ${testYear} = ${record}.endYear) IS NOT TRUE`)}`;
    case 'testLocked':
      return amongTests('t.editNotAvailable = 1');
    case 'studentNotEnrolled': {
      const enrollment = `e.personID = ${record}.personID AND e.endYear = ${record}.endYear`;
      // Nearly every student has an enrollment that hasn't ended: no calendar is needed to say so.
      return `NOT EXISTS (SELECT 1 FROM ${table('Enrollment')} e
          WHERE ${enrollment} AND (e.endDate IS NULL OR e.endDate >= ${now}))
        AND NOT EXISTS (SELECT 1 FROM ${table('Enrollment')} e
          JOIN ${table('StructureGradeLevel')} g ON g.structureGradeLevelID = e.structureGradeLevelID
          JOIN ${table('ScheduleStructure')} s ON s.scheduleStructureID = g.scheduleStructureID
          JOIN ${table('Calendar')} c ON c.calendarID = s.calendarID
        WHERE ${enrollment} AND e.endDate >= c.endDate)`;
    }
  }
}
