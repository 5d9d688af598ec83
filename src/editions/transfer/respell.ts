import type { Session } from '../connection/session';
import type { PageJob } from '../mapping/job';
import { exemptFromForeignKeys } from './cycle-insertions';
import type { DistrictRecord } from './records';
import { setColumns } from './write';

/**
 * Gives records of the state their keys in the district's spelling. Both spellings are one key for
 * every index of the state, so what refers to them goes on referring to them: the checks are off
 * for this statement only, because a foreign key would refuse any change of a key or carry it on.
 * @throws DatabaseError; then the checks may be off still, and the page is taken back
 */
export async function respellKeys(
  session: Session,
  job: PageJob,
  records: readonly DistrictRecord[],
): Promise<void> {
  const { key } = job.mapping.object;
  await exemptFromForeignKeys(session, () => setColumns(session, job, records, (name) => key.includes(name)));
}
