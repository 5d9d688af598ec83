import type { Knex } from 'knex';
import { selectRows } from '../control/database';
import type { Principal } from '../domain/principal';
import { Problem } from './problem';

/**
 * What a district has a worker do for it beside its resyncs is little at a time; what the state has
 * done isn't counted.
 * @param what of which there may be `most`, e.g. "previews"
 * @param underWay SELECT of a number, as `records`
 * @throws Problem 429
 */
export async function requireFewUnderWay(
  control: Knex,
  { level }: Pick<Principal, 'level'>,
  {
    what,
    most,
    underWay,
  }: { readonly what: string; readonly most: number; readonly underWay: Knex.QueryBuilder },
): Promise<void> {
  if (level === 'state') return;
  const { sql, bindings } = underWay.count({ records: '*' }).toSQL().toNative();
  const [row] = await selectRows<{ records: number }>(control, sql, bindings);
  if (row!.records >= most)
    throw new Problem(
      429,
      `${row!.records} ${what} of this district are under way: wait for one to end.`,
      [],
      {
        'Retry-After': '10',
      },
    );
}
