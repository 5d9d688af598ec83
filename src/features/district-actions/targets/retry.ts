import { selectRows } from '../../../control/database';
import { planScopeOf } from '../../../domain/plan';
import { openStatuses } from '../../../domain/resync';
import { readResyncsOf } from '../../districts/read-standing';
import { sortErrors } from '../../resyncs/retry-of';
import { countErrorsOf } from '../../resyncs/selection-store';
import { type FindTargets, type Target, targetOf, type TargetsOf, yearsOf } from './target';

/** The newest resync that ended, where it has errors that its district still sends. */
export const findToRetry: FindTargets = async (of, asked) => {
  const { control, catalog, principal, words } = of;
  const outcomes = words.outcomes ?? ['excluded', 'blocked', 'failed'];
  const resyncs = await readResyncsOf(control, { years: yearsOf(asked), seenBy: 'state' });
  const lasts = [...resyncs.values()].flatMap(({ last }) => (last === null ? [] : [last.resyncId]));
  const errors = await countErrorsOf(control, { resyncIds: lasts, outcomes });
  const retried = await readRetried(of, lasts);
  return asked.map((one): Target => {
    const last = resyncs.get(one.district.id)?.last ?? null;
    if (last === null) return targetOf(one, { whyNot: 'No resync of its school year has ended.' });
    const { resyncId } = last;
    const refused = (whyNot: string): Target => targetOf(one, { resyncId, whyNot });
    const retry = retried.get(resyncId);
    if (retry !== undefined) return refused(`${resyncId} is being sent again by ${retry}.`);
    const found = errors.get(resyncId);
    if (!found) return refused(`${resyncId} has no stored error (${outcomes.join(', ')}).`);
    if (last.initiator === 'state' && !principal.rights.includes('stateRequest'))
      return refused(`${resyncId} was the state’s: that takes the right stateRequest.`);
    const { selected } = sortErrors(catalog, found, planScopeOf(one.district, one.year));
    if (selected.length === 0) return refused('The district sends none of the objects with errors.');
    const records = selected.reduce((sum, object) => sum + object.records, 0);
    return targetOf(one, {
      ...{ resyncId, note: `${records} record(s)` },
      detail: { objects: selected.map(({ object }) => object) },
    });
  });
};

/** The open retry of each of these resyncs. */
async function readRetried(
  { control }: TargetsOf,
  resyncIds: readonly string[],
): Promise<Map<string, string>> {
  if (resyncIds.length === 0) return new Map();
  const rows = await selectRows<{ retryOf: string; resyncID: string }>(
    control,
    'SELECT retryOf, resyncID FROM resync WHERE retryOf IN (:resyncIds) AND status IN (:open)',
    { resyncIds, open: openStatuses },
  );
  return new Map(rows.map(({ retryOf, resyncID }) => [retryOf, resyncID]));
}
