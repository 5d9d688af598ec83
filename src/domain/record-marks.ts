import { formatRecordKey, type RecordKey } from './record-error';

/**
 * Outcomes under which a page names its records; those in error are named by their error instead.
 */
export const markedOutcomes = ['inserted', 'updated', 'unchanged', 'extra'] as const;
export type MarkedOutcome = (typeof markedOutcomes)[number];

/** Keys of a page's records by what became of them. */
export type RecordMarks = Readonly<Record<MarkedOutcome, readonly RecordKey[]>>;

/** A prefix longer than this is written out: its length has to fit one printable character. */
const longestShared = 90;
const zero = 32;

/**
 * The marks as text: each key without what it shares with the one before, because neighbors differ
 * in their last digits. Deflated, 5,000 keys in a row take 0.4 kB, with random holes 5 kB; as a
 * plain list it would be 12 and 14.
 */
export function writeMarks(marks: RecordMarks): string {
  const written = markedOutcomes.map((outcome) => [outcome, shorten(marks[outcome])] as const);
  return JSON.stringify(Object.fromEntries(written.filter(([, text]) => text !== '')));
}

/** The keys' texts, as formatRecordKey writes them, by what became of the records. */
export function readMarks(text: string): Readonly<Record<MarkedOutcome, readonly string[]>> {
  const written = JSON.parse(text) as Partial<Record<MarkedOutcome, string>>;
  const { inserted = '', updated = '', unchanged = '', extra = '' } = written;
  return {
    inserted: lengthen(inserted),
    updated: lengthen(updated),
    unchanged: lengthen(unchanged),
    extra: lengthen(extra),
  };
}

/** A key's text has no line break of its own: JSON escapes it. */
function shorten(keys: readonly RecordKey[]): string {
  let before = '';
  const lines = keys.map((key) => {
    const text = formatRecordKey(key);
    const most = Math.min(longestShared, text.length, before.length);
    let shared = 0;
    while (shared < most && text.charCodeAt(shared) === before.charCodeAt(shared)) shared += 1;
    before = text;
    return String.fromCharCode(zero + shared) + text.slice(shared);
  });
  return lines.join('\n');
}

function lengthen(text: string): string[] {
  if (text === '') return [];
  let before = '';
  return text.split('\n').map((line) => {
    before = before.slice(0, line.charCodeAt(0) - zero) + line.slice(1);
    return before;
  });
}
