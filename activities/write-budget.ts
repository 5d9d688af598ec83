import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import type { PageJob } from '../src/editions/mapping/job';
import { readWriteBudget, spendBudget } from '../src/features/state-requests/write-budget';
import type { ResyncRequest } from '../src/domain/resync';
import type { ActivityDependencies } from './dependencies';

/**
 * Has a run of the state keep to the write budget of its request; of all others there is nothing to
 * wait for. An attempt that waits long lends its lane, as one that waits for a database does.
 */
export async function budgetOf(
  { control }: Pick<ActivityDependencies, 'control'>,
  { resyncId, initiator }: ResyncRequest,
): Promise<Pick<PageJob, 'afterWrite'>> {
  const budget = initiator === 'state' ? await readWriteBudget(control, resyncId) : null;
  if (budget === null) return {};
  const signal = Context.current().cancellationSignal;
  return {
    afterWrite: async (records) => {
      await sleep(await spendBudget(control, budget, records), undefined, { signal });
    },
  };
}
