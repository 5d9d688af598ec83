import { isUtf8 } from 'node:buffer';
import { formatRecordKey, type RecordKey } from '../../domain/record-error';
import { inBatches } from '../../domain/batches';
import { familyOf } from '../columns/families';
import type { RawValue } from '../connection/session';
import { quoteName } from '../connection/sql';
import type { CompareJob } from '../mapping/job';
import { keyList, keyOf, keySelect, keysPerList } from '../mapping/keyset';

/** What the driver puts for bytes that are no character. */
export const replacement = '\uFFFD';
/** Bytes that no server takes for text, instead of text that the district can't show at all. */
const noText = Buffer.from([0xff]);

interface Fetched {
  readonly key: RecordKey;
  readonly values: RawValue[];
}

/**
 * Some servers keep unpaired surrogates, which no text of JavaScript's can be sent as: such values
 * are read again as bytes and sent as bytes, so that the state either keeps the very same or
 * refuses them. A real U+FFFD stays the text that it is.
 */
export async function exactBytes(job: CompareJob, records: readonly Fetched[]): Promise<void> {
  const { pairs, ownedPairs, districtShape, districtKey, districtTable } = job.mapping;
  const texts = [...pairs, ...ownedPairs].map(({ name }) => {
    const column = districtShape.columns.get(name);
    return column !== undefined && familyOf(column) === 'text' ? name : null;
  });
  const doubtful = (value: RawValue | undefined, at: number): boolean =>
    texts[at] !== null && typeof value === 'string' && value.includes(replacement);
  const suspects = new Map(
    records
      .filter(({ values }) => values.some(doubtful))
      .map((record) => [formatRecordKey(record.key), record]),
  );
  const columns = texts.map((name) =>
    name === null ? 'NULL' : `CAST(CONVERT(${quoteName(name)} USING utf8mb4) AS BINARY)`,
  );
  for (const part of inBatches([...suspects.values()], keysPerList)) {
    const list = keyList(
      districtKey,
      part.map(({ key }) => key),
    );
    const rows = await job.editions.district.rawRows(
      `SELECT ${keySelect(districtKey)}, ${columns.join(', ')} FROM ${districtTable} WHERE ${list}`,
    );
    const bytesOf = new Map(rows.map((row) => [formatRecordKey(keyOf(districtKey, row)), row]));
    for (const { key, values } of part) {
      // Not found: the key itself has such bytes, and none of the record is what it was read as.
      const bytes = bytesOf.get(formatRecordKey(key))?.slice(districtKey.columns.length) ?? [];
      for (const [at, value] of values.entries()) {
        if (doubtful(value, at)) values[at] = sendable(value, bytes[at] ?? null);
      }
    }
  }
}

function sendable(text: RawValue, bytes: RawValue): RawValue {
  if (!Buffer.isBuffer(bytes)) return noText;
  return isUtf8(bytes) ? text : bytes;
}
