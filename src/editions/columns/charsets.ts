import { quoteName } from '../connection/sql';
import type { Lossy } from './compared';
import type { Column } from './table-shape';

/** What becomes of characters and bytes on the way to another character set, and back. */

/** Charsets with every character, and those with every one of the Basic Multilingual Plane. */
const whole = new Set(['utf8mb4', 'utf16', 'utf16le', 'utf32']);
const basic = new Set(['utf8mb3', 'utf8', 'ucs2']);

/** Surely holds the text; `false` leaves it to the server to find out. */
export function holds(charset: string | null, text: string): boolean {
  if (charset === null || whole.has(charset)) return true;
  // A charset of seven bits in which Swedish letters stand for brackets.
  if (charset === 'swe7') return /^[\w ]*$/.test(text);
  if (basic.has(charset)) return !/[\ud800-\udfff]/.test(text);
  return charset === 'latin1' ? !/[\x80-\x9f\u0100-\uffff]/.test(text) : !/[\x80-\uffff]/.test(text);
}

/**
 * Whether each of its codes is a character of its own. Others have codes that stand for none
 * (cp1251 has 98, ASCII all above 7F), which the server gives out as '?', and some have two codes
 * for one character (cp932 has 8754 and FA4A for Ⅰ).
 */
function isExact(charset: string | null): boolean {
  return charset === null || whole.has(charset) || basic.has(charset) || charset === 'latin1';
}

/** U+FFFD, as a literal. */
const replaced = "'\uFFFD'";

/** A text in which a code stands for no character: the other side would get '?' for it. */
export function lostCharacters({ name, charset }: Column): Lossy[] {
  const message = `${name} has bytes that are no characters. Enter it anew at the district.`;
  // Half a pair, which UCS-2 keeps: MySQL makes NULL of the whole text.
  const half = `(CONVERT(${quoteName(name)} USING utf8mb4) IS NULL AND ${quoteName(name)} IS NOT NULL)`;
  if (charset === 'ucs2') return [{ code: 'CHARACTERS_NOT_ALLOWED', column: name, when: half, message }];
  if (isExact(charset)) return [];
  // Half as dear as counting: GUIDs are ASCII, and every record of the district is asked.
  const bytes = (text: string): string => `CAST(${text} AS BINARY)`;
  const asUtf8 = bytes(`CONVERT(${quoteName(name)} USING utf8mb4)`);
  const otherBytes = `(NOT (${asUtf8} <=> ${bytes(quoteName(name))}))`;
  if (charset === 'ascii')
    return [{ code: 'CHARACTERS_NOT_ALLOWED', column: name, when: otherBytes, message }];
  const shown = `REPLACE(CONVERT(${quoteName(name)} USING utf8mb4), '?', '')`;
  // GB 18030 has U+FFFD as a character; where others show it, it stands for none.
  const known = charset === 'gb18030' ? shown : `REPLACE(${shown}, ${replaced}, '')`;
  return [
    {
      code: 'CHARACTERS_NOT_ALLOWED',
      column: name,
      when: `(CHAR_LENGTH(${known}) <> CHAR_LENGTH(REPLACE(${quoteName(name)}, '?', '')))`,
      message,
    },
  ];
}

/**
 * A key's text in UTF-8. One whose bytes the text would not find again is written as its bytes, so
 * that the record is found, counted and named all the same.
 * @param expression of the bare column
 */
export function textOrBytes({ charset }: Column, expression: string): string {
  if (isExact(charset)) return expression;
  const text = `CONVERT(${expression} USING utf8mb4)`;
  const back = `CAST(CONVERT(${text} USING ${charset}) AS BINARY)`;
  return `IF(${back} = CAST(${expression} AS BINARY), ${text}, CONCAT(${replaced}, '${charset}:', HEX(${expression})))`;
}

/** The bytes that such a text of this charset stands for, as a literal; `null`: it is a text. */
export function bytesLiteral(charset: string | null, text: string): string | null {
  if (isExact(charset)) return null;
  const [, named, hex] = /^\uFFFD(\w+):([0-9A-F]*)$/.exec(text) ?? [];
  return named === charset ? `_${charset} x'${hex}'` : null;
}

/** Whether a part of a key is written as the column's bytes. */
export function isOfBytes({ charset }: Column, text: string): boolean {
  return bytesLiteral(charset, text) !== null;
}
