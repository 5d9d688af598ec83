import type { Catalog, SyncObject } from '../../../src/domain/catalog';
import type { BlockedKeys } from '../../../src/editions/verification/parent-outcomes';
import type { ComparedObject } from '../../../src/editions/verification/tally';
import { verifyObjects, type VerifyJob } from '../../../src/editions/verification/verify-objects';
import type { World } from '../support';

/** What the control database keeps of a verification, in memory. */
export function blockedKeysInMemory(): BlockedKeys & { readonly kept: Map<string, Map<string, boolean>> } {
  const kept = new Map<string, Map<string, boolean>>();
  return {
    kept,
    lookUp: (object, keys) => {
      const known = kept.get(object) ?? new Map<string, boolean>();
      return Promise.resolve(
        new Map(keys.flatMap((key) => (known.has(key) ? [[key, known.get(key)!] as const] : []))),
      );
    },
    add: (object, keys) => {
      kept.set(object, new Map([...(kept.get(object) ?? []), ...keys]));
      return Promise.resolve();
    },
  };
}

/** Verifies objects, parents first, those of one cycle together, as the workflow does. */
export async function verify(
  world: World,
  catalog: Catalog,
  objects: readonly SyncObject[],
  fields: Partial<VerifyJob> = {},
): Promise<Map<string, ComparedObject>> {
  const planned = new Set(objects.map(({ name }) => name));
  const blockedKeys = blockedKeysInMemory();
  const results = new Map<string, ComparedObject>();
  for (const { name, cycle } of objects) {
    if (results.has(name)) continue;
    const jobs: VerifyJob[] = [];
    for (const member of objects.filter(
      (other) => other.name === name || (cycle !== null && other.cycle === cycle),
    ))
      jobs.push({
        ...(await world.job(catalog.objects, member.name)),
        planned,
        blockedKeys,
        referred: objects.some(({ references }) => references.some(({ object }) => object === member.name)),
        rangeRecords: 250,
        ...fields,
      });
    for (const result of await verifyObjects(jobs)) results.set(result.object, result);
  }
  return results;
}
