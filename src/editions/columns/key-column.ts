import { quoteHex, quoteName, quoteNumber, quoteText } from '../connection/sql';
import { bytesLiteral, holds, textOrBytes } from './charsets';
import { asNumber, isDay, isImpossibleDay, isTime } from './days';
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
   * Charset and collation by which both sides order and cut this column (mapping/common-order.ts);
   * `null` where they are its own.
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

/**
 * Reads the value as the text of a RecordKey: binary in lower-case hex, numbers as digits, and text
 * that isn't found by what is shown of it as its bytes.
 */
export function keyText(column: Column, alias = ''): string {
  const name = alias + quoteName(column.name);
  switch (familyOf(column)) {
    case 'binary':
      return `LOWER(HEX(${name}))`;
    case 'integer':
    case 'decimal':
      return column.type === 'bit' || /zerofill/i.test(column.fullType) ? `${name}+0` : name;
    case 'address':
      return `CAST(${name} AS CHAR)`;
    case 'text':
      return textOrBytes(column, name);
    default:
      return name;
  }
}

/**
 * A key's text as the column keeps it: BINARY fills up with zero bytes, CHAR loses spaces behind.
 */
export function asStored({ type, octets }: Column, text: string): string {
  if (type === 'binary') return text.padEnd(2 * (octets ?? 0), '0');
  return type === 'char' ? text.replace(/ +$/, '') : text;
}

/**
 * Could the text be a value of this column at all? A number's column takes digits only, a day has
 * no hour.
 */
export function canBe(column: Column, text: string): boolean {
  switch (familyOf(column)) {
    case 'integer':
    case 'decimal':
      return /^-?\d+(\.\d+)?$/.test(text);
    case 'binary':
      return text.length % 2 === 0 && !/[^0-9a-fA-F]/.test(text);
    // A cast would cut the hour off, and round the fraction: another moment.
    case 'date':
      return isDay(text) && !/\d[ T].*[1-9]/.test(text);
    case 'datetime':
    case 'time': {
      const cut = (/\.(\d+)$/.exec(text)?.[1] ?? '').slice(column.fraction);
      return (familyOf(column) === 'time' ? isTime(text) : isDay(text)) && !/[1-9]/.test(cut);
    }
    default:
      return true;
  }
}

/**
 * A literal of a key's text, of the column's own type, for comparisons with the bare column. NULL,
 * which equals nothing, where the column can't hold the text: a record refers to 'N/A' where keys
 * are numbers, or has a key in characters that the other side's charset lacks.
 */
export function keyLiteral(column: Column, text: string): string {
  if (!canBe(column, text)) return 'NULL';
  switch (familyOf(column)) {
    case 'integer':
    case 'decimal':
      return quoteNumber(text);
    case 'binary':
      return quoteHex(text);
    case 'text':
      return holds(column.charset, text) ? quoteText(text) : ifHeld(column, text);
    default:
      return quoteText(text);
  }
}

/**
 * Condition: the column has one of the texts. Of a day that no calendar has MySQL makes an error
 * where it stands alone, and finds nothing at most where it is one of several.
 */
export function isOneOf(column: Column, texts: readonly string[]): string {
  const name = quoteName(column.name);
  const literals = texts.map((text) => keyLiteral(column, text));
  if (literals.length > 1) return `${name} IN (${literals.join(', ')})`;
  const [literal] = literals;
  return isImpossible(column, texts[0]!) ? `${name} IN (${literal}, ${literal})` : `${name} = ${literal}`;
}

/**
 * An expression of the column's order and a bound to compare it with: numbers where the bound is a
 * day that no calendar has.
 */
export function comparable(column: Column, expression: string, text: string): [string, string] {
  if (isImpossible(column, text)) return [`${expression}+0`, asNumber(text)];
  return [expression, orderLiteral(column, text)];
}

function isImpossible(column: Column, text: string): boolean {
  return ['date', 'datetime'].includes(familyOf(column) ?? '') && isImpossibleDay(text);
}

/**
 * The literal with type and collation of the column, for use as a column of a derived table: joined
 * to the real column by its index, and never an "illegal mix of collations". NULL as keyLiteral is.
 */
export function typedLiteral(column: Column, text: string): string {
  const literal = keyLiteral(column, text);
  if (literal === 'NULL') return literal;
  switch (familyOf(column)) {
    case 'text':
    case 'enum':
    case 'set':
      return holds(column.charset, text) ? converted(column, text) : literal;
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

/**
 * A bound of an interval, for comparisons by the order of a column. Characters that its charset
 * lacks stand where the server converts them to ('?'), as they do in a column converted to it.
 */
function orderLiteral(column: Column, text: string): string {
  if (familyOf(column) !== 'text') return keyLiteral(column, text);
  return holds(column.charset, text) ? quoteText(text) : converted(column, text);
}

/** A bound as typedLiteral is: with the column's collation. */
export function typedOrderLiteral(column: Column, text: string): string {
  return familyOf(column) === 'text' ? converted(column, text) : typedLiteral(column, text);
}

/** Text in the charset and collation of the column. */
type Lettering = Pick<Column, 'charset' | 'collation'>;

function converted({ charset, collation }: Lettering, text: string): string {
  const bytes = bytesLiteral(charset, text);
  if (bytes !== null) return `${bytes} COLLATE ${collation}`;
  return `CONVERT(${quoteText(text)} USING ${charset ?? 'utf8mb4'}) COLLATE ${collation ?? 'utf8mb4_bin'}`;
}

/** The server knows whether its charset has all characters: there and back the text is the same. */
function ifHeld(column: Lettering, text: string): string {
  const there = converted(column, text);
  if (bytesLiteral(column.charset, text) !== null) return there;
  return `IF(CONVERT(${there} USING utf8mb4) COLLATE utf8mb4_bin = ${quoteText(text)}, ${there}, NULL)`;
}
