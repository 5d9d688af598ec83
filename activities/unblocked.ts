import { createHash } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { catalogHashOf } from '../src/catalog/hash';
import { ConflictError, NotFoundError } from '../src/control/control-error';
import { readLanded, readWaitingChildren } from '../src/features/resyncs/landed-store';
import { insertResync, loadResync, setResyncStatus } from '../src/features/resyncs/store';
import type { Catalog } from '../src/domain/catalog';
import type { ResyncRequest } from '../src/domain/resync';
import { loadMapping } from '../src/editions/mapping/load';
import { anyUnblocked } from '../src/editions/selection/landed-parents';
import { giveToAgent } from '../src/temporal/start-workflows';
import type { ActivityDependencies } from './dependencies';
import { catalogOf } from './district-catalog';
import type { DistrictEditions } from './district-editions';
import { shortActivity } from './activity';

/** How long a run waits for its agent's answer, milliseconds. */
const agentMs = 15_000;

/** Sending what an earlier run had to leave behind, once its parent has come. */
export function unblockedActivities(dependencies: ActivityDependencies, editions: DistrictEditions) {
  const { config, control } = dependencies;

  /** Objects with records that a former run has blocked and that could be sent now, by that run. */
  const sendable = (
    catalog: Catalog,
    run: ResyncRequest,
    { children, landed }: { children: readonly string[]; landed: readonly string[] },
  ): Promise<Map<string, string[]>> =>
    editions.use(run, async (pools) => {
      const scope = editions.scope(run.districtId, run.schoolYear);
      const signal = Context.current().cancellationSignal;
      const found = new Map<string, string[]>();
      for (const { former, object, since } of await readWaitingChildren(control, { run, children })) {
        const mapping = await loadMapping(pools, catalog, object);
        const job = { editions: pools, scope, mapping, signal };
        if (await anyUnblocked(job, { resyncId: former, since, parents: landed }))
          found.set(former, [...(found.get(former) ?? []), object]);
      }
      return found;
    });

  return {
    /**
     * What a run has newly brought to the state may be what records of an earlier one were blocked
     * for: these are sent again, in a run of their own that whoever may see this one sees. Safe to
     * repeat: of two runs one follow-up is made. What has followed doesn't follow again.
     * @returns the ids of the runs that follow
     */
    sendUnblocked: shortActivity(async ({ resyncId }: { resyncId: string }): Promise<readonly string[]> => {
      const { request: run, status } = await loadResync(control, resyncId);
      if (status !== 'finished') return [];
      const landed = await readLanded(control, resyncId);
      const catalog = await catalogOf(dependencies, run.districtId);
      const children = catalog.objects
        .filter(({ references }) => references.some(({ object }) => landed.includes(object)))
        .map(({ name }) => name);
      if (landed.length === 0 || children.length === 0) return [];
      const started: string[] = [];
      for (const [former, objects] of await sendable(catalog, run, { children, landed }))
        started.push(await follow(run, former, objects));
      return started;
    }),
  };

  async function follow(run: ResyncRequest, former: string, objects: readonly string[]): Promise<string> {
    const { districtId, schoolYear, initiator, scenario } = run;
    const digest = createHash('sha256').update(`${run.resyncId} ${former}`).digest('hex').slice(0, 16);
    const resyncId = `unblocked-${digest}`;
    const stored = await loadResync(control, resyncId).catch((error: unknown) => {
      if (error instanceof NotFoundError) return null;
      throw error;
    });
    if (stored !== null && stored.status !== 'accepted') return resyncId;
    const request: ResyncRequest = {
      ...{ resyncId, districtId, schoolYear, objects, initiator, scenario },
      ...{ checkDependencies: false, mode: 'compare', requestedBy: `parents landed (${run.resyncId})` },
      ...{ selection: 'retry', retryOf: former },
      selected: { outcomes: ['blocked'], landedIn: run.resyncId },
    };
    if (stored === null)
      await insertResync(control, {
        request,
        idempotencyKey: resyncId,
        catalogHash: catalogHashOf(dependencies.catalog),
      });
    // Whatever the agent can't take now, the reconciler gives to it later.
    const { client } = Context.current();
    const { position } = await client.connection.withDeadline(Date.now() + agentMs, () =>
      giveToAgent(client, config.temporal.taskQueue, request),
    );
    if (position > 0)
      await setResyncStatus(control, { resyncId, status: 'queued' }).catch((error: unknown) => {
        // It runs already.
        if (!(error instanceof ConflictError)) throw error;
      });
    return resyncId;
  }
}
