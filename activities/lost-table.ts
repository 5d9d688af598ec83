import type { Knex } from 'knex';
import type { RecordScope } from '../src/domain/range';
import { isDoubtfullyEmpty } from '../src/domain/removals';
import { DatabaseError } from '../src/editions/connection/errors';
import type { Editions } from '../src/editions/connection/pools';
import type { ObjectMapping } from '../src/editions/mapping/types';
import { hasFewerThan } from '../src/editions/transfer/bounds';
import { readLastRead } from '../src/features/resyncs/last-read';

/**
 * Stops before a district's table that lost its records ends as a green run in which all is extra.
 * @throws DatabaseError configuration, which says how to go on
 */
export async function refuseLostTable(
  control: Knex,
  editions: Editions,
  mapping: ObjectMapping,
  scope: RecordScope,
): Promise<void> {
  if (!(await hasFewerThan(editions, mapping, scope, 1))) return;
  const { name } = mapping.object;
  const lastRead = await readLastRead(control, { ...scope, object: name });
  if (!isDoubtfullyEmpty(lastRead)) return;
  throw new DatabaseError(
    `${name} has no records at the district any more, and had ${lastRead} when it was last sent: nothing was compared. If that is right, send it with removals "apply", which asks before it removes them at the state; otherwise restore the district's table.`,
    { errorClass: 'configuration', side: 'district' },
  );
}
