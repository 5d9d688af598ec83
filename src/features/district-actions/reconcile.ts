import type { Knex } from 'knex';
import { leastAgeSeconds, type OpenWork, reconcileOpen } from '../../temporal/reconcile';
import { closeDistrictAction, openDistrictActionIds } from './store';

/** Compares the open actions with Temporal. @see reconcileOpen */
export async function reconcileDistrictActions(
  control: Knex,
  temporal: Pick<OpenWork<string>, 'whereabouts' | 'start'>,
): Promise<number> {
  const message = 'It was ended in Temporal before it came to this district: ask for it again.';
  return reconcileOpen({
    ...temporal,
    open: await openDistrictActionIds(control, leastAgeSeconds),
    close: (districtActionId) => closeDistrictAction(control, districtActionId, message),
  });
}
