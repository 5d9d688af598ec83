/**
 * What some examples need before they can succeed: the run, outcome or wait that they ask about.
 */
import request from 'supertest';
import { openStatuses } from '../../src/domain/resync';
import { openRequestStatuses } from '../../src/domain/state-request';
import { addToken } from '../../src/features/access/token-store';
import { finishObject } from '../../src/features/resyncs/object-store';
import { finishResync } from '../../src/features/resyncs/store';
import { insertVerification } from '../../src/features/verifications/store';
import type { Gate } from '../support/api-worker';
import type { ApiWorld } from '../support/api-world';
import { districtDatabase } from '../support/district-database';
import { ledgerPage, runningResync, storedError, someCatalog } from '../support/control-database';
import { until } from '../support/until';
import type { Things } from './who-may';

/** A district's database, where the variable of the examples says. */
async function databaseOfExamples(): Promise<object> {
  process.env['DISTRICT_NORTH_URL'] = (await districtDatabase()).url;
  return {};
}

type Prepare = (world: ApiWorld, gate: Gate) => Promise<Partial<Things>>;

/**
 * By operation: makes what its example is about. All else finds it among the things of each test.
 */
export const preparations: Readonly<Record<string, Prepare>> = {
  pauseResync: movingRun,
  cancelResync: movingRun,
  cancelObject: movingRun,
  resumeResync: async (world, gate) => {
    const run = await movingRun(world, gate);
    await post(world, `/resyncs/${run.resync}/pause`).expect(200);
    return run;
  },
  startDistrictAction: async (world, gate) => {
    await movingRun(world, gate);
    const preview = { action: 'cancel', districts: [world.here] };
    const answer = await request(world.app)
      .post('/api/v1/district-actions/preview')
      .set('Authorization', world.as.state)
      .send(preview);
    return answer.body as { previewHash: string };
  },
  registerDistrict: databaseOfExamples,
  changeDistrict: async (world, gate) => {
    await idle(world, gate);
    return databaseOfExamples();
  },
  retireDistrict: async (world, gate) => {
    await idle(world, gate);
    return {};
  },
  approveRemovals: runThatAwaitsApproval,
  rejectRemovals: runThatAwaitsApproval,
  retryResync: async (world, gate) => {
    const resync = 'with-errors';
    await endedRun(world, gate, resync, { objects: ['School'], status: 'failed' });
    await storedError(world.control, { resyncId: resync, object: 'School', key: '1' });
    return { resync };
  },
  acceptOutcome: async (world, gate) => {
    await endedRun(world, gate, 'full', { objects: 'all', status: 'finished' });
    return { resync: 'full' };
  },
  switchScopedYear: async (world, gate) => {
    const { control } = world;
    const request = () => control('stateRequest').whereIn('status', openRequestStatuses).first();
    await until('no request of the state is open', async () => (await request()) === undefined);
    await endedRun(world, gate, 'end-of-year', { objects: 'all', status: 'finished' });
    return {};
  },
  revokeOwnToken: async ({ control }) => {
    const caller = await control<{ principalID: string; name: string; createdAt: string }>('principal')
      .where({ name: 'examples' })
      .orderBy('createdAt', 'desc')
      .first();
    const principalId = caller!.principalID;
    const { tokenId } = await addToken(control, { principalId, name: 'spare', expiresInDays: 1 });
    return { token: tokenId };
  },
  cancelVerification: async ({ control, here }) => {
    const verification = 'open';
    await insertVerification(
      control,
      {
        verificationId: verification,
        districtId: here,
        schoolYear: 2027,
        objects: ['School'],
        checkDependencies: true,
        initiator: 'district',
        requestedBy: 'test',
        kind: 'verification',
        resyncId: null,
      },
      { catalogHash: someCatalog },
    );
    return { verification };
  },
};

function post({ app, as }: ApiWorld, path: string, body?: object): request.Test {
  return request(app).post(`/api/v1${path}`).set('Authorization', as.here).send(body);
}

/** Lets end what earlier examples have started at the district; one that is paused is cancelled. */
async function idle(world: ApiWorld, gate: Gate): Promise<void> {
  const { control, here } = world;
  gate.open();
  gate.extra.clear();
  const runs = (status: readonly string[]) =>
    control<{ resyncID: string; districtID: string }>('resync')
      .where({ districtID: here })
      .whereIn('status', status);
  await until('no resync is open', async () => {
    // It may end by itself before it hears of it.
    for (const { resyncID } of await runs(['paused'])) await post(world, `/resyncs/${resyncID}/cancel`);
    return (await runs(openStatuses).first()) === undefined;
  });
}

async function started(world: ApiWorld, body: object): Promise<string> {
  const { here } = world;
  const answer = await post(world, `/districts/${here}/resyncs`, body).expect(202);
  return (answer.body as { resyncId: string }).resyncId;
}

/** A run that moves School, and does so until the gate opens. */
async function movingRun(world: ApiWorld, gate: Gate): Promise<{ resync: string }> {
  await idle(world, gate);
  gate.close();
  const resync = await started(world, { objects: ['School'], checkDependencies: false });
  await until('the run moves School', () => gate.waiting.includes(resync));
  return { resync };
}

/** A run of another principal that has found half of the schools gone at the district. */
async function runThatAwaitsApproval(world: ApiWorld, gate: Gate): Promise<{ resync: string }> {
  await idle(world, gate);
  gate.extra.set('School', 5);
  const resync = await started(world, { objects: ['School'], checkDependencies: false, removals: 'apply' });
  const status = () =>
    world.control<{ resyncID: string; status: string }>('resync').where({ resyncID: resync }).first();
  await until('the run awaits an approval', async () => (await status())?.status === 'awaitingApproval');
  return { resync };
}

/** A run that ended as it is said, with its one object finished where it is finished. */
async function endedRun(
  world: ApiWorld,
  gate: Gate,
  resyncId: string,
  { objects, status }: { readonly objects: 'all' | string[]; readonly status: 'finished' | 'failed' },
): Promise<void> {
  const { control, here } = world;
  await idle(world, gate);
  await runningResync(control, resyncId, ['School'], { districtId: here, objects });
  if (status === 'finished') {
    await ledgerPage(control, { resyncId, object: 'School', read: 1 }, { unchanged: 1 });
    await finishObject(control, { resyncId, object: 'School', status });
  }
  await finishResync(control, { resyncId, status, message: null });
}
