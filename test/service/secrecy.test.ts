import request from 'supertest';
import { insertSyncEvent } from '../../src/features/field-ownership/sync-event-store';
import { insertResync, setResyncStatus } from '../../src/features/resyncs/store';
import { resyncWorkflowId } from '../../workflows/messages';
import { administrators, apiWorld, type ApiWorld } from '../support/api-world';
import { withWorker } from '../support/api-worker';
import { requestOf, someCatalog } from '../support/control-database';
import { until } from '../support/until';

let world: ApiWorld;
let as: ApiWorld['as'];
beforeAll(async () => {
  world = await apiWorld();
  as = await administrators(world);
});
afterAll(() => world.close());

const get = (path: string, who: keyof ApiWorld['as'] = 'here') =>
  request(world.app).get(`/api/v1${path}`).set('Authorization', as[who]);

test('a record’s key that a person typed stands in no log line, no history of Temporal and no audit event', () =>
  withWorker(world, async () => {
    const typed = 'Jane Doe 123-45-6789';
    const records = `/districts/${world.here}/records/School/${encodeURIComponent(typed)}/history`;
    await get(records).expect(200);
    const post = (path: string) =>
      request(world.app)
        .post(`/api/v1/districts/${world.here}/selective-syncs${path}`)
        .set('Authorization', as.here)
        .send({ object: 'School', key: [typed] });
    await post('/preview').expect(202);
    const { resyncId } = (await post('').expect(202)).body as { resyncId: string };
    await until('it ended', async () => {
      const { status } = (await get(`/resyncs/${resyncId}`)).body as { status: string };
      return ['finished', 'failed'].includes(status);
    });

    const isIn = (text: string) => text.includes('Jane') || text.includes('123-45-6789');
    expect(world.logLines.filter(isIn)).toEqual([]);
    const audit = (await world.control('auditEvent').select()) as object[];
    expect(audit.length).toBeGreaterThan(1);
    expect(audit.map((event) => JSON.stringify(event)).filter(isIn)).toEqual([]);
    // Of all workflows of the district: the look, the preview, the agent and the run.
    const list = world.temporal.workflow.list({
      query: `TaskQueue = "${world.config.temporal.taskQueue}"`,
    });
    await until('Temporal lists the run and the look', async () => {
      const seen: string[] = [];
      for await (const { workflowId, runId } of list) {
        const history = await world.temporal.workflow.getHandle(workflowId, runId).fetchHistory();
        expect([workflowId, isIn(payloadsOf(history))]).toEqual([workflowId, false]);
        seen.push(workflowId);
      }
      return seen.includes(resyncWorkflowId(resyncId)) && seen.some((id) => id.startsWith('look:'));
    });
  }));

/** All payloads of a history as text: bytes are Latin-1 enough to find ASCII in them. */
function payloadsOf(history: unknown): string {
  return JSON.stringify(history, (_name, value: unknown) => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
    const buffer = value as { type?: string; data?: number[] } | null;
    return buffer?.type === 'Buffer' && buffer.data ? Buffer.from(buffer.data).toString('latin1') : value;
  });
}

test('a sync event that came of a run of the state’s is not there for the district, in lists and by its id', async () => {
  const run = requestOf('of-the-state', { districtId: world.here, initiator: 'state' });
  await insertResync(world.control, { catalogHash: someCatalog, request: run });
  const event = { districtId: world.here, object: 'School', keys: null, requestedBy: 'the state' };
  await insertSyncEvent(world.control, { ...event, syncEventId: 'event-of-run', resyncId: run.resyncId });
  await insertSyncEvent(world.control, { ...event, syncEventId: 'announced', resyncId: null });
  const path = `/districts/${world.here}/sync-events`;
  const ids = async (who: 'here' | 'state') =>
    ((await get(path, who).expect(200)).body as { items: { syncEventId: string }[] }).items
      .map(({ syncEventId }) => syncEventId)
      .sort();
  expect(await ids('here')).toEqual(['announced']);
  expect(await ids('state')).toEqual(['announced', 'event-of-run']);
  await get(`${path}/event-of-run`).expect(404);
  await get(`${path}/event-of-run`, 'state').expect(200);
});

test('a district that switches its year learns of a state’s run that it is there, not that it is paused', async () => {
  const run = requestOf('held-of-the-state', { districtId: world.other, initiator: 'state' });
  await insertResync(world.control, { catalogHash: someCatalog, request: run });
  await setResyncStatus(world.control, { resyncId: run.resyncId, status: 'running' });
  const refusal = async (status: 'running' | 'paused') => {
    await setResyncStatus(world.control, { resyncId: run.resyncId, status });
    const answer = await request(world.app)
      .put(`/api/v1/districts/${world.other}/scoped-year`)
      .set('Authorization', as.other)
      .send({ schoolYear: 2028 });
    expect(answer.status).toBe(409);
    return (answer.body as { detail: string }).detail;
  };
  const [running, paused] = [await refusal('running'), await refusal('paused')];
  expect(paused).toBe(running);
  expect(paused).not.toContain(run.resyncId);
});
