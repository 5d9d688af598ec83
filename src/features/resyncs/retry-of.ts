/** What is sent again of a resync, and the request that does it. */
import type { Catalog } from '../../domain/catalog';
import type { PlanScope } from '../../domain/plan';
import type { ResyncRequest } from '../../domain/resync';
import { senderOf } from '../../domain/selection';
import type { RetriedErrors } from './selection-store';
import { sentObjects, whyNotSent } from './sent-objects';

/** Objects with errors, and how many. */
export interface SortedErrors {
  readonly selected: { object: string; records: number }[];
  readonly omitted: { object: string; records: number; why: string }[];
}

/** By the object that sends them now, in the order of the plan; and those that nothing sends. */
export function sortErrors(
  catalog: Catalog,
  errors: ReadonlyMap<string, number>,
  scope: PlanScope,
): SortedErrors {
  const sent = sentObjects(catalog, scope);
  const selected = new Map<string, number>();
  const omitted: SortedErrors['omitted'] = [];
  for (const [name, records] of errors) {
    const object = senderOf(catalog, new Set(sent), name);
    if (object !== null) selected.set(object, (selected.get(object) ?? 0) + records);
    else omitted.push({ object: name, records, why: whyNotSent(catalog, name, scope) });
  }
  return {
    selected: sent.flatMap((object) =>
      selected.has(object) ? [{ object, records: selected.get(object)! }] : [],
    ),
    omitted,
  };
}

/** What was the state's stays the state's: hidden from the district, and ahead of what it asked. */
export function retryRequestOf(
  of: Pick<ResyncRequest, 'resyncId' | 'districtId' | 'schoolYear' | 'scenario' | 'initiator'>,
  {
    resyncId,
    objects,
    errors: { outcomes, ...only },
    requestedBy,
  }: {
    readonly resyncId: string;
    readonly objects: readonly string[];
    readonly errors: RetriedErrors;
    readonly requestedBy: string;
  },
): ResyncRequest {
  return {
    resyncId,
    districtId: of.districtId,
    schoolYear: of.schoolYear,
    objects,
    checkDependencies: false,
    scenario: of.scenario,
    initiator: of.initiator,
    mode: 'compare',
    requestedBy,
    selection: 'retry',
    retryOf: of.resyncId,
    selected: {
      outcomes,
      ...(only.objects && { objects: only.objects }),
      ...(only.codes && { codes: only.codes }),
    },
  };
}
