import type { TriggerEffect } from '../domain/state-triggers';
import type { Column, TableShape } from '../editions/columns/table-shape';
import type { TableTraits } from './read-traits';

/** A table as a run sees it, and what a person should know of it besides. */
export interface TableSchema extends TableShape {
  readonly traits: TableTraits;
}

/** What introspection reads of one edition; no record of it. */
export interface EditionSchema {
  readonly schema: string;
  /** By name, in the order of compareNames. */
  readonly tables: readonly TableSchema[];
  /** Views and sequences: nothing to write to. */
  readonly views: readonly string[];
  /** What its triggers do; none are shown to an account without the right TRIGGER. */
  readonly triggers: readonly TriggerEffect[];
  /** Why none would be shown, and the GRANT that mends it. */
  readonly hiddenTriggers: string | null;
}

export interface Schemas {
  readonly district: EditionSchema;
  readonly state: EditionSchema;
}

/**
 * By code unit, so that the result doesn't depend on the machine's locale or the server's
 * collation.
 */
export function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The same columns in any order. */
export function sameColumns(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name) => b.includes(name));
}

/** Unique keys over whole columns: the primary key first, then fewest columns, then by name. */
export function uniqueKeysOf({ uniqueIndexes }: TableShape): readonly (readonly string[])[] {
  return [...uniqueIndexes]
    .sort(
      (a, b) =>
        Number(b.name === 'PRIMARY') - Number(a.name === 'PRIMARY') ||
        a.columns.length - b.columns.length ||
        compareNames(a.name, b.name),
    )
    .map(({ columns }) => columns);
}

/**
 * Keys by which a record is found: no column may be NULL (unique keys allow many NULLs) or computed
 * by the server.
 */
export function usableKeys(table: TableShape): readonly (readonly string[])[] {
  return uniqueKeysOf(table).filter((key) =>
    key.every((name) => {
      const column = table.columns.get(name);
      return column !== undefined && !column.nullable && !column.generated;
    }),
  );
}

/** The type in words: without the display width, which MySQL 8 no longer prints. */
export function typeOf({ fullType }: Column): string {
  return fullType.replace(/^((?:tiny|small|medium|big)?int|year)\(\d+\)/, '$1');
}
