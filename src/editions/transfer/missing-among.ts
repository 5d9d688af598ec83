import type { Session } from '../connection/session';
import type { CompareJob } from '../mapping/job';
import type { ReferenceMapping } from '../mapping/types';
import { type MissingParent, missingParents } from './parents';
import type { DistrictRecord } from './records';
import { parentKeyOf } from './refusal';
import { sameInPlace } from './same-keys';
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
    const absent = await missingParents(session, job, records, [reference]);
    const sibling = new Map<DistrictRecord, DistrictRecord>();
    for (const record of absent.keys()) {
      const found = ofBatch?.get(textOf(mapping, record, reference.columns));
      if (found !== undefined) sibling.set(record, found);
    }
    const alone = [...absent].filter(([record]) => !sibling.has(record));
    const own = ofBatch === null ? null : await ownParents(session, job, alone);
    for (const [record, parent] of absent) {
      const found = sibling.get(record);
      if (found !== undefined) waiting.set(found, [...(waiting.get(found) ?? []), { record, parent }]);
      else if (!own?.has(record)) missing.set(record, missing.get(record) ?? parent);
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

/** Records that are their own parent, by a spelling that the state holds to be their key. */
async function ownParents(
  session: Pick<Session, 'rows'>,
  { mapping }: CompareJob,
  absent: readonly (readonly [DistrictRecord, MissingParent])[],
): Promise<ReadonlySet<DistrictRecord>> {
  const asked = absent.flatMap(([record, { reference, key }]) => {
    const columns = reference.parentColumns.map(({ name }) => name);
    const own = parentKeyOf(mapping, record, { columns });
    return own === null ? [] : [{ record, key, own, columns: reference.parentColumns }];
  });
  if (asked.length === 0) return new Set();
  const same = await sameInPlace(
    session,
    asked[0]!.columns,
    asked.map(({ key }) => key),
    asked.map(({ own }) => own),
  );
  return new Set(same.map((n) => asked[n]!.record));
}
