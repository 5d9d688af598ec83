/**
 * Tables of the state in which a record that isn't at hand may be somebody else's: another
 * district's, where they have no tenant column, or that of another school year, which has a
 * database of its own. Pure.
 */
import type { SyncObject } from './catalog';
import type { RecordScope } from './range';

type Sharing = Pick<RecordScope, 'sharesState' | 'splitByYear'>;

/** Why nothing of an object in such a table is called extra or removed. */
export function whyNotExtra(
  { name, stateTable, tenantColumn }: SyncObject,
  { sharesState = false }: Sharing,
): string {
  return sharesState && tenantColumn === null
    ? `The state's table ${stateTable} of ${name} has no tenant column and several districts send to it: a record that this district doesn't have may be another's.`
    : `The district's school years have databases of their own, and ${name} is not tied to a year: a record that this year's doesn't have may be in another's.`;
}

/** Whether an object's table at the state holds records of others that can't be told. */
export function isSharedTable(
  { tenantColumn, schoolYear }: SyncObject,
  { sharesState = false, splitByYear = false }: Sharing,
): boolean {
  return (sharesState && tenantColumn === null) || (splitByYear && schoolYear === null);
}
