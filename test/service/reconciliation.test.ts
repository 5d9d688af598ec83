import { randomUUID } from 'node:crypto';
import pino from 'pino';
import request from 'supertest';
import { newSigningKey } from '../../src/config/signing-key';
import { reconciledKinds } from '../../src/reconciled-kinds';
import { startReconciler } from '../../src/reconciler';
import { reconcile } from '../../src/features/resyncs/reconcile';
import { insertResync, loadResync } from '../../src/features/resyncs/store';
import { TemporalCalls } from '../../src/temporal/calls';
import { maxQueuedResyncs, stateRequestWorkflowId } from '../../workflows/messages';
import { apiWorld, type ApiWorld } from '../support/api-world';
import { withWorker } from '../support/api-worker';
import { requestOf, someCatalog } from '../support/control-database';
import { until } from '../support/until';

let world: ApiWorld;
beforeAll(async () => (world = await apiWorld()));
afterAll(() => world.close());

const callsOf = ({ temporal, config }: ApiWorld) => new TemporalCalls(temporal, config.temporal.taskQueue);

/** One pass over what is open of a kind, by the control database of `of`. */
function pass(kind: string, of: ApiWorld = world): Promise<number> {
  const logger = pino({ level: 'silent' });
  const kinds = reconciledKinds({
    config: world.config,
    control: of.control,
    temporal: callsOf(world),
    logger,
  });
  return kinds.find(({ name }) => name === kind)!.pass(() => false);
}

const olden = (of: ApiWorld, table: string, column = 'requestedAt') =>
  of.control(table).update({ [column]: of.control.raw('UTC_TIMESTAMP(3) - INTERVAL 1 HOUR') });

test('an accepted resync whose agent is full keeps no other district’s from being started, and is counted', () =>
  withWorker(world, async (gate) => {
    gate.close();
    const send = () =>
      request(world.app)
        .post(`/api/v1/districts/${world.here}/resyncs`)
        .set('Authorization', world.as.here)
        .set('Idempotency-Key', randomUUID())
        .send({ objects: ['School'] });
    await send().expect(202);
    await until('it moves', () => gate.waiting.length === 1);
    for (let sent = 0; sent < maxQueuedResyncs; sent += 1) await send().expect(202);
    await send().expect(429);

    const full = requestOf('full', { districtId: world.here, objects: ['School'] });
    const free = requestOf(`free-${world.other}`, { districtId: world.other, objects: ['School'] });
    await insertResync(world.control, { catalogHash: someCatalog, request: full });
    // Younger than a minute it is still with who accepted it.
    expect((await reconcile(world.control, () => Promise.resolve('unknown'))).toStart).toEqual([]);
    await olden(world, 'resync');
    await insertResync(world.control, { catalogHash: someCatalog, request: free });
    await olden(world, 'resync');
    expect(await pass('resyncs')).toBe(1);
    await until('the other one moves', () => gate.waiting.includes(free.resyncId));
    expect((await loadResync(world.control, 'full')).status).toBe('accepted');
  }));

test('a kind that can’t be reconciled is logged as a warning and keeps no other kind back', async () => {
  const lines: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
  let passes = 0;
  const reconciler = startReconciler(
    [
      { name: 'broken', pass: () => Promise.reject(new TypeError('secret')) },
      { name: 'sound', pass: () => Promise.resolve((passes += 1) * 0) },
    ],
    { logger, everyMs: 10 },
  );
  await until('the sound one had its turns', () => passes > 2);
  await reconciler.stop();
  expect(lines[0]).toMatch(/broken.*TypeError/);
  expect(lines.join('')).not.toContain('secret');
});

test('a state’s request that was ended in Temporal is closed with an alert, and its runs are followed to their end', () =>
  withWorker(world, async (gate) => {
    gate.close();
    const answer = await request(world.app)
      .post('/api/v1/state-requests')
      .set('Authorization', world.as.state)
      .send({ districts: [world.other], objects: ['School'], reason: 'Count day.' });
    const { stateRequestId } = answer.body as { stateRequestId: string };
    const [{ resyncID: resyncId }] = (await world
      .control('stateRequestDistrict')
      .where({ stateRequestID: stateRequestId })) as [{ resyncID: string }];
    await until('its run moves', () => gate.waiting.includes(resyncId));
    const noted = world.control('stateRequestDistrict').where({ stateRequestID: stateRequestId });
    await until('it is noted', async () => (await noted.clone().pluck<string[]>('status'))[0] === 'running');
    await world.temporal.workflow.getHandle(stateRequestWorkflowId(stateRequestId)).terminate('by a test');
    expect(await pass('state requests')).toBe(0);

    const shown = async (path: string) =>
      (await request(world.app).get(`/api/v1${path}`).set('Authorization', world.as.state)).body as unknown;
    const message = expect.stringContaining('was ended in Temporal') as string;
    expect(await shown(`/state-requests/${stateRequestId}`)).toMatchObject({ status: 'failed', message });
    const text = expect.stringContaining(stateRequestId) as string;
    expect(await shown('/alerts')).toMatchObject({
      items: expect.arrayContaining([
        expect.objectContaining({ name: 'State Resync Request Ended', text }),
      ]) as unknown,
    });
    gate.open();
    await until(
      'the run ended',
      async () => (await loadResync(world.control, resyncId)).status === 'finished',
    );
    expect(await pass('state requests')).toBe(0);
    expect(await noted.clone().pluck('status')).toEqual(['done']);
  }));

test('a certification and a schedule that were accepted while Temporal hung are kept, and started later', async () => {
  const away = await apiWorld({
    temporalAddress: '127.0.0.1:1',
    certification: { privateKey: newSigningKey() },
  });
  try {
    const post = (path: string, body: object) =>
      request(away.app).post(`/api/v1${path}`).set('Authorization', away.as.state).send(body);
    const certification = { district: away.here, reportingDate: '2026-10-01', name: 'Fall count' };
    await post('/certifications', certification).set('Idempotency-Key', 'kept').expect(503);
    await post('/certifications', certification).set('Idempotency-Key', 'kept').expect(503);
    expect(await away.control('certification').pluck('status')).toEqual(['accepted']);
    const nightly = { name: 'nightly', cron: '0 2 * * *', timezone: 'America/Chicago', objects: ['School'] };
    await post(`/districts/${away.here}/schedules`, nightly).expect(503);
    const [scheduleId] = (await away.control('resyncSchedule').pluck('scheduleID')) as string[];
    expect(scheduleId).toBeDefined();

    await olden(away, 'certification');
    await olden(away, 'resyncSchedule', 'createdAt');
    expect([await pass('certifications', away), await pass('schedules', away)]).toEqual([0, 0]);
    const schedule = world.temporal.schedule.getHandle(`schedule:${away.here}:${scheduleId}`);
    expect((await schedule.describe()).action).toMatchObject({ workflowType: 'scheduledResync' });
    await schedule.delete();
    // Deleted there it comes back: what there is, the books say.
    await olden(away, 'resyncSchedule', 'createdAt');
    expect(await pass('schedules', away)).toBe(0);
    expect((await schedule.describe()).action).toMatchObject({ workflowType: 'scheduledResync' });
    await schedule.delete();
    const [id] = (await away.control('certification').pluck('certificationID')) as string[];
    const started = world.temporal.workflow.getHandle(`certification:${id}`);
    expect((await started.describe()).status.name).toBe('RUNNING');
    await started.terminate('by a test');
  } finally {
    await away.close();
  }
});
