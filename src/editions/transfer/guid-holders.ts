import { inBatches } from '../../domain/batches';
import { formatRecordKey, type RecordKey } from '../../domain/record-error';
import { keyText } from '../columns/key-column';
import type { Session } from '../connection/session';
import type { PageJob } from '../mapping/job';
import { keyList, keyOf, keySelect, keysPerList } from '../mapping/keyset';
import { knowsAllYears, where } from '../mapping/scope';
import { ofTenant } from '../mapping/tenant';
import type { ObjectMapping } from '../mapping/types';
import { type DistrictRecord, guidSelect } from './records';

/** Who has a record's GUID at the state, and whether the district has it under that key, too. */

/** The state's record that has a GUID. */
export interface GuidHolder {
  readonly key: RecordKey;
  /** Of the same district. */
  readonly ours: boolean;
  /** Value of its tenant column; `null`: the table has none. */
  readonly tenant: string | null;
}

/**
 * Who has the GUIDs of these records at the state under another key. Of other districts only where
 * the state lets a GUID belong to one: otherwise a person may well be in two.
 */
export async function guidHolders(
  source: Pick<Session, 'rows'>,
  { mapping, scope }: PageJob,
  records: readonly DistrictRecord[],
): Promise<Map<DistrictRecord, GuidHolder>> {
  const holders = new Map<DistrictRecord, GuidHolder>();
  if (mapping.guid === null) return holders;
  const guid = mapping.guid.state;
  const byGuid = new Map(records.flatMap((one) => (one.guid === null ? [] : [[fold(one.guid), one]])));
  const ours = mapping.tenant === null ? '1' : ofTenant(mapping.tenant, scope);
  const whose = mapping.tenant === null ? 'NULL' : keyText(mapping.tenant.column);
  const side = { columns: [{ name: guid.name, column: guid, order: null }] };
  const limits = isUniqueEverywhere(mapping) ? [] : [ours];
  for (const part of inBatches([...byGuid.values()], keysPerList)) {
    const rows = await source.rows(
      `SELECT ${ours}, ${whose}, ${guidSelect(mapping, 'state')}, ${keySelect(mapping.stateKey)}
         FROM ${mapping.stateTable} ${where([
           ...limits,
           keyList(
             side,
             part.map((one) => [one.guid!]),
           ),
         ])}`,
    );
    for (const [own, tenant, text, ...key] of rows) {
      const record = byGuid.get(fold(String(text)));
      const holder = {
        ours: Number(own) === 1,
        tenant: tenant === null ? null : String(tenant),
        key: keyOf(mapping.stateKey, key),
      };
      if (record === undefined) continue;
      if (holder.ours && formatRecordKey(holder.key) === formatRecordKey(record.key)) continue;
      holders.set(record, holder);
    }
  }
  return holders;
}

/** Whether no two districts can have one GUID at the state. */
export function isUniqueEverywhere({ object, stateShape }: ObjectMapping): boolean {
  return stateShape.uniqueIndexes.some(
    ({ columns }) => columns.length === 1 && columns[0] === object.guidColumn,
  );
}

/**
 * Of records whose GUID the state has under another key: those that the district has there, too,
 * in any school year, or may have in another year's database. Whatever else it has under that key
 * is no reason against it that the record was renumbered.
 */
export async function keptUnderBoth(
  { mapping, scope, editions }: PageJob,
  holders: ReadonlyMap<DistrictRecord, { readonly key: RecordKey }>,
): Promise<Set<DistrictRecord>> {
  if (!knowsAllYears(scope)) return new Set(holders.keys());
  const kept = new Set<DistrictRecord>();
  const { districtKey, districtTable } = mapping;
  for (const part of inBatches([...holders], keysPerList)) {
    const rows = await editions.district.rows(
      `SELECT ${guidSelect(mapping, 'district')}, ${keySelect(districtKey)} FROM ${districtTable} ${where([
        keyList(
          districtKey,
          part.map(([, { key }]) => key),
        ),
      ])}`,
    );
    const there = new Set(
      rows.map(([text, ...key]) => `${formatRecordKey(keyOf(districtKey, key))} ${fold(String(text))}`),
    );
    for (const [record, { key }] of part)
      if (there.has(`${formatRecordKey(key)} ${fold(record.guid ?? '')}`)) kept.add(record);
  }
  return kept;
}

/** GUIDs that differ in case only are one. */
function fold(guid: string): string {
  return guid.toLowerCase();
}
