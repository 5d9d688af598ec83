/**
 * Tables of the state without a tenant column, where several districts send to it: nothing in a
 * record says whose it is. Pure.
 */
import type { SyncObject } from './catalog';

/** Why nothing of an object that several districts share is called extra or removed. */
export function whyNotExtra({ name, stateTable }: SyncObject): string {
  return `The state's table ${stateTable} of ${name} has no tenant column and several districts send to it: a record that this district doesn't have may be another's.`;
}

/** Whether an object's table at the state holds records of other districts that can't be told. */
export function isSharedTable({ tenantColumn }: SyncObject, sharesState: boolean): boolean {
  return sharesState && tenantColumn === null;
}
