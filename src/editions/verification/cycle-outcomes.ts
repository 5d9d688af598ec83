import { formatRecordKey } from '../../domain/record-error';
import type { Found } from './second-look';

/**
 * Objects of a cycle refer to each other in a circle: who comes is known only when all are read.
 */

export interface CycleMember {
  readonly object: string;
  /** Of its records those that won't come, by key; `true`: for a known exclusion. */
  readonly blockedKeys: ReadonlyMap<string, boolean>;
  /** Records that would come if their parents within the cycle did. */
  readonly pending: readonly Found[];
}

/**
 * Which of the pending records won't come: those below one that won't, to the last descendant. A
 * circle whose members all are there comes whole, as it is written with the state's foreign key
 * checks off.
 * @returns by object, as blocked
 */
export function settleCycle(members: readonly CycleMember[]): Map<string, Found[]> {
  const idOf = (object: string, key: string): string => JSON.stringify([object, key]);
  const children = new Map<string, { readonly object: string; readonly record: Found }[]>();
  for (const { object, pending } of members) {
    for (const record of pending) {
      for (const parent of record.pending) {
        const id = idOf(parent.object, parent.key);
        const known = children.get(id) ?? [];
        known.push({ object, record });
        children.set(id, known);
      }
    }
  }
  const late = new Map<string, Found[]>();
  const settled = new Set<Found>();
  const todo = members.flatMap(({ object, blockedKeys }) =>
    [...blockedKeys].map(([key, known]) => ({ id: idOf(object, key), known })),
  );
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    for (const { object, record } of children.get(next.id) ?? []) {
      if (settled.has(record)) continue;
      settled.add(record);
      const kind = next.known ? 'excluded' : record.kind;
      const blocked: Found = {
        ...record,
        kind,
        predictedOutcome: 'blocked',
        code: 'PARENT_NOT_AT_STATE',
        pending: [],
      };
      const ofObject = late.get(object) ?? [];
      ofObject.push(blocked);
      late.set(object, ofObject);
      if (record.absent) todo.push({ id: idOf(object, formatRecordKey(record.key)), known: next.known });
    }
  }
  return late;
}
