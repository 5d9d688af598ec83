import type { SyncObject } from '../../domain/catalog';
import { familyOf } from '../columns/families';
import { keyColumnProblem } from '../columns/key-column';
import type { Column, TableShape } from '../columns/table-shape';

/** Characters of recordError.recordKey. */
const maxKeyLength = 512;

type Key = Pick<SyncObject, 'key'>;

/**
 * Why no record of the two tables could ever be matched by a key, as sentences. Both tables have
 * its columns. Whether the records that are there can be is the preflight's to find out.
 */
export function keyProblems(object: Key, district: TableShape, state: TableShape): string[] {
  return [...typeProblems(object, district, state), ...lengthProblems(object, district)];
}

/** Whether a table itself sees to it that a key names one record: unique, and nowhere NULL. */
export function isGuarded({ kind, uniqueIndexes, columns }: TableShape, key: readonly string[]): boolean {
  return (
    kind === 'table' &&
    uniqueIndexes.some((index) => index.columns.every((name) => key.includes(name))) &&
    key.every((name) => columns.get(name)?.nullable === false)
  );
}

/** Both sides must have the same values and the same text for them. */
function typeProblems({ key }: Key, district: TableShape, state: TableShape): string[] {
  return key.flatMap((name) => {
    const from = district.columns.get(name)!;
    const to = state.columns.get(name)!;
    const wrong = keyColumnProblem(from) ?? keyColumnProblem(to);
    if (wrong !== null) return `${name}: ${wrong}`;
    const same = familyOf(from) === familyOf(to) && from.scale === to.scale && from.fraction === to.fraction;
    if (!same || (familyOf(from) === 'address' && from.type !== to.type))
      return [`key column ${name} is ${from.type} at the district and ${to.type} at the state`];
    if (!fillsUp(from, to)) return [];
    return [
      `key column ${name} is ${from.fullType} at the district and ${to.fullType} at the state, which fills it up with zero bytes: give both one type`,
    ];
  });
}

/** BINARY(n) holds n bytes whatever it was sent, and so another key. */
function fillsUp(from: Column, to: Column): boolean {
  return to.type === 'binary' && (from.type !== 'binary' || from.octets !== to.octets);
}

/** The key is kept as text beside errors: brackets, and quotes and a comma for each column. */
function lengthProblems({ key }: Key, district: TableShape): string[] {
  const length = key.reduce((sum, name) => {
    const column = district.columns.get(name)!;
    const value = familyOf(column) === 'binary' ? 2 * (column.octets ?? 0) : (column.characters ?? 24);
    return sum + 3 + value;
  }, 2);
  return length > maxKeyLength ? [`the match key is longer than ${maxKeyLength} characters as text`] : [];
}
