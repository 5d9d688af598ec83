import { inBatches } from '../../domain/batches';
import { storedText } from '../../domain/record-error';
import type { Knex } from 'knex';
import { selectRows } from '../../control/database';

/** Rows of one INSERT, and keys of one question. */
const rowsPerStatement = 500;

/**
 * Records that a resync would not bring to the state, of objects others refer to: each object is
 * compared on its own, and its children depend on it. Kept while the verification runs.
 */
export function blockedKeysOf(control: Knex, verificationId: string) {
  return {
    /** Of these keys (formatRecordKey) those that won't come; `true`: for a known exclusion. */
    lookUp: async (object: string, keys: readonly string[]): Promise<Map<string, boolean>> => {
      const known = new Map<string, boolean>();
      const texts = new Map(keys.map((key) => [storedText(key), key]));
      for (const batch of inBatches([...texts.keys()], rowsPerStatement)) {
        const rows = await selectRows<{ recordKey: string; known: number }>(
          control,
          'SELECT recordKey, known FROM verificationBlockedKey WHERE verificationID = ? AND objectName = ? AND recordKey IN (?)',
          [verificationId, object, batch],
        );
        for (const row of rows) known.set(texts.get(row.recordKey)!, row.known !== 0);
      }
      return known;
    },

    add: async (object: string, keys: ReadonlyMap<string, boolean>): Promise<void> => {
      const rows = [...keys].map(([key, known]) => ({
        verificationID: verificationId,
        objectName: object,
        recordKey: storedText(key),
        known,
      }));
      for (const batch of inBatches(rows, rowsPerStatement))
        await control('verificationBlockedKey')
          .insert(batch)
          .onConflict(['verificationID', 'objectName', 'recordKey'])
          .merge(['known']);
    },

    /** Before an object is compared, or compared anew. */
    forget: async (object: string): Promise<void> => {
      await control('verificationBlockedKey')
        .where({ verificationID: verificationId, objectName: object })
        .del();
    },
  };
}
