/** What an action on many districts does to one of them; each may be repeated. */
import { zoneOf } from '../src/config';
import { Context } from '@temporalio/activity';
import { catalogHashOf } from '../src/catalog/hash';
import type { DistrictAction } from '../src/domain/district-action';
import { endedStatuses } from '../src/domain/resync';
import { insertCertification } from '../src/features/certifications/store';
import { postReminder } from '../src/features/district-actions/reminder';
import type { ActionItem, StoredAction } from '../src/features/district-actions/store';
import { acceptResync } from '../src/features/resyncs/accept';
import { readResyncHead } from '../src/features/resyncs/read';
import { retryRequestOf } from '../src/features/resyncs/retry-of';
import { noteStatesCancel } from '../src/features/resyncs/run-events';
import { finishResync, forgetRefusedResync, insertResync } from '../src/features/resyncs/store';
import { readScopedYear } from '../src/features/scoped-year/read';
import { insertVerification } from '../src/features/verifications/store';
import { startCertification, startVerification } from '../src/temporal/start-workflows';
import { agentWorkflowId, withdrawResync } from '../workflows/messages';
import type { ActivityDependencies } from './dependencies';
import { cancelRun, orFalse } from './dispatch-district';
import { Refusal } from './firing-year';
import { handOver } from './hand-over';

type Act = (dependencies: ActivityDependencies, action: StoredAction, item: ActionItem) => Promise<unknown>;

/** A district that doesn't answer in this time holds up others: it is tried again later. */
const answerMs = 15_000;

const acts: Readonly<Record<DistrictAction, Act>> = { verify, certify, accept, remind, retry, cancel };

/** @throws Refusal, ConflictError, NotFoundError, PlanError with why it can't be done */
export async function actOn(
  dependencies: ActivityDependencies,
  action: StoredAction,
  item: ActionItem,
): Promise<void> {
  const district = dependencies.config.districts.find(({ id }) => id === item.districtId);
  if (!district) throw new Refusal('The worker knows no such district: it may have been retired.');
  await Context.current().client.connection.withDeadline(Date.now() + answerMs, async () => {
    await acts[action.action](dependencies, action, item);
  });
}

async function verify(
  { catalog, control, config }: ActivityDependencies,
  { words, requestedBy }: StoredAction,
  { madeId, districtId, schoolYear }: ActionItem,
): Promise<void> {
  const { objects = 'all', checkDependencies = true } = words;
  const verification = {
    verificationId: madeId,
    ...{ districtId, schoolYear, objects, checkDependencies, requestedBy },
    initiator: 'state',
    kind: 'verification',
    resyncId: null,
  } as const;
  const { request } = await insertVerification(control, verification, {
    catalogHash: catalogHashOf(catalog),
  });
  await startVerification(Context.current().client, config.temporal.taskQueue, request);
}

async function certify(
  { control, config }: ActivityDependencies,
  { words, requestedBy }: StoredAction,
  { madeId, districtId, schoolYear }: ActionItem,
): Promise<void> {
  const { name, reportingDate } = words;
  const certification = {
    ...{ certificationId: madeId, districtId, schoolYear, requestedBy },
    ...{ name: name!, reportingDate: reportingDate! },
    certifiedBy: 'state',
  } as const;
  const { certificationId } = await insertCertification(control, {
    certification,
    asked: certification,
    idempotencyKey: madeId,
  });
  await startCertification(Context.current().client, config.temporal.taskQueue, { certificationId });
}

async function accept(
  { control }: ActivityDependencies,
  { words, requestedBy }: StoredAction,
  { resyncId }: ActionItem,
): Promise<void> {
  const reason = words.reason!;
  const first = await acceptResync(control, { resyncId: resyncId!, by: requestedBy, reason });
  if (first.acceptedBy !== requestedBy || first.reason !== reason)
    throw new Refusal(`${resyncId} was accepted before, by ${first.acceptedBy}.`);
}

async function remind(
  { control, config }: ActivityDependencies,
  _action: StoredAction,
  { districtId, schoolYear, detail }: ActionItem,
): Promise<void> {
  const timezone = zoneOf(config.districts.find(({ id }) => id === districtId) ?? {});
  await postReminder(control, { districtId, schoolYear, due: detail!.due!, timezone, now: new Date() });
}

async function retry(
  dependencies: ActivityDependencies,
  { words, requestedBy }: StoredAction,
  { districtId, schoolYear, resyncId, madeId, detail }: ActionItem,
): Promise<void> {
  const { control, config, catalog } = dependencies;
  const of = await readResyncHead(control, resyncId!);
  const stored = await insertResync(control, {
    request: retryRequestOf(of, {
      ...{ resyncId: madeId, objects: detail!.objects!, requestedBy },
      errors: { outcomes: words.outcomes! },
    }),
    idempotencyKey: madeId,
    catalogHash: catalogHashOf(catalog),
  });
  if (stored.status !== 'accepted') return;
  // A switch of the scoped year waits for stored resyncs: what it was before is looked at after.
  const district = config.districts.find(({ id }) => id === districtId)!;
  const now = await readScopedYear(control, district);
  if (now !== schoolYear) {
    await forgetRefusedResync(control, madeId);
    throw new Refusal(`The scoped year has just been switched from ${schoolYear} to ${now}.`);
  }
  await handOver(dependencies, stored.request);
}

/** As for one: taken out of the queue, told to stop, or closed here when nobody has it. */
async function cancel(
  { control }: ActivityDependencies,
  { requestedBy: by }: StoredAction,
  { districtId, schoolYear, resyncId: id }: ActionItem,
): Promise<void> {
  const resyncId = id!;
  const { status } = await readResyncHead(control, resyncId);
  if (status === 'cancelled') return;
  if (endedStatuses.includes(status)) throw new Refusal(`The resync has ended: ${status}.`);
  await noteStatesCancel(control, { resyncId, by });
  const waits = status === 'accepted' || status === 'queued';
  const agent = Context.current().client.workflow.getHandle(agentWorkflowId(districtId, schoolYear));
  const withdrawn = waits && (await orFalse(() => agent.executeUpdate(withdrawResync, { args: [resyncId] })));
  if (!withdrawn && (await cancelRun(resyncId, by))) return;
  if (!waits) throw new Refusal('The run has just ended.');
  const message = `Cancelled by ${by} before it started.`;
  await finishResync(control, { resyncId, status: 'cancelled', message });
}
