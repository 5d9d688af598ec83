import type { DatabaseError } from '../connection/errors';
import { isOneRecords, isOneWrites } from './ask-each';

/**
 * The isolation ladder: a bad record costs itself, not its neighbors (docs/data-path.md, A bad
 * record).
 */

export interface Isolation<Item> {
  /** Writes records by one statement; the transaction survives its failure. */
  readonly send: (records: readonly Item[]) => Promise<void>;
  /** The record alone was refused. */
  readonly refuse: (record: Item, error: DatabaseError) => void;
  readonly accept: (records: readonly Item[]) => void;
  /** Takes records that failed together as they are, to be settled later; absent: never. */
  readonly setAside?: (records: readonly Item[], error: DatabaseError) => boolean;
  /** Takes out the records whose parent is missing, after writing them violated a foreign key. */
  readonly dropBlocked: (records: readonly Item[]) => Promise<Item[]>;
  /**
   * Whether the table took records before, so that an error of the schema is one record's: its
   * trigger's. Absent: such an error ends all.
   */
  readonly tablesFit?: () => boolean;
  readonly signal: AbortSignal;
}

/** Records the server itself named, before the rest is bisected. */
const maxDrops = 20;
/** Records refused for the schema while none is taken, before it is blamed and not they. */
const maxHeld = 20;

/**
 * Writes records; whatever is refused ends in `refuse`, everything else is written. A failed
 * statement with "at row N": that record is tried alone and the rest sent again (20 times at most);
 * otherwise bisected; single records as soon as more than one in ten was bad.
 * @throws DatabaseError of any class but record and shrink, and configuration where none is taken:
 *   then the transaction is lost as a whole
 */
export async function writeIsolating<Item>(
  isolation: Isolation<Item>,
  records: readonly Item[],
): Promise<void> {
  const tally: Tally<Item> = { bad: 0, drops: 0, total: records.length, held: [] };
  await descend(isolation, records, tally);
  for (const { record, error } of tally.held) {
    if (!isolation.tablesFit!()) throw error;
    isolation.refuse(record, error);
  }
}

interface Tally<Item> {
  /** Refused for the schema while nothing had shown that the tables fit. */
  readonly held: { readonly record: Item; readonly error: DatabaseError }[];
  bad: number;
  drops: number;
  readonly total: number;
}

async function descend<Item>(
  isolation: Isolation<Item>,
  records: readonly Item[],
  tally: Tally<Item>,
): Promise<void> {
  let rest = records;
  while (rest.length > 0) {
    isolation.signal.throwIfAborted();
    const error = await attempt(isolation, rest);
    if (error === null) return;
    if (error.errno === 1452 || error.errno === 1216) {
      const kept = await isolation.dropBlocked(rest);
      if (kept.length < rest.length) {
        rest = kept;
        continue;
      }
    }
    if (isolation.setAside?.(rest, error)) return;
    if (rest.length === 1) {
      tally.bad += 1;
      if (error.errorClass !== 'configuration' || isolation.tablesFit!()) isolation.refuse(rest[0]!, error);
      else if (tally.held.push({ record: rest[0]!, error }) >= maxHeld) throw error;
      return;
    }
    const blamed = error.names.row === null ? undefined : rest[error.names.row - 1];
    if (blamed !== undefined && tally.drops < maxDrops) {
      tally.drops += 1;
      await descend(isolation, [blamed], tally);
      rest = rest.filter((record) => record !== blamed);
      continue;
    }
    if (tally.bad * 10 > tally.total) {
      for (const record of rest) await descend(isolation, [record], tally);
      return;
    }
    const middle = Math.ceil(rest.length / 2);
    await descend(isolation, rest.slice(0, middle), tally);
    rest = rest.slice(middle);
  }
}

/** @returns the error that isolating can do something about */
async function attempt<Item>(
  isolation: Isolation<Item>,
  records: readonly Item[],
): Promise<DatabaseError | null> {
  try {
    await isolation.send(records);
  } catch (error) {
    if (!isOneWrites(error)) throw error;
    if (isolation.tablesFit === undefined && !isOneRecords(error)) throw error;
    return error;
  }
  isolation.accept(records);
  return null;
}
