import { readOfferedYears } from '../scoped-year/read';
import { countErrors } from './selection-store';
import { type PlanScope, planScopeOf } from '../../domain/plan';
import type { Catalog } from '../../domain/catalog';
import { isOpen } from '../../domain/resync';
import { whyYearNotOffered } from '../../domain/school-year';
import { senderOf } from '../../domain/selection';
import type { ApiContext } from '../../http/context';
import { requireDistrict, requireToolRight } from '../../http/require';
import { requireDetails } from './visibility';
import { Problem } from '../../http/problem';
import { retryAccepted, retryRequest } from './retry-schemas';
import { route, type RouteSpec } from '../../http/route';
import { resyncParams } from './schemas';
import { sentObjects, whyNotSent } from './sent-objects';
import { idempotencyHeader, idempotencyKeyOf, newResyncId, requesterOf } from '../../http/idempotency';
import { startResync } from './start';
import { whyYearChanged } from '../scoped-year/why-changed';

/** Sending again just what another resync could not. */
export function retryRoutes(context: ApiContext): RouteSpec[] {
  const { catalog, config, control } = context;
  return [
    route({
      operationId: 'retryResync',
      method: 'post',
      path: '/resyncs/{id}/retry',
      right: 'resyncBatch',
      tag: 'Runs',
      summary: 'Send the records with a stored error again, parents first, in a resync of its own',
      params: resyncParams,
      headers: idempotencyHeader,
      example: { outcomes: ['failed'] },
      body: retryRequest,
      responses: {
        202: { description: 'Accepted; Location names the new resync', schema: retryAccepted },
      },
      audit: ({ body, answer }) => ({ ...body, resyncId: answer?.resyncId }),
      location: ({ resyncId }) => `/resyncs/${resyncId}`,
      handler: async ({ params, body, principal, request }) => {
        const head = await requireDetails(control, principal, params.id);
        const district = requireDistrict(config, principal, head.districtId);
        // What was the state's stays the state's: hidden from the district, and ahead of what the
        // district asked.
        if (head.initiator === 'state') requireToolRight(principal, 'stateRequest');
        if (isOpen(head.status)) {
          throw new Problem(409, `The resync is ${head.status}: its errors are known when it has ended.`);
        }
        const years = await readOfferedYears(control, district);
        const year = years.find(({ schoolYear }) => schoolYear === head.schoolYear);
        if (!year) throw new Problem(409, whyYearNotOffered(head.schoolYear, years));
        const { outcomes } = body;
        const errors = await countErrors(control, { resyncId: params.id, outcomes });
        if (errors.size === 0) {
          throw new Problem(
            409,
            `The resync has no stored error (${outcomes.join(', ')}): nothing to retry.`,
          );
        }
        const { selected, omitted } = sortErrors(catalog, errors, planScopeOf(district, year));
        if (selected.length === 0) {
          const whys = omitted.map(({ object, why }) => `${object}: ${why}`).join('; ');
          throw new Problem(409, `The district sends none of the objects with errors (${whys}).`);
        }
        const answer = await startResync(
          context,
          {
            resyncId: newResyncId(),
            districtId: district.id,
            schoolYear: year.schoolYear,
            objects: selected.map(({ object }) => object),
            checkDependencies: false,
            scenario: head.scenario,
            initiator: head.initiator,
            mode: 'compare',
            requestedBy: requesterOf(principal),
            selection: 'retry',
            retryOf: params.id,
            selected: { outcomes },
          },
          {
            idempotencyKey: idempotencyKeyOf(request),
            refuse: () => whyYearChanged(context, district, year),
          },
        );
        return { ...answer, advice: null, selected, omitted };
      },
    }),
  ];
}

interface SortedErrors {
  readonly selected: { object: string; records: number }[];
  readonly omitted: { object: string; records: number; why: string }[];
}

/** By the object that sends them now, in the order of the plan; and those that nothing sends. */
function sortErrors(catalog: Catalog, errors: ReadonlyMap<string, number>, scope: PlanScope): SortedErrors {
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
