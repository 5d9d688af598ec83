import { DatabaseError } from '../connection/errors';

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
  readonly signal: AbortSignal;
}

/** Records the server itself named, before the rest is bisected. */
const maxDrops = 20;

/**
 * Writes records; whatever is refused ends in `refuse`, everything else is written. A failed
 * statement with "at row N": that record is tried alone and the rest sent again (20 times at most);
 * otherwise bisected; single records as soon as more than one in ten was bad.
 * @throws DatabaseError of any class but record and shrink: then the transaction is lost as a whole
 */
export async function writeIsolating<Item>(
  isolation: Isolation<Item>,
  records: readonly Item[],
): Promise<void> {
  const tally = { bad: 0, drops: 0, total: records.length };
  await descend(isolation, records, tally);
}

interface Tally {
  bad: number;
  drops: number;
  readonly total: number;
}

async function descend<Item>(
  isolation: Isolation<Item>,
  records: readonly Item[],
  tally: Tally,
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
      isolation.refuse(rest[0]!, error);
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
    if (error instanceof DatabaseError && (error.errorClass === 'record' || error.errorClass === 'shrink'))
      return error;
    throw error;
  }
  isolation.accept(records);
  return null;
}
