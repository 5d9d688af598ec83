import type { DistrictConfig } from '../../config';
import { planScopeOf } from '../../domain/plan';
import type { Principal } from '../../domain/principal';
import { isOpen } from '../../domain/resync';
import { type OfferedYear, whyYearNotOffered } from '../../domain/school-year';
import type { ApiContext } from '../../http/context';
import { newResyncId } from '../../http/idempotency';
import { Problem } from '../../http/problem';
import { requireDistrict, requireToolRight } from '../../http/require';
import { readOfferedYears } from '../scoped-year/read';
import { whyYearChanged } from '../scoped-year/why-changed';
import { retryRequestOf, type SortedErrors, sortErrors } from './retry-of';
import { countErrors, type RetriedErrors } from './selection-store';
import { startResync } from './start';
import { requireErrors } from './visibility';

/** Sending again just what another resync could not. */

/** What is sent again of which resync. */
export interface Retry extends SortedErrors {
  readonly of: Awaited<ReturnType<typeof requireErrors>>;
  readonly district: DistrictConfig;
  readonly year: OfferedYear;
  readonly errors: RetriedErrors;
}

/**
 * An ended resync that has errors which its district still sends.
 * @throws Problem 404; 410; 403 for the state’s without its right; 409 with what stands in the way
 */
export async function requireRetry(
  { catalog, config, control }: ApiContext,
  principal: Principal,
  resyncId: string,
  retried: RetriedErrors,
): Promise<Retry> {
  const of = await requireErrors(control, principal, resyncId);
  const district = requireDistrict(config, principal, of.districtId);
  // What was the state's stays the state's: hidden from the district, and ahead of what the
  // district asked.
  if (of.initiator === 'state') requireToolRight(principal, 'stateRequest');
  if (isOpen(of.status))
    throw new Problem(409, `The resync is ${of.status}: its errors are known when it has ended.`);
  const years = await readOfferedYears(control, district);
  const year = years.find(({ schoolYear }) => schoolYear === of.schoolYear);
  if (!year) throw new Problem(409, whyYearNotOffered(of.schoolYear, years));
  const errors = await countErrors(control, { resyncId, ...retried });
  if (errors.size === 0)
    throw new Problem(409, `The resync has no stored error (${inWords(retried)}): nothing to retry.`);
  const { selected, omitted } = sortErrors(catalog, errors, planScopeOf(district, year));
  if (selected.length === 0) {
    const whys = omitted.map(({ object, why }) => `${object}: ${why}`).join('; ');
    throw new Problem(409, `The district sends none of the objects with errors (${whys}).`);
  }
  return { of, district, year, errors: retried, selected, omitted };
}

function inWords({ outcomes, objects, codes }: RetriedErrors): string {
  return [outcomes, objects, codes].flatMap((names) => (names ? [names.join(', ')] : [])).join('; ');
}

/** @returns as every start does @throws Problem 409 when the scoped year changed meanwhile; 503 */
export function startRetry(
  context: ApiContext,
  { of, district, year, errors, selected }: Retry,
  { requestedBy, idempotencyKey }: { readonly requestedBy: string; readonly idempotencyKey: string | null },
): ReturnType<typeof startResync> {
  return startResync(
    context,
    retryRequestOf(of, {
      resyncId: newResyncId(),
      objects: selected.map(({ object }) => object),
      ...{ errors, requestedBy },
    }),
    { idempotencyKey, refuse: () => whyYearChanged(context, district, year) },
  );
}
