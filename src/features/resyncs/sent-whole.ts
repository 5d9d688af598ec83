import type { Knex } from 'knex';

/** Objects that a run has sent as a whole, to their end: what it didn't find there isn't there. */
export async function readWholeObjects(control: Knex, resyncId: string): Promise<string[]> {
  const rows = await control('DISBatchHistory')
    .where({ resyncID: resyncId, status: 'finished', selected: null })
    .select<{ objectName: string }[]>('objectName');
  return rows.map(({ objectName }) => objectName);
}
