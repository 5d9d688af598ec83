import type { RecordCondition } from '../../domain/catalog';
import { isSharedTable } from '../../domain/shared-tables';
import type { RecordScope } from '../../domain/range';
import { quoteName, quoteNumber, quoteText } from '../connection/sql';
import { ofTenant } from './tenant';
import type { ObjectMapping, RecordRule } from './types';

/** Which records of the two tables a resync may touch, as conditions for WHERE. */

/**
 * District records of the scope: the school year, and for a subset object those that meet its
 * condition.
 */
export function districtScope({ object }: ObjectMapping, { schoolYear }: RecordScope): string[] {
  return [
    ...(object.schoolYear ? [`${quoteName(object.schoolYear.column)} = ${quoteNumber(schoolYear)}`] : []),
    ...(object.only ? [conditionSql(object.only)] : []),
  ];
}

/**
 * State records of this district, of any year: by these a key is looked up.
 * @param alias of the state's table, with its point
 * @throws DatabaseError configuration when the tenant column can't hold the district's number or
 *   code
 */
export function stateTenant(
  { tenant }: Pick<ObjectMapping, 'tenant'>,
  scope: RecordScope,
  alias = '',
): string[] {
  return tenant === null ? [] : [ofTenant(tenant, scope, alias)];
}

/** State records of this district and year: those that should have a district record. */
export function stateScope(mapping: Pick<ObjectMapping, 'object' | 'tenant'>, scope: RecordScope): string[] {
  const { schoolYear } = mapping.object;
  return [
    ...stateTenant(mapping, scope),
    ...(schoolYear ? [`${quoteName(schoolYear.column)} = ${quoteNumber(scope.schoolYear)}`] : []),
  ];
}

/**
 * Whether a state record that the district doesn't have is extra. Of a shared table it may be
 * another object's, or another district's or school year's.
 */
export function tellsExtra({ object }: Pick<ObjectMapping, 'object'>, scope: RecordScope): boolean {
  return object.only === null && !isSharedTable(object, scope);
}

/**
 * Whether the district's database has all its school years: only then a record that it lacks is
 * one that the district no longer has.
 */
export function knowsAllYears({ splitByYear = false }: RecordScope): boolean {
  return !splitByYear;
}

/**
 * A catalog's condition as SQL over the district record; its column was checked against
 * information_schema.
 */
export function conditionSql(condition: RecordCondition): string {
  const column = quoteName(condition.column);
  if ('isNull' in condition) return `(${column} IS ${condition.isNull ? '' : 'NOT '}NULL)`;
  const { equals } = condition;
  return `(${column} = ${typeof equals === 'number' ? quoteNumber(equals) : quoteText(equals)})`;
}

/** `WHERE a AND b`, or nothing. */
export function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}

/** Whether a rule keeps a record out of the state altogether, itself or for one above it. */
export function keepsOut({ outcome }: RecordRule): boolean {
  return outcome !== 'failed';
}

/**
 * District records that may stand at the state: what it has of another is stale, and counted with
 * the extra records.
 */
export function mayStand({ rules }: Pick<ObjectMapping, 'rules'>): string[] {
  return rules.filter(keepsOut).map(({ when }) => `(${when}) IS NOT TRUE`);
}

/**
 * Whether a state record of a district record that may not sync can be told to be the district's
 * own: without a tenant column it may be another district's.
 */
export function tellsStale(
  { object: { tenantColumn }, rules }: Pick<ObjectMapping, 'object' | 'rules'>,
  { sharesState = false }: RecordScope,
): boolean {
  return (tenantColumn !== null || !sharesState) && rules.some(keepsOut);
}

/** Number of the first rule a record breaks; NULL when it may be sent. */
export function ruleNumber({ rules }: ObjectMapping): string {
  if (rules.length === 0) return 'NULL';
  return `CASE ${rules.map(({ when }, i) => `WHEN ${when} IS TRUE THEN ${i}`).join(' ')} END`;
}
