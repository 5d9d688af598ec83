import type { CompareJob } from '../mapping/job';
import type { ObjectMapping } from '../mapping/types';
import { parentLinks } from './cycle-links';
import { type DistrictRecord, writtenPairs } from './records';

/** In which order records of one batch are written, where some need others of it. */

/**
 * Puts what others need before them.
 * @param needs what an item needs; what isn't among the items counts as there
 * @returns `circles`: items that need each other in a circle, and those that need such ones
 */
export function neededFirst<Item>(
  items: readonly Item[],
  needs: ReadonlyMap<Item, readonly Item[]>,
): { readonly ordered: Item[]; readonly circles: Item[] } {
  const among = new Set(items);
  const open = new Map<Item, number>();
  const waiting = new Map<Item, Item[]>();
  for (const item of items) {
    const needed = [...new Set(needs.get(item) ?? [])].filter((other) => among.has(other));
    open.set(item, needed.length);
    for (const other of needed) waiting.set(other, [...(waiting.get(other) ?? []), item]);
  }
  const ordered = items.filter((item) => open.get(item) === 0);
  for (const item of ordered) {
    for (const next of waiting.get(item) ?? []) {
      const left = open.get(next)! - 1;
      open.set(next, left);
      if (left === 0) ordered.push(next);
    }
  }
  const done = new Set(ordered);
  return { ordered, circles: items.filter((item) => !done.has(item)) };
}

/**
 * Records that refer to others of their own table after those, so that the state's server finds the
 * parent in the same statement.
 */
export function parentsFirst(job: CompareJob, records: readonly DistrictRecord[]): readonly DistrictRecord[] {
  const { mapping } = job;
  const needs = new Map<DistrictRecord, DistrictRecord[]>();
  for (const { parentTable, columns, parentColumns } of parentLinks(job)) {
    if (parentTable !== mapping.stateTable) continue;
    const siblings = siblingsBy(mapping, records, parentColumns);
    for (const record of records) {
      const parent = siblings.get(textOf(mapping, record, columns));
      // A record may be its own parent.
      if (parent !== undefined && parent !== record)
        needs.set(record, [...(needs.get(record) ?? []), parent]);
    }
  }
  if (needs.size === 0) return records;
  const { ordered, circles } = neededFirst(records, needs);
  return [...ordered, ...circles];
}

/** Records by their values of some columns; those with a NULL among them are left out. */
export function siblingsBy(
  mapping: ObjectMapping,
  records: readonly DistrictRecord[],
  columns: readonly string[],
): Map<string | null, DistrictRecord> {
  const siblings = new Map<string | null, DistrictRecord>();
  for (const record of records) {
    const text = textOf(mapping, record, columns);
    if (text !== null) siblings.set(text, record);
  }
  return siblings;
}

/**
 * A record's values of some columns as one text, the district's number left out: to find what
 * belongs together, not to decide what is equal. `null`: one of them is NULL or isn't sent.
 */
export function textOf(
  mapping: ObjectMapping,
  { values }: DistrictRecord,
  columns: readonly string[],
): string | null {
  const pairs = writtenPairs(mapping);
  const texts: string[] = [];
  for (const column of columns) {
    if (column === mapping.object.tenantColumn) continue;
    const at = pairs.findIndex(({ name }) => name === column);
    const value = values[at] ?? null;
    if (value === null) return null;
    texts.push(Buffer.isBuffer(value) ? value.toString('hex') : String(value));
  }
  return JSON.stringify(texts);
}
