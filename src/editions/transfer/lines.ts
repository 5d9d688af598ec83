import { randomInt } from 'node:crypto';
import { canBeStored, type RecordKey } from '../../domain/record-error';
import { familyOf } from '../columns/families';
import { joinedBytes } from '../columns/joined-bytes';
import type { ColumnPair } from '../columns/pair';
import type { Column } from '../columns/table-shape';
import { quoteText } from '../connection/sql';
import type { CompareJob } from '../mapping/job';
import { keyInterval } from '../mapping/keyset';
import { districtScope, ruleNumber, where } from '../mapping/scope';
import type { ObjectMapping } from '../mapping/types';
import type { Interval } from './compare';
import { replacement } from './exact-bytes';
import { itemsOf, packedItem, packedItems, unpackKey, valueOf } from './packed';
import { type DistrictRecord, fetchByKeys, writtenPairs } from './records';

/**
 * Records of the district as the state's server loads them: lines that the district's server puts
 * together to one value, which goes through as it is.
 */

/**
 * Between fields, and behind lines: a control character and a letter that nobody knows beforehand.
 * A value that has them all the same makes a line of another number of fields, which the state's
 * server warns of; the page is then isolated.
 */
const letter = String.fromCharCode(97 + randomInt(26));
export const fieldEnd = Buffer.from(`\u0001${letter}`);
export const lineEnd = Buffer.from(`\u0002${letter}`);

/** A stretch of the district's records. */
export interface Lines {
  readonly read: number;
  /** Keys of the records in `bytes`. */
  readonly sent: readonly RecordKey[];
  /** Records that a rule forbids. */
  readonly refused: readonly DistrictRecord[];
  readonly bytes: Buffer;
  /** Otherwise a record needs a statement of its own, as for a default of the state's columns. */
  readonly loadable: boolean;
}

/**
 * @returns `null` when the stretch doesn't fit in one value
 * @throws DatabaseError
 */
export async function readLines(job: CompareJob, interval: Interval): Promise<Lines | null> {
  const { mapping, scope, editions } = job;
  const { districtKey } = mapping;
  const rule = ruleNumber(mapping);
  const facts = await editions.district.facts();
  const fields = writtenPairs(mapping).map((pair) => ({
    value: fieldText(pair, mapping.districtShape.columns.get(pair.name)!),
    insteadOfNull: nullField,
  }));
  const line = joinedBytes(fields, fieldEnd.toString('hex'), { casts: !facts.mariadb });
  const sentLine = mapping.rules.length === 0 ? line : `IF(${rule} IS NULL, ${line}, NULL)`;
  const [row] = await editions.district.rawRows(
    `SELECT COUNT(*), ${packedItems(packedItem(`COALESCE(${rule}, '')`, districtKey))},
            CAST(GROUP_CONCAT(${sentLine} SEPARATOR ${quoteText(lineEnd.toString())}) AS BINARY), ${lackingDefaults(mapping)}
       FROM ${mapping.districtTable} ${where([...districtScope(mapping, scope), ...keyInterval(districtKey, interval)])}`,
  );
  const [records, keys, lines, lacking] = row!;
  const items = itemsOf(keys === null ? null : String(keys));
  const bytes = Buffer.isBuffer(lines) ? lines : Buffer.alloc(0);
  // What is cut has the greatest length, but for parts of a character.
  if (items.length !== Number(records) || bytes.length > facts.packedBytes - 8) return null;
  const keysOf = (some: readonly string[]): RecordKey[] => some.map((item) => unpackKey(districtKey, item));
  const ruled = items.filter((item) => valueOf(item) !== '');
  const refused = await fetchByKeys(job, keysOf(ruled));
  // Changed since it was read: looked at anew, with the whole page.
  const sent = keysOf(items.filter((item) => valueOf(item) === ''));
  const changed = refused.length < ruled.length || refused.some(({ rule: number }) => number === null);
  return {
    read: items.length,
    sent,
    refused,
    bytes,
    loadable: !changed && Number(lacking) === 0 && sent.every(canBeNamed),
  };
}

/** Not a key with bytes that are no characters, or one that the books can't hold. */
function canBeNamed(key: RecordKey): boolean {
  return canBeStored(key) && !key.some((part) => part.includes(replacement));
}

/** Number of records without a value for a state-owned column that has a default at the state. */
function lackingDefaults({ ownedPairs, stateShape }: ObjectMapping): string {
  const defaults = ownedPairs.filter(({ name }) => stateShape.columns.get(name)!.hasDefault);
  return defaults.length === 0 ? '0' : `SUM(${defaults.map(({ fetch }) => `${fetch} IS NULL`).join(' OR ')})`;
}

/** Backslash and N. */
const nullField = '5C4E';

/**
 * Only the backslash means something in a field. An INT(3) holds what any INT does; but MariaDB's
 * IFNULL takes it for 3 characters, and GROUP_CONCAT cuts the line, unless CONCAT made it text.
 */
function fieldText({ fetch, write }: ColumnPair, column: Column): string {
  if (write === 'bytes') return `HEX(${fetch})`;
  const family = familyOf(column);
  if (family === 'integer') return `CONCAT(${fetch})`;
  if (family !== 'text' && family !== 'enum' && family !== 'set' && family !== 'json') return fetch;
  const text = column.charset === 'utf8mb4' ? fetch : `CONVERT(${fetch} USING utf8mb4)`;
  return `REPLACE(${text}, '\\\\', '\\\\\\\\')`;
}
