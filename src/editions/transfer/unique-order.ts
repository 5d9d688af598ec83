import { formatRecordKey, type RecordKey } from '../../domain/record-error';
import type { UniqueIndex } from '../columns/table-shape';
import type { DistrictRecord } from './records';
import type { Holder } from './unique-holders';
import { neededFirst } from './write-order';

/** In which order records take each other's unique values. Pure. */

export interface UniqueOrder {
  /** May be written one after the other: each value was given up before it is taken. */
  readonly ordered: readonly DistrictRecord[];
  /** Records that pass values round in a circle, in the order in which they are written. */
  readonly circles: readonly DistrictRecord[];
  /** Those of `circles` that first have to move out of the way, and of which index. */
  readonly parked: ReadonlyMap<DistrictRecord, ReadonlySet<UniqueIndex>>;
  /** A record that isn't among them holds what they need, or what the one before them needs. */
  readonly stuck: readonly DistrictRecord[];
}

type Respelled = ReadonlyMap<DistrictRecord, RecordKey>;

function byStateKey(records: readonly DistrictRecord[], respelled: Respelled): Map<string, DistrictRecord> {
  return new Map(records.map((record) => [formatRecordKey(respelled.get(record) ?? record.key), record]));
}

interface Need {
  readonly from: DistrictRecord;
  readonly index: UniqueIndex;
}

/**
 * @param holders who has the values that the records are to take
 * @param respelled keys as the state spells them, where it does so otherwise
 */
export function uniqueOrder(
  records: readonly DistrictRecord[],
  holders: ReadonlyMap<DistrictRecord, readonly Holder[]>,
  respelled: Respelled = new Map(),
): UniqueOrder {
  const byKey = byStateKey(records, respelled);
  const needs = new Map<DistrictRecord, Need[]>();
  const stuck = new Set<DistrictRecord>();
  for (const [record, found] of holders) {
    for (const { index, key, ours } of found) {
      const from = ours ? byKey.get(formatRecordKey(key)) : undefined;
      if (from === undefined) stuck.add(record);
      else needs.set(record, [...(needs.get(record) ?? []), { from, index }]);
    }
  }
  const waiting = reversed(needs);
  for (const record of stuck) for (const next of waiting.get(record) ?? []) stuck.add(next);
  const free = records.filter((record) => !stuck.has(record));
  const { ordered, circles } = neededFirst(free, needed(needs));
  return { ordered, ...openCircles(circles, needs), stuck: records.filter((record) => stuck.has(record)) };
}

/** Takes one record out of each circle, until all have an order. */
function openCircles(
  circles: readonly DistrictRecord[],
  needs: ReadonlyMap<DistrictRecord, readonly Need[]>,
): Pick<UniqueOrder, 'circles' | 'parked'> {
  const parked = new Map<DistrictRecord, Set<UniqueIndex>>();
  const order: DistrictRecord[] = [];
  const open = new Map(circles.map((record) => [record, needs.get(record) ?? []]));
  let left: readonly DistrictRecord[] = circles;
  while (left.length > 0) {
    const among = new Set(left);
    const out = inCircle(left[0]!, open, among);
    const indexes = new Set<UniqueIndex>();
    for (const record of left) {
      const own = open.get(record)!;
      for (const { from, index } of own) if (from === out) indexes.add(index);
      open.set(
        record,
        own.filter(({ from }) => from !== out),
      );
    }
    parked.set(out, indexes);
    const next = neededFirst(left, needed(open));
    order.push(...next.ordered);
    left = next.circles;
  }
  return { circles: order, parked };
}

/** Follows what is needed until it comes round. */
function inCircle(
  start: DistrictRecord,
  needs: ReadonlyMap<DistrictRecord, readonly Need[]>,
  among: ReadonlySet<DistrictRecord>,
): DistrictRecord {
  const seen = new Set<DistrictRecord>();
  let at = start;
  while (!seen.has(at)) {
    seen.add(at);
    at = needs.get(at)!.find(({ from }) => among.has(from))!.from;
  }
  return at;
}

function needed(
  needs: ReadonlyMap<DistrictRecord, readonly Need[]>,
): Map<DistrictRecord, readonly DistrictRecord[]> {
  return new Map([...needs].map(([record, own]) => [record, own.map(({ from }) => from)]));
}

function reversed(
  needs: ReadonlyMap<DistrictRecord, readonly Need[]>,
): Map<DistrictRecord, DistrictRecord[]> {
  const waiting = new Map<DistrictRecord, DistrictRecord[]>();
  for (const [record, own] of needs)
    for (const { from } of own) waiting.set(from, [...(waiting.get(from) ?? []), record]);
  return waiting;
}

/** Records that hold each other's values, lot by lot; within a lot in the order given. */
export function connected(
  records: readonly DistrictRecord[],
  holders: ReadonlyMap<DistrictRecord, readonly Holder[]>,
  respelled: Respelled = new Map(),
): DistrictRecord[][] {
  const byKey = byStateKey(records, respelled);
  const neighbors = new Map<DistrictRecord, DistrictRecord[]>(records.map((record) => [record, []]));
  for (const [record, found] of holders) {
    for (const { key } of found) {
      const other = byKey.get(formatRecordKey(key));
      if (other === undefined) continue;
      neighbors.get(record)!.push(other);
      neighbors.get(other)!.push(record);
    }
  }
  const lots: DistrictRecord[][] = [];
  const seen = new Set<DistrictRecord>();
  for (const start of records) {
    if (seen.has(start)) continue;
    const lot = new Set([start]);
    for (const record of lot) for (const next of neighbors.get(record)!) lot.add(next);
    for (const record of lot) seen.add(record);
    lots.push(records.filter((record) => lot.has(record)));
  }
  return lots;
}
