/** What the reconciler compares with Temporal: all that the API accepts before Temporal has it. */
import type { Knex } from 'knex';
import type { Logger } from 'pino';
import type { Config } from './config';
import { settleIntents } from './features/access/audit-intents';
import { reconcileCertifications } from './features/certifications/reconcile';
import { findCertification, startCertification } from './features/certifications/workflow-client';
import { reconcileDistrictActions } from './features/district-actions/reconcile';
import { findDistrictAction, startDistrictAction } from './features/district-actions/workflow-client';
import { openSyncEvents } from './features/field-ownership/sync-event-store';
import { startSyncEvent } from './features/field-ownership/workflow-client';
import { reconcileImports } from './features/registrations/reconcile';
import { findImport, startImport } from './features/registrations/workflow-client';
import { reconcile } from './features/resyncs/reconcile';
import { agentsWaitedFor, inTheWay } from './features/resyncs/in-the-way';
import { endRun, enqueueRequest, findResync, readQueue } from './features/resyncs/workflow-client';
import { ensureRetentionSchedule, hasRetentionSchedule } from './features/retention/temporal-schedules';
import { makeAtTemporal } from './features/schedules/create';
import { makeLostAgain } from './features/schedules/reconcile';
import { unconfirmedSchedules } from './features/schedules/store';
import { idsAtTemporal } from './features/schedules/temporal-schedules';
import { reconcileStateRequests } from './features/state-requests/reconcile';
import { findStateRequest, startStateRequest } from './features/state-requests/workflow-client';
import { reconcileVerifications } from './features/verifications/reconcile';
import { findVerification, startComparison } from './features/verifications/workflow-client';
import type { ReconciledKind } from './reconciler';
import type { TemporalCalls } from './temporal/calls';
import { eachByItself } from './temporal/reconcile';

/** Sync events younger than this may still be on their way to Temporal. */
const eventAgeSeconds = 30;

/** Districts' and the state's requests first: others wait for them. */
export function reconciledKinds({
  config,
  control,
  temporal,
  logger,
  onLost,
}: {
  readonly config: Config;
  readonly control: Knex;
  readonly temporal: TemporalCalls;
  readonly logger: Logger;
  /** Is told how many runs a pass found lost. */
  readonly onLost?: ((runs: number) => void) | undefined;
}): readonly ReconciledKind[] {
  let retentionIsScheduled = false;
  let schedulesAreMade = false;
  return [
    {
      name: 'audit',
      pass: async () => {
        const settled = await settleIntents(control);
        if (settled > 0) logger.warn({ events: settled }, 'requests were never answered; the audit has them');
        return 0;
      },
    },
    {
      name: 'state requests',
      pass: () =>
        reconcileStateRequests(control, {
          whereabouts: (id) => findStateRequest(temporal, id),
          start: (id) =>
            startStateRequest(temporal, {
              stateRequestId: id,
              summary: 'A request of the state, taken up again',
            }),
        }),
    },
    {
      name: 'resyncs',
      pass: async (stopping) => {
        const { lost, toStart, failed } = await reconcile(control, ({ request }) =>
          findResync(temporal, request),
        );
        if (lost.length > 0) logger.warn({ resyncIds: lost }, 'resyncs were lost');
        onLost?.(lost.length);
        const refused = await eachByItself(toStart, async (request) => {
          if (stopping()) return;
          await enqueueRequest(temporal, request);
          logger.info({ resyncId: request.resyncId }, 'accepted resync given to its agent');
        });
        return failed + refused;
      },
    },
    {
      name: 'runs in the way',
      pass: async () =>
        eachByItself(await agentsWaitedFor(control), async ({ districtId, schoolYear }) => {
          const { active, preempted } = await readQueue(temporal, districtId, schoolYear);
          const followed = [active, preempted].filter((id) => id !== null);
          for (const [resyncId, why] of await inTheWay(control, followed))
            if (await endRun(temporal, resyncId, why)) logger.warn({ resyncId }, why);
        }),
    },
    {
      name: 'certifications',
      pass: () =>
        reconcileCertifications(control, {
          whereabouts: (work) => findCertification(temporal, work),
          start: (work) => startCertification(temporal, work),
        }),
    },
    {
      name: 'district actions',
      pass: () =>
        reconcileDistrictActions(control, {
          whereabouts: (id) => findDistrictAction(temporal, id),
          start: (districtActionId) => startDistrictAction(temporal, { districtActionId }),
        }),
    },
    {
      name: 'imports of districts',
      pass: () =>
        reconcileImports(control, {
          whereabouts: (id) => findImport(temporal, id),
          start: (id) => startImport(temporal, id),
        }),
    },
    {
      name: 'sync events',
      pass: async () =>
        eachByItself(await openSyncEvents(control, { olderThanSeconds: eventAgeSeconds }), (event) =>
          startSyncEvent(temporal, event),
        ),
    },
    {
      name: 'verifications',
      pass: () =>
        reconcileVerifications(control, {
          whereabouts: (id) => findVerification(temporal, id),
          start: (request) => startComparison(temporal, request),
        }),
    },
    {
      name: 'schedules',
      pass: async () => {
        const lost = await makeLostAgain(control, {
          idsAtTemporal: () => temporal.call(idsAtTemporal),
          all: !schedulesAreMade,
        });
        schedulesAreMade = true;
        if (lost > 0) logger.warn({ schedules: lost }, 'Temporal had lost schedules: they are made again');
        return eachByItself(await unconfirmedSchedules(control), (schedule) =>
          makeAtTemporal({ control, temporal }, schedule),
        );
      },
    },
    {
      name: 'retention',
      // Once as this process is configured: what an operator changes in Temporal stays until then.
      // A Temporal that was restored without it gets it again.
      pass: async () => {
        if (retentionIsScheduled && (await temporal.call(hasRetentionSchedule))) return 0;
        await temporal.call((client, taskQueue) => ensureRetentionSchedule(client, taskQueue, config));
        retentionIsScheduled = true;
        return 0;
      },
    },
  ];
}
