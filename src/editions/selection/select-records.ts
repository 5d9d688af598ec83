import type { RecordScope } from '../../domain/range';
import { parseRecordKey, type ErrorOutcome, type RecordKey } from '../../domain/record-error';
import { senderOf } from '../../domain/selection';
import type { CompareJob } from '../mapping/job';
import { isKeyOf, keyList, keyOf, keySelect, keysPerList } from '../mapping/keyset';
import { loadMapping } from '../mapping/load';
import type { ObjectMapping } from '../mapping/types';
import type { Editions } from '../connection/pools';
import type { Row } from '../connection/session';
import { landedAmong, notSentIn } from './landed-parents';
import { type ChoiceJob, RecordSearch, type Unsearched } from './record-search';
import { districtScope, where } from '../mapping/scope';
import { quoteName, quoteText } from '../connection/sql';
import { keyLiteral } from '../columns/key-column';

/** Which stored errors of a run are chosen. */
interface ErrorsOfRun {
  readonly resyncId: string;
  readonly outcomes: readonly ErrorOutcome[];
  /** Of these objects only, with these codes only. Absent: whatever they are. */
  readonly objects?: readonly string[];
  readonly codes?: readonly string[];
  /**
   * Of these objects only, those whose parent is at the state by now and which none of the runs
   * named here has sent since.
   */
  readonly landed?: ReadonlyMap<string, readonly string[]>;
}

/** Errors copied at a time. */
const errorsPerPage = 1_000;

/**
 * Chooses a record, all that hangs below it (in the scope's school year), and the parents of every
 * one of these, so that nothing is blocked. Set by set, in pages: what is held at once doesn't grow
 * with the records. Safe to repeat: it goes on where an attempt before it stopped.
 * @param asked the record, canonical: as findRecord gave it
 * @throws DatabaseError; the signal's reason when aborted
 */
export async function selectAround(
  job: ChoiceJob,
  asked: { readonly object: string; readonly key: RecordKey },
): Promise<Unsearched[]> {
  const search = new RecordSearch(job, 'ancestor');
  await search.insert(asked.object, 'asked', 'down', [asked.key]);
  await search.searchBelow();
  await search.searchAbove();
  return search.unsearched();
}

/**
 * Chooses the records of which another resync stored an error, and the parents of those that were
 * blocked, and theirs: "just the stored errors, with parents first". Safe to repeat.
 * @throws DatabaseError; the signal's reason when aborted
 */
export async function selectErrors(job: ChoiceJob, from: ErrorsOfRun): Promise<Unsearched[]> {
  const search = new RecordSearch(job, 'parent');
  await copyErrors(job, search, from);
  await search.searchAbove();
  return search.unsearched();
}

/**
 * The key under which the district has a record now, in the words of its own server.
 * @returns `null` when it has none in the scope's school year, or the key can't be one of this
 *   object
 * @throws DatabaseError
 */
export async function findRecord(
  editions: Editions,
  mapping: ObjectMapping,
  scope: RecordScope,
  key: RecordKey,
): Promise<RecordKey | null> {
  const { districtKey } = mapping;
  // Letters where the key has a number.
  if (!isKeyOf(districtKey, key)) return null;
  const list = keyList(districtKey, [key]);
  const [row] = await editions.district.rows(
    `SELECT ${keySelect(districtKey)} FROM ${mapping.districtTable} ${where([...districtScope(mapping, scope), list])} LIMIT 1`,
  );
  return row ? keyOf(districtKey, row) : null;
}

/**
 * The key of the record that has this GUID at the district. `null`: none has it in the scope's
 * school year, or the object has no GUIDs. @throws DatabaseError
 */
export async function findByGuid(
  editions: Editions,
  mapping: ObjectMapping,
  scope: RecordScope,
  guid: string,
): Promise<RecordKey | null> {
  const { districtKey, guid: columns } = mapping;
  if (columns === null) return null;
  const held = `${quoteName(columns.district.name)} = ${keyLiteral(columns.district, guid)}`;
  const [row] = await editions.district.rows(
    `SELECT ${keySelect(districtKey)} FROM ${mapping.districtTable} ${where([...districtScope(mapping, scope), held])} LIMIT 1`,
  );
  return row ? keyOf(districtKey, row) : null;
}

/**
 * Blocked ones are looked up for parents: those they refer to now, which needn't be the one that
 * was missing then.
 */
async function copyErrors(
  { catalog, editions, objects, scope, signal }: ChoiceJob,
  search: RecordSearch,
  { resyncId, outcomes, objects: only, codes, landed }: ErrorsOfRun,
): Promise<void> {
  const sent = new Set(objects);
  const coded = codes === undefined ? 'TRUE' : `code IN (${codes.map(quoteText).join(', ')})`;
  for (const { name } of catalog.objects) {
    if (only !== undefined && !only.includes(name)) continue;
    const object = landed === undefined || landed.has(name) ? senderOf(catalog, sent, name) : null;
    const waiting = notSentIn(editions.control, landed?.get(name) ?? []);
    let mapping: ObjectMapping | null = null;
    for (const outcome of object === null ? [] : outcomes) {
      let after = '0';
      for (;;) {
        signal.throwIfAborted();
        const rows = await editions.state.rows(
          `SELECT recordErrorID, recordKey, parentObject, parentKey FROM ${editions.control}.recordError e
            WHERE resyncID = ${quoteText(resyncId)} AND objectName = ${quoteText(name)}
              AND outcome = ${quoteText(outcome)} AND ${coded} AND recordErrorID > ${after} AND ${waiting}
            ORDER BY recordErrorID LIMIT ${errorsPerPage}`,
        );
        if (rows.length === 0) break;
        mapping ??= landed ? await loadMapping(editions, catalog, name) : null;
        const chosen = mapping === null ? rows : await landedOf({ editions, scope, mapping }, rows);
        const keys = chosen.map(([, key]) => parseRecordKey(String(key)));
        await search.insert(object!, 'error', outcome === 'blocked' ? 'up' : null, keys);
        after = String(rows.at(-1)![0]);
      }
    }
  }
}

/** Errors whose parent is at the state by now. */
async function landedOf(
  job: Pick<CompareJob, 'editions' | 'scope' | 'mapping'>,
  rows: readonly Row[],
): Promise<Row[]> {
  const waiting = rows.filter(([, , object, key]) => object !== null && key !== null);
  const parents = waiting.map(([, , object, key]) => ({ object: String(object), key: String(key) }));
  const landed = new Set<number>();
  for (let begin = 0; begin < parents.length; begin += keysPerList) {
    const some = parents.slice(begin, begin + keysPerList);
    for (const place of await landedAmong(job, job.mapping, some)) landed.add(begin + place);
  }
  return waiting.filter((_, place) => landed.has(place));
}
