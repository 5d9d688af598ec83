import type { RecordCondition, SyncObject } from '../../domain/catalog';
import { familyOf } from '../columns/families';
import { canBe } from '../columns/key-column';
import type { Column, TableShape } from '../columns/table-shape';

/**
 * Conditions of the catalog that a server would read as others: a text compared with a number is
 * taken for one ('7E0' is 7, and every word is 0), a member of an ENUM for its place.
 */

/**
 * Why an object's conditions and its school year can't be told by the tables' columns, as
 * sentences. Both tables have them.
 */
export function conditionProblems(object: SyncObject, district: TableShape, state: TableShape): string[] {
  const conditions = [
    ...object.exclusions.flatMap(({ when }) => ('rule' in when ? [] : [when])),
    ...(object.only ? [object.only] : []),
  ];
  return [
    ...conditions.flatMap(
      (condition) => whyNotCompared(condition, district.columns.get(condition.column)!) ?? [],
    ),
    ...(object.schoolYear ? yearProblems(object.schoolYear.column, { district, state }) : []),
  ];
}

function whyNotCompared(condition: RecordCondition, column: Column): string | null {
  if ('isNull' in condition) return null;
  const { equals } = condition;
  const family = familyOf(column);
  const isNumber = family === 'integer' || family === 'decimal' || family === 'double';
  if (typeof equals === 'number')
    return isNumber ? null : `the column ${column.name} is ${column.type}, and is compared with a number`;
  const fits = isNumber
    ? /^-?\d+(\.\d+)?$/.test(equals)
    : family !== 'json' && family !== 'geometry' && (family === 'binary' || canBe(column, equals));
  return fits
    ? null
    : `the column ${column.name} is ${column.type}, and is compared with a text that it can't hold`;
}

function yearProblems(name: string, tables: Readonly<Record<'district' | 'state', TableShape>>): string[] {
  return (['district', 'state'] as const).flatMap((side) => {
    const { type } = tables[side].columns.get(name)!;
    const family = familyOf(tables[side].columns.get(name)!);
    return family === 'integer' || family === 'decimal'
      ? []
      : [`the ${side}'s column ${name} is ${type}; a school year is a number`];
  });
}
