/** How people name a school: by its key, which nearly always is one value. Pure. */
import { formatRecordKey, parseRecordKey, type RecordKey } from './record-error';

/** The text that is stored: of `12`, `["12"]`; a JSON array of texts is one already. */
export function storedSchool(text: string): string {
  return formatRecordKey(partsOf(text) ?? [text]);
}

/** The reverse, as short as it can be said. */
export function shownSchool(stored: string): string {
  const key = parseRecordKey(stored);
  const [only = ''] = key;
  return key.length === 1 && partsOf(only) === null ? only : stored;
}

function partsOf(text: string): RecordKey | null {
  try {
    return parseRecordKey(text);
  } catch {
    return null;
  }
}
