import { DatabaseError } from '../connection/errors';

/** Whether an error may be one record's fault: then it must not cost the others. */
export function isOneRecords(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && (error.errorClass === 'record' || error.errorClass === 'shrink');
}

/**
 * The same of a statement that writes: a trigger may raise any error for what one record holds,
 * also one that else is the schema's.
 */
export function isOneWrites(error: unknown): error is DatabaseError {
  return isOneRecords(error) || (error instanceof DatabaseError && error.errorClass === 'configuration');
}

/**
 * Asks about items in one statement; where it fails for what one of them holds, in halves, until
 * that one stands alone. A view that computes a column fails so, for one record of a thousand.
 * @param refuse gets the item that fails alone; absent: the error is thrown
 * @returns what was found of all others
 * @throws DatabaseError of any other class
 */
export async function askEach<Item, Found>(
  items: readonly Item[],
  ask: (items: readonly Item[]) => Promise<readonly Found[]>,
  refuse?: (item: Item, error: DatabaseError) => void,
): Promise<readonly Found[]> {
  try {
    return await ask(items);
  } catch (error) {
    if (refuse === undefined || !isOneRecords(error)) throw error;
    const [only] = items;
    if (items.length === 1) {
      refuse(only!, error);
      return [];
    }
    const middle = Math.ceil(items.length / 2);
    const first = await askEach(items.slice(0, middle), ask, refuse);
    return [...first, ...(await askEach(items.slice(middle), ask, refuse))];
  }
}
