import type { Knex } from 'knex';
import type { RecordScope } from '../src/domain/range';
import { isDoubtfullyEmpty } from '../src/domain/removals';
import { DatabaseError } from '../src/editions/connection/errors';
import type { Editions } from '../src/editions/connection/pools';
import type { ObjectMapping } from '../src/editions/mapping/types';
import { hasFewerThan } from '../src/editions/transfer/bounds';
import { countAtState } from '../src/editions/removal/find-removable';
import { readLastRead } from '../src/features/resyncs/last-read';
import { doubtObject } from '../src/features/resyncs/planned-objects';

/**
 * Stops before a district's table that lost its records ends as a green run in which all is extra.
 * @throws DatabaseError configuration, which says how to go on
 */
export async function refuseLostTable(
  control: Knex,
  editions: Editions,
  {
    resyncId,
    mapping,
    scope,
  }: { readonly resyncId: string; readonly mapping: ObjectMapping; readonly scope: RecordScope },
): Promise<void> {
  if (!(await hasFewerThan(editions, mapping, scope, 1))) return;
  const { name } = mapping.object;
  const lastRead = await readLastRead(control, { ...scope, object: name });
  if (!isDoubtfullyEmpty(lastRead)) return;
  const atState = await countAtState({ editions, mapping, scope });
  await doubtObject(control, { resyncId, object: name, doubt: 'SHRUNK' });
  throw new DatabaseError(
    `${name} has no records at the district any more, had ${lastRead} when it was last sent, and the state holds ${atState}: nothing was compared. If that is right, send it with removals "apply", which asks before it removes them at the state, or with "acceptShrunk"; otherwise restore the district's table.`,
    { errorClass: 'configuration', side: 'district' },
  );
}
