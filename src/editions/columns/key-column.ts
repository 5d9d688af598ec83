import { quoteHex, quoteName, quoteNumber, quoteText } from '../connection/sql';
import { familyOf } from './families';
import type { Column } from './table-shape';

/**
 * One column of a match key: how its value becomes text and how text becomes a value the index can
 * find.
 */
export interface KeyColumn {
  readonly name: string;
  readonly column: Column;
  /**
   * Collation by which both sides order and cut this column (the district's); `null` where none is
   * needed.
   */
  readonly order: string | null;
}

/** @returns a sentence when a column of this type can't be part of a match key */
export function keyColumnProblem(column: Column): string | null {
  const family = familyOf(column);
  if (family === 'integer' || family === 'decimal' || family === 'date' || family === 'datetime') return null;
  if (family === 'time' || family === 'address') return null;
  if ((family === 'text' || family === 'binary') && !/text|blob/.test(column.type)) return null;
  return `a match key can't have a column of type ${column.type}`;
}

/** Reads the value as the text of a RecordKey: binary in lower-case hex, numbers as digits. */
export function keyText(column: Column, alias = ''): string {
  const name = alias + quoteName(column.name);
  switch (familyOf(column)) {
    case 'binary':
      return `LOWER(HEX(${name}))`;
    case 'integer':
      return column.type === 'bit' || /zerofill/i.test(column.fullType) ? `${name}+0` : name;
    case 'address':
      return `CAST(${name} AS CHAR)`;
    default:
      return name;
  }
}

/** A literal of a key's text, of the column's own type, for comparisons with the bare column. */
export function keyLiteral(column: Column, text: string): string {
  switch (familyOf(column)) {
    case 'integer':
    case 'decimal':
      return quoteNumber(text);
    case 'binary':
      return quoteHex(text);
    default:
      return quoteText(text);
  }
}

/**
 * The literal with type and collation of the column, for use as a column of a derived table: joined
 * to the real column by its index, and never an "illegal mix of collations".
 */
export function typedLiteral(column: Column, text: string): string {
  const literal = keyLiteral(column, text);
  switch (familyOf(column)) {
    case 'text':
    case 'enum':
    case 'set':
      return `CONVERT(${literal} USING ${column.charset ?? 'utf8mb4'}) COLLATE ${column.collation ?? 'utf8mb4_bin'}`;
    case 'date':
      return `CAST(${literal} AS DATE)`;
    case 'datetime':
      return `CAST(${literal} AS DATETIME(${column.fraction}))`;
    case 'time':
      return `CAST(${literal} AS TIME(${column.fraction}))`;
    case 'address':
      return `CAST(${literal} AS ${column.type.toUpperCase()})`;
    default:
      return literal;
  }
}
