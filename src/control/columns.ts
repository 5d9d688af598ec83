/** What many stores write into columns. */
import type { Knex } from 'knex';

/** Width of the columns for messages. */
const messageLength = 1000;

/** The instant of the statement, by the clock of the control database. */
export function now(control: Knex): Knex.Raw {
  return control.raw('UTC_TIMESTAMP(3)');
}

/** A text as far as its column takes it; a character of two UTF-16 units isn't cut in half. */
export function clip(text: string, length?: number): string;
export function clip(text: string | null | undefined, length?: number): string | null;
export function clip(text: string | null | undefined, length = messageLength): string | null {
  if (text === null || text === undefined) return null;
  return text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
}
