import { escape } from 'mysql2';

/**
 * Quoting. Names come from information_schema; values are escaped for a session whose sql_mode we
 * set.
 */

/**
 * A name in backticks: any that MySQL allows.
 * @throws TypeError on one that no table or column can have
 */
export function quoteName(name: string): string {
  if (name === '' || name.length > 64 || name.includes('\0'))
    throw new TypeError('A name in SQL has 1 to 64 characters.');
  return `\`${name.replaceAll('`', '``')}\``;
}

/** A database in backticks; its name is the configuration's and may hold any character. */
export function quoteSchema(schema: string): string {
  return `\`${schema.replaceAll('`', '``')}\``;
}

/** `schema`.`table` */
export function quoteTable(schema: string, table: string): string {
  return `${quoteSchema(schema)}.${quoteName(table)}`;
}

/**
 * A string literal. Safe because pools.ts sets sql_mode without NO_BACKSLASH_ESCAPES on every
 * connection.
 */
export function quoteText(text: string): string {
  return escape(text);
}

/** A number from text, unquoted. @throws TypeError on anything but a plain number */
export function quoteNumber(value: string | number): string {
  const text = String(value);
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw new TypeError('A number in SQL has digits only.');
  return text;
}

/** x'...' from hexadecimal digits. @throws TypeError on other characters */
export function quoteHex(hex: string): string {
  // No repeated group: on a text of megabytes it would overflow the stack.
  if (hex.length % 2 !== 0 || /[^0-9a-fA-F]/.test(hex))
    throw new TypeError('A binary value is given in hexadecimal digits.');
  return `x'${hex}'`;
}

/** x'...' of bytes. */
export function quoteBytes(bytes: Buffer): string {
  return `x'${bytes.toString('hex')}'`;
}
