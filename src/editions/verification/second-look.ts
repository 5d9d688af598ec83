import { inBatches } from '../../domain/batches';
import type { DifferenceKind, PredictedOutcome } from '../../domain/verification';
import { formatRecordKey, type RecordKey } from '../../domain/record-error';
import type { CompareJob } from '../mapping/job';
import { keyList, keyOf, keySelect, keysPerList } from '../mapping/keyset';
import type { RecordRule } from '../mapping/types';
import { readBothSides } from '../transfer/both-sides';
import { type DistrictRecord, guidSelect, readAtState, type StateRecord } from '../transfer/records';
import { textsAtDistrict, withoutPartner } from '../transfer/same-keys';
import { guidsDiffer } from '../transfer/repair';
import { districtScope, mayStand, stateScope, where } from '../mapping/scope';
import { type ParentOutcome, parentOutcomes, type ParentGround } from './parent-outcomes';

/** A record that differs, before its school is known and its cycle is read to the end. */
export interface Found {
  readonly kind: DifferenceKind | null;
  readonly key: RecordKey;
  readonly guid: string | null;
  readonly predictedOutcome: PredictedOutcome;
  readonly code: string | null;
  /** Parents of its own cycle that aren't at the state. */
  readonly pending: ParentOutcome['pending'];
  /** Not at the state. */
  readonly absent: boolean;
}

/** Result of a second look at records that seemed to differ. */
export interface SecondLook {
  readonly found: readonly Found[];
  /** Equal by now: a change had arrived on one side only. */
  readonly unchanged: number;
  /** Deleted at the district by now: neither compared nor counted. */
  readonly vanished: number;
}

/** Beside the job: what the state would refuse (stateRefusals). */
export interface LookGround extends ParentGround {
  readonly refusals: readonly RecordRule[];
}

/**
 * Looks again at records that were missing, different or forbidden: the state first, then the
 * district, as a resync does (docs/data-path.md, Order of locks). What a day-to-day change made
 * differ between the two first reads is equal now.
 * @returns each with what a resync would do with it: rules, identity, parents, refusals, in that
 *   order
 */
export async function lookAgain(
  job: CompareJob,
  ground: LookGround,
  keys: readonly RecordKey[],
): Promise<SecondLook> {
  const rules = [...job.mapping.rules, ...ground.refusals];
  const { records, atState, refused, vanished } = await readBothSides(
    { ...job, mapping: { ...job.mapping, rules } },
    keys,
    (some, refuse) => readAtState(job, some, refuse),
  );
  const found: Found[] = refused.map(({ refusal: { key, guid, code } }) => ({
    ...differing({ key, guid }, atState.get(formatRecordKey(key))),
    predictedOutcome: 'failed',
    code,
  }));
  const toSend: { record: DistrictRecord; refusal: RecordRule | null }[] = [];
  let unchanged = 0;
  for (const record of records) {
    const state = atState.get(formatRecordKey(record.key));
    const rule = record.rule === null ? null : rules[record.rule]!;
    const ofCatalog = record.rule !== null && record.rule < job.mapping.rules.length;
    const equal = state !== undefined && record.hash !== null && record.hash === state.hash;
    if (rule !== null && ofCatalog) found.push(forbidden(record, state, rule, equal));
    else if (state && guidsDiffer(record.guid, state.guid))
      found.push({ ...differing(record, state), predictedOutcome: 'failed', code: 'IDENTITY_CHANGED' });
    else if (equal) unchanged += 1;
    else toSend.push({ record, refusal: rule });
  }
  const parents = await parentOutcomes(
    job,
    ground,
    toSend.map(({ record }) => record),
  );
  for (const { record, refusal } of toSend) {
    const base = differing(record, atState.get(formatRecordKey(record.key)));
    const { blocked = null, pending = [] } = parents.get(record) ?? {};
    if (blocked !== null) {
      const kind = blocked ? 'excluded' : base.kind;
      found.push({ ...base, kind, predictedOutcome: 'blocked', code: 'PARENT_NOT_AT_STATE' });
    } else if (refusal !== null) found.push({ ...base, predictedOutcome: 'failed', code: refusal.code });
    else found.push({ ...base, predictedOutcome: base.absent ? 'inserted' : 'updated', code: null, pending });
  }
  return { found, unchanged, vanished };
}

function differing(
  { key, guid }: Pick<DistrictRecord, 'key' | 'guid'>,
  state: StateRecord | undefined,
): Omit<Found, 'predictedOutcome' | 'code'> {
  return { kind: state ? 'different' : 'missing', key, guid, absent: !state, pending: [] };
}

function forbidden(
  record: DistrictRecord,
  state: StateRecord | undefined,
  { outcome, code }: RecordRule,
  equal: boolean,
): Found {
  const base = differing(record, state);
  const found = { ...base, predictedOutcome: outcome, code };
  if (outcome !== 'failed') return { ...found, kind: 'excluded' };
  return equal ? { ...found, kind: null } : found;
}

/**
 * Looks again at state records that had no district record, or one that may not sync: those that
 * still are there and still have none but that.
 */
export async function extraStill(job: CompareJob, keys: readonly RecordKey[]): Promise<Found[]> {
  const { mapping, scope, editions } = job;
  const { stateKey } = mapping;
  const still: Found[] = [];
  for (const part of inBatches(keys, keysPerList)) {
    const rows = await editions.state.rows(
      `SELECT ${keySelect(stateKey)}, ${guidSelect(mapping, 'state')}
         FROM ${mapping.stateTable} ${where([...stateScope(mapping, scope), keyList(stateKey, part)])}`,
    );
    const at = stateKey.columns.length;
    const left = new Map(
      rows.map((row) => {
        const key = keyOf(stateKey, row);
        const guidText = row[at] === null || row[at] === undefined ? null : String(row[at]);
        return [formatRecordKey(key), { key, guid: guidText }];
      }),
    );
    const inScope = districtScope(mapping, scope);
    const conditions = [...inScope, ...mayStand(mapping)];
    const known = await textsAtDistrict(job, part, conditions);
    const others = [...left].filter(([text]) => !known.has(text)).map(([, { key }]) => key);
    const alone = await withoutPartner(job, others, conditions);
    const excluded = new Set(alone.map(formatRecordKey));
    if (conditions.length > inScope.length)
      for (const key of await withoutAny(job, alone, inScope)) excluded.delete(formatRecordKey(key));
    else excluded.clear();
    for (const key of alone)
      still.push({
        ...left.get(formatRecordKey(key))!,
        kind: 'extra',
        predictedOutcome: 'extra',
        code: excluded.has(formatRecordKey(key)) ? 'EXCLUDED_AT_STATE' : null,
        pending: [],
        absent: false,
      });
  }
  return still;
}

/** Keys of which the district has no record at all that meets the conditions, in no spelling. */
async function withoutAny(
  job: CompareJob,
  keys: readonly RecordKey[],
  conditions: readonly string[],
): Promise<RecordKey[]> {
  const known = await textsAtDistrict(job, keys, conditions);
  return withoutPartner(
    job,
    keys.filter((key) => !known.has(formatRecordKey(key))),
    conditions,
  );
}
