import type { Session } from '../connection/pools';
import type { CompareJob } from '../mapping/job';
import type { ReferenceMapping } from '../mapping/types';
import { type MissingParent, missingParents } from './parents';
import type { DistrictRecord } from './records';
import { siblingsBy, textOf } from './write-order';

/**
 * Which records of a batch refer to a parent that the state doesn't have.
 * @param options `siblings`: a parent in the batch itself counts as there, unless it lacks one too
 * @returns the first missing parent of each such record
 */
export async function missingAmong(
  session: Pick<Session, 'rows'>,
  job: CompareJob,
  records: readonly DistrictRecord[],
  { references, siblings }: { readonly references: readonly ReferenceMapping[]; readonly siblings: boolean },
): Promise<Map<DistrictRecord, MissingParent>> {
  const { mapping } = job;
  const missing = new Map<DistrictRecord, MissingParent>();
  const waiting = new Map<DistrictRecord, { record: DistrictRecord; parent: MissingParent }[]>();
  for (const reference of references) {
    const ofBatch =
      siblings && reference.parentTable === mapping.stateTable
        ? siblingsBy(
            mapping,
            records,
            reference.parentColumns.map(({ name }) => name),
          )
        : null;
    for (const [record, parent] of await missingParents(session, job, records, [reference])) {
      const sibling = ofBatch?.get(textOf(mapping, record, reference.columns));
      if (sibling === undefined) missing.set(record, missing.get(record) ?? parent);
      else waiting.set(sibling, [...(waiting.get(sibling) ?? []), { record, parent }]);
    }
  }
  const lost = [...missing.keys()];
  for (const sibling of lost) {
    for (const { record, parent } of waiting.get(sibling) ?? []) {
      if (missing.has(record)) continue;
      missing.set(record, parent);
      lost.push(record);
    }
  }
  return missing;
}
