import type { Connection, RowDataPacket } from 'mysql2/promise';
import { tables } from '../../../migrations/schema/tables';
import type { Catalog, ExclusionRule, RecordRuleName, SyncObject } from '../../domain/catalog';
import { requireObject } from '../../domain/catalog';

export interface PlantedOutcome {
  readonly object: string;
  readonly outcome: 'excluded' | 'blocked' | 'failed';
  readonly records: number;
}

/**
 * What a full resync of the year into an empty state must come to, worked out at the district alone
 * and by other means than the resync's: parents first, each object's records that can't arrive are
 * kept in a temporary table, and a child whose parent is in there, or doesn't exist, is blocked.
 * Excluded comes before blocked, blocked before failed. Objects that are off by default are left
 * out: such a resync doesn't send them. Subset objects too.
 */
export async function expectedOutcomes(
  connection: Connection,
  catalog: Catalog,
  schoolYear: number,
): Promise<PlantedOutcome[]> {
  const planted: PlantedOutcome[] = [];
  for (const object of parentsFirst(catalog)) {
    const table = name(`expected_${object.name}`);
    await connection.query(`DROP TEMPORARY TABLE IF EXISTS ${table}`);
    await connection.query(`CREATE TEMPORARY TABLE ${table} AS ${notArriving(catalog, object, schoolYear)}`);
    await connection.query(`ALTER TABLE ${table} ADD PRIMARY KEY (${object.key.map(name).join(', ')})`);
    const [rows] = await connection.query<(RowDataPacket & PlantedOutcome)[]>(
      `SELECT outcome, COUNT(*) AS records FROM ${table} GROUP BY outcome ORDER BY outcome`,
    );
    for (const { outcome, records } of rows) {
      if (object.enabledByDefault) planted.push({ object: object.name, outcome, records });
    }
  }
  return planted;
}

/** Records of the object that don't reach the state: their keys and outcomes. */
function notArriving(catalog: Catalog, object: SyncObject, schoolYear: number): string {
  const joins: string[] = [];
  const isOrphan: string[] = [];
  object.references.forEach(({ object: parentName, columns, parentColumns }, i) => {
    const parent = requireObject(catalog, parentName);
    const on = (alias: string): string =>
      parentColumns.map((column, c) => `${alias}.${name(column)} = r.${name(columns[c]!)}`).join(' AND ');
    // The state starts empty: a parent of another year isn't there either.
    const year = parent.schoolYear ? ` AND p${i}.${name(parent.schoolYear.column)} = ${schoolYear}` : '';
    joins.push(`LEFT JOIN ${name(parent.table)} p${i} ON ${on(`p${i}`)}${year}`);
    joins.push(`LEFT JOIN ${name(`expected_${parentName}`)} x${i} ON ${on(`x${i}`)}`);
    isOrphan.push(`p${i}.${name(parentColumns[0]!)} IS NULL OR x${i}.outcome IS NOT NULL`);
  });
  const cases = [
    [anyOf(object.exclusions.map(({ when }) => conditionOn(when))), 'excluded'],
    [anyOf(isOrphan), 'blocked'],
    [anyOf(refusals(object)), 'failed'],
  ].map(([when, outcome]) => `WHEN ${when} THEN '${outcome}'`);
  const year = object.schoolYear ? `WHERE r.${name(object.schoolYear.column)} = ${schoolYear}` : '';
  return (
    `SELECT ${object.key.map((column) => `r.${name(column)}`).join(', ')}, CASE ${cases.join(' ')} END AS outcome ` +
    `FROM ${name(object.table)} r ${joins.join(' ')} ${year} HAVING outcome IS NOT NULL`
  );
}

/**
 * What the state's narrower columns and checks don't take, from the description both editions are
 * made of.
 */
function refusals(object: SyncObject): string[] {
  const { atState = [], checks = [] } = tables[object.name] ?? {};
  return [
    ...checks.map((check) => `NOT (${check})`),
    ...atState.flatMap((line) => {
      const column = `r.${name(line.slice(0, line.indexOf(' ')))}`;
      const length = /VARCHAR\((\d+)\)/.exec(line)?.[1];
      return [
        ...(length === undefined ? [] : [`CHAR_LENGTH(${column}) > ${length}`]),
        ...(line.endsWith('NOT NULL') ? [`${column} IS NULL`] : []),
      ];
    }),
  ];
}

/**
 * The specification's requirements as the generator can break them: its broken tests are roots,
 * without parts.
 */
const scoreRules: Readonly<Record<RecordRuleName, string>> = {
  testHasNoCode: ofTests("COALESCE(stateCode, '') = '' AND COALESCE(nationalCode, '') = ''"),
  testNotPublished: ofTests('published <> 1'),
  scoreHasNoDateOrYear: `r.scoreDate IS NULL AND ${ofTests('testEndYear IS NULL')}`,
  scoreOutsideYear: `(r.scoreDate IS NULL OR YEAR(r.scoreDate + INTERVAL 6 MONTH) <> r.endYear)
    AND r.testID NOT IN (SELECT testID FROM Test WHERE testEndYear = r.endYear)`,
  testLocked: ofTests('editNotAvailable = 1'),
  studentNotEnrolled: `r.personID NOT IN (SELECT e.personID FROM Enrollment e JOIN StructureGradeLevel USING (structureGradeLevelID)
      JOIN ScheduleStructure USING (scheduleStructureID) JOIN Calendar c USING (calendarID)
    WHERE e.endYear = r.endYear AND COALESCE(e.endDate, c.endDate) >= LEAST(c.endDate, CURRENT_DATE))`,
};

function ofTests(condition: string): string {
  return `r.testID IN (SELECT testID FROM Test WHERE ${condition})`;
}

function conditionOn(condition: ExclusionRule['when']): string {
  if ('rule' in condition) return scoreRules[condition.rule];
  const column = `r.${name(condition.column)}`;
  if ('isNull' in condition) return `${column} IS ${condition.isNull ? '' : 'NOT '}NULL`;
  return `${column} = ${typeof condition.equals === 'number' ? condition.equals : `'${condition.equals}'`}`;
}

function anyOf(conditions: readonly string[]): string {
  return conditions.length === 0 ? 'FALSE' : conditions.map((condition) => `(${condition})`).join(' OR ');
}

function parentsFirst(catalog: Catalog): SyncObject[] {
  const sorted = new Set<SyncObject>();
  const visit = (object: SyncObject): void => {
    for (const reference of object.references) visit(requireObject(catalog, reference.object));
    sorted.add(object);
  };
  for (const object of catalog.objects) if (object.subsetOf === null) visit(object);
  return [...sorted];
}

function name(identifier: string): string {
  return `\`${identifier}\``;
}
