/**
 * What is stored of a record that did not reach the state: ids, codes and a sentence, never a
 * student's values.
 */

/**
 * Values of a record's match key as text, in the order of the object's `key`; binary columns in
 * lower-case hex.
 */
export type RecordKey = readonly string[];

/** Text form of a key in tables, API and CLI: the JSON array, e.g. `["1001"]`. */
export function formatRecordKey(key: RecordKey): string {
  const [only] = key;
  // Every record of a page passes here some times; most keys are one number, which needs no
  // escaping.
  if (key.length === 1 && plain.test(only!)) return `["${only}"]`;
  return JSON.stringify(key);
}

/** Characters that tables of errors and removals have for a key's text. */
const storedCharacters = 512;

/** Whether tables can name the record: quotes and control characters make a text longer. */
export function canBeStored(key: RecordKey): boolean {
  return formatRecordKey(key).length <= storedCharacters;
}

/**
 * A key's text for those tables. One that is too long for them is given by its beginning and a sum
 * of the whole: no other record's, and no record's own key.
 */
export function storedKey(key: RecordKey): string {
  return storedText(formatRecordKey(key));
}

/** The same of a text that formatRecordKey has made. */
export function storedText(text: string): string {
  if (text.length <= storedCharacters) return text;
  const end = ` ... ${sumOf(text)}`;
  let start = [...text.slice(2, storedCharacters)];
  for (;;) {
    const short = JSON.stringify([`${start.join('')}${end}`]);
    if (short.length <= storedCharacters) return short;
    start = start.slice(0, start.length - Math.max(1, Math.ceil((short.length - storedCharacters) / 6)));
  }
}

/** FNV-1a of 64 bits: workflows, too, know this file, and have no library of hashes. */
function sumOf(text: string): string {
  let sum = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text))
    sum = BigInt.asUintN(64, (sum ^ BigInt(byte)) * 0x100000001b3n);
  return sum.toString(16).padStart(16, '0');
}

const plain = /^[\w.:-]*$/;

/**
 * The reverse of formatRecordKey. @throws SyntaxError or TypeError on text that isn't a JSON array
 * of strings
 */
export function parseRecordKey(text: string): RecordKey {
  const key: unknown = JSON.parse(text);
  if (!Array.isArray(key) || !key.every((part): part is string => typeof part === 'string')) {
    throw new TypeError('A record key is a JSON array of strings.');
  }
  return key;
}

export type ErrorOutcome = 'excluded' | 'blocked' | 'failed';

export interface RecordError {
  readonly object: string;
  readonly key: RecordKey;
  readonly guid: string | null;
  readonly outcome: ErrorOutcome;
  /**
   * UPPER_SNAKE, e.g. PARENT_NOT_AT_STATE, VALUE_TOO_LONG, IDENTITY_CHANGED,
   * STATE_EXCLUDED_CALENDAR.
   */
  readonly code: string;
  /** Column at fault where it is known. */
  readonly field: string | null;
  /**
   * One sentence: what happened and what to do. Names of columns and objects only, no values of the
   * record.
   */
  readonly message: string;
  /**
   * For `blocked`: the parent that is missing at the state. For UNIQUE_CLASH: the record of the
   * same object that has the value there. For RENUMBERED: the key that the state has it under.
   */
  readonly parent: { readonly object: string; readonly key: RecordKey } | null;
  /** For HELD_BY_DISTRICT: whose record it is, by the tenant column; for the state's eyes only. */
  readonly heldBy?: string;
}
