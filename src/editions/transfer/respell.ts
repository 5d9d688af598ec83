import type { Session } from '../connection/pools';
import type { PageJob } from '../mapping/job';
import { stateTenant } from '../mapping/scope';
import type { DistrictRecord } from './records';
import { updateByKey } from './write';

/**
 * Gives records of the state their keys in the district's spelling. Both spellings are one key for
 * every index of the state, so what refers to them goes on referring to them: the checks are off
 * for this statement only, because a foreign key would refuse any change of a key or carry it on.
 * @throws DatabaseError; then the checks may be off still, and the page is taken back
 */
export async function respellKeys(
  session: Session,
  { mapping, scope }: PageJob,
  records: readonly DistrictRecord[],
): Promise<void> {
  const sets = mapping.pairs
    .map((pair, at) => ({ pair, at }))
    .filter(({ pair }) => mapping.object.key.includes(pair.name));
  if (records.length === 0 || sets.length === 0) return;
  const [before] = await session.rows('SELECT @@SESSION.foreign_key_checks');
  await session.write('SET SESSION foreign_key_checks = 0');
  try {
    await updateByKey(session, {
      table: mapping.stateTable,
      key: mapping.stateKey,
      conditions: stateTenant(mapping, scope, 't.'),
      pairs: sets.map(({ pair }) => pair),
      records: records.map(({ key, values }) => ({ key, values: sets.map(({ at }) => values[at]!) })),
    });
  } finally {
    await session.write(`SET SESSION foreign_key_checks = ${Number(before![0])}`);
  }
}
