/** Errors of records whose identity at the district and at the state no longer go together. */
import type { RecordError } from '../../domain/record-error';
import type { ObjectMapping } from '../mapping/types';
import type { DistrictRecord } from './records';
import { failedWith } from './refusal';
import type { GuidHolder } from './guid-holders';
import type { Holder } from './unique-holders';

/** Whether the value in the way is the record's GUID: then it is a matter of identity. */
export function isIdentity({ object }: ObjectMapping, { index }: Holder): boolean {
  return index.columns.some((name) => name === object.guidColumn);
}

/**
 * The state has another record under this key: a renumbered district database. Never overwritten.
 */
export function identityChanged(mapping: ObjectMapping, record: DistrictRecord): RecordError {
  const { object } = mapping;
  return failedWith(mapping, record, {
    code: 'IDENTITY_CHANGED',
    field: object.guidColumn,
    message: `The state has another ${object.label} under this key (its ${object.guidColumn} differs); it was not overwritten. Has the district's database been renumbered?`,
  });
}

/** The state has the record by its GUID, under a key that it no longer has at the district. */
export function renumbered(
  mapping: ObjectMapping,
  record: DistrictRecord,
  holder: Pick<GuidHolder, 'key'>,
): RecordError {
  const { object } = mapping;
  return failedWith(mapping, record, {
    code: 'RENUMBERED',
    field: object.key[0] ?? null,
    message: `The state has this ${object.label} under another key, named here as its parent, which it no longer has at the district: its key was changed. A person of the state can carry the new key over.`,
    parent: { object: object.name, key: holder.key },
  });
}

/** Another district's record has the GUID: a transfer. Whose it is only the state may see. */
export function heldByDistrict(
  mapping: ObjectMapping,
  record: DistrictRecord,
  { tenant }: Pick<GuidHolder, 'tenant'>,
): RecordError {
  const { object } = mapping;
  return failedWith(mapping, record, {
    code: 'HELD_BY_DISTRICT',
    field: object.guidColumn,
    message: `Another district holds this ${object.label} at the state (its ${object.guidColumn}). After a transfer a person of the state can release it from there.`,
    ...(tenant !== null && { heldBy: tenant }),
  });
}
