import { z } from 'zod';
import type { RunAct } from '../../domain/run-log';
import { requesterOf } from '../../http/idempotency';
import { logged } from './run-events';
import { finishResync } from './store';
import { readResyncHead, type ResyncHead } from './read';
import type { Principal } from '../../domain/principal';
import { endedStatuses } from '../../domain/resync';
import { cancelRunObject, controlRun, withdrawRequest } from './workflow-client';
import type { ApiContext } from '../../http/context';
import { Refused } from '../../temporal/call-errors';
import { requireVisible } from './visibility';
import { canSeeDetails } from '../../http/require';
import { Problem } from '../../http/problem';
import { route, type RouteSpec } from '../../http/route';
import { resyncHead, resyncParams } from './schemas';
import { headView } from './views';

const actions = {
  pause: 'Pause: ranges under way finish, no new one starts',
  resume: 'Resume a paused resync',
  cancel: 'Cancel a resync; what is committed stays and is counted',
} as const;

/** Pausing, resuming and cancelling runs; each answers with the resync as it stands after. */
export function runControlRoutes(context: ApiContext): RouteSpec[] {
  const { control, temporal } = context;
  const responses = { 200: { description: 'The resync after it', schema: resyncHead } };

  const act = async (
    principal: Principal,
    { resyncId, ...told }: { readonly resyncId: string; readonly kind: RunAct; readonly object?: string },
    work: (head: ResyncHead) => Promise<unknown>,
  ): Promise<ReturnType<typeof headView>> => {
    const head = await requireVisible(control, principal, resyncId);
    if (!canSeeDetails(principal, head))
      throw new Problem(403, 'A resync that the state asked for is the state’s to stop.');
    if (endedStatuses.includes(head.status)) throw new Problem(409, `The resync has ended: ${head.status}.`);
    const who = { by: requesterOf(principal), ofState: principal.level === 'state' };
    await logged(control, { resyncId, ...told, ...who }, () => work(head)).catch((error: unknown) => {
      // It is as they want it: there is nothing to refuse.
      if (!(error instanceof Refused) || error.type !== 'NothingToChange') throw error;
    });
    return headView(principal, await readResyncHead(control, resyncId));
  };
  const orNotStarted = async (state: Promise<unknown>): Promise<void> => {
    if ((await state) === null) throw new Problem(409, 'The resync has not started or has just ended.');
  };

  const plain = (['pause', 'resume', 'cancel'] as const).map((action) =>
    route({
      operationId: `${action}Resync`,
      method: 'post',
      path: `/resyncs/{id}/${action}`,
      right: 'resyncBatch',
      tag: 'Runs',
      summary: actions[action],
      params: resyncParams,
      responses,
      handler: ({ params, principal }) =>
        act(principal, { resyncId: params.id, kind: `${action}Asked` }, async (head) => {
          if (action === 'cancel') return cancel(context, head, principal);
          // Whatever the books say: after a restore they may not know that it was paused. What
          // changes nothing is refused there before it counts as an update of the run.
          await orNotStarted(controlRun(temporal, action, { resyncId: params.id, by: principal.name }));
        }),
    }),
  );
  const oneObject = route({
    operationId: 'cancelObject',
    method: 'post',
    path: '/resyncs/{id}/objects/{name}/cancel',
    right: 'resyncBatch',
    tag: 'Runs',
    summary: 'Cancel one object; objects that depend on it are skipped',
    params: resyncParams.extend({ name: z.string().max(64) }),
    responses,
    handler: ({ params, principal }) =>
      act(principal, { resyncId: params.id, kind: 'objectCancelAsked', object: params.name }, () =>
        orNotStarted(
          cancelRunObject(temporal, { resyncId: params.id, object: params.name, by: principal.name }),
        ),
      ),
  });
  return [...plain, oneObject];
}

/**
 * One that waits is taken out of the queue; one that runs is told to stop; one nobody has is closed
 * here.
 */
async function cancel(
  { control, temporal }: ApiContext,
  head: ResyncHead,
  principal: Principal,
): Promise<void> {
  const { resyncId } = head;
  const waits = head.status === 'accepted' || head.status === 'queued';
  const withdrawn = waits && (await withdrawRequest(temporal, head));
  if (!withdrawn && (await controlRun(temporal, 'cancel', { resyncId, by: principal.name })) !== null) return;
  if (!waits) throw new Problem(409, 'The run has just ended.');
  const message = `Cancelled by ${principal.name} before it started.`;
  await finishResync(control, { resyncId, status: 'cancelled', message });
}
