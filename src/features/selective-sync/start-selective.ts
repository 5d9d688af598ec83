import type { z } from 'zod';
import type { ApiContext } from '../../http/context';
import { newResyncId } from '../../http/idempotency';
import { startResync } from '../resyncs/start';
import { whyYearChanged } from '../scoped-year/why-changed';
import type { KnownRecord } from './require-record';
import type { selectiveRequest } from './schemas';

/**
 * Starts the resync of one record with all above and below it.
 * @returns its id and state, as every start does
 * @throws Problem 409 when the scoped year changed meanwhile; 503
 */
export function startSelective(
  context: ApiContext,
  { district, year }: KnownRecord,
  asked: {
    readonly body: z.output<typeof selectiveRequest>;
    readonly requestedBy: string;
    readonly idempotencyKey: string | null;
  },
): ReturnType<typeof startResync> {
  const { body, requestedBy, idempotencyKey } = asked;
  return startResync(
    context,
    {
      resyncId: newResyncId(),
      districtId: district.id,
      schoolYear: year.schoolYear,
      objects: [body.object],
      checkDependencies: false,
      scenario: 'OTHER',
      initiator: 'district',
      mode: 'compare',
      requestedBy,
      selection: 'selective',
      selected: { object: body.object, key: body.key },
    },
    { idempotencyKey, refuse: () => whyYearChanged(context, district, year) },
  );
}
