/** What Temporal keeps, sealed: by nobody's key but the operator's. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Client } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import request from 'supertest';
import { dataConverterOf, payloadCodec } from '../../src/temporal/payload-codec';
import { resyncWorkflowId } from '../../workflows/messages';
import { apiWorld, type ApiWorld } from '../support/api-world';
import { keepWorker } from '../support/api-worker';
import { until } from '../support/until';
import { workflowBundle } from '../support/workflow-bundle';

const key = (): string => randomBytes(32).toString('base64');
const [first, second] = [key(), key()];
const old = { keyId: 'first', keys: { first } };
const rotated = { keyId: 'second', keys: { first, second } };
const webUrl = 'http://temporal.example.org:8233';

let world: ApiWorld;
let endWorker: () => Promise<void>;
let history: temporal.api.history.v1.IHistory;
beforeAll(async () => {
  world = await apiWorld({ temporal: { codec: old, webUrl } });
  endWorker = await keepWorker(world);
  const started = await post(`/districts/${world.here}/resyncs`, { objects: ['Section'] }, world.as.here);
  const { resyncId } = started.body as { resyncId: string };
  // Somebody without the key.
  const { workflow } = new Client({ connection: world.temporal.connection });
  const run = workflow.getHandle(resyncWorkflowId(resyncId));
  await expectFinished(resyncId);
  history = await run.fetchHistory();
});
afterAll(async () => {
  await endWorker();
  await world.close();
});

const post = async (path: string, body: object, who: string) =>
  request(world.app).post(`/api/v1${path}`).set('Authorization', who).send(body);

async function expectFinished(resyncId: string): Promise<void> {
  const status = async (): Promise<string> => {
    const answer = await request(world.app)
      .get(`/api/v1/resyncs/${resyncId}`)
      .set('Authorization', world.as.here);
    return (answer.body as { status: string }).status;
  };
  await until('it has finished', status, (now) => now === 'finished');
}

/** Every payload within a history, but names of attributes to search by and of patches. */
function payloadsIn(value: unknown): Payload[] {
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return [];
  if ('metadata' in value && 'encoding' in Object(value.metadata)) return [value as Payload];
  return Object.entries(value).flatMap(([name, inside]) =>
    ['searchAttributes', 'markerRecordedEventAttributes'].includes(name) ? [] : payloadsIn(inside),
  );
}
const textOf = ({ data }: Payload): string => Buffer.from(data ?? []).toString('utf8');
const asJson = ({ metadata, data }: Payload) => ({
  metadata: Object.fromEntries(
    Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
  ),
  data: Buffer.from(data ?? []).toString('base64'),
});
const opened = async (payloads: Payload[], who = world.as.state) =>
  post('/codec/decode', { payloads: payloads.map(asJson) }, who);

test('a resync goes through, and Temporal keeps nothing of it that can be read without the key', () => {
  const payloads = payloadsIn(history);
  expect(payloads.length).toBeGreaterThan(10);
  for (const payload of payloads) {
    expect(Object.keys(payload.metadata ?? {}).sort()).toEqual(['encoding', 'encryption-key-id']);
    expect(textOf(payload)).not.toMatch(new RegExp(`${world.here}|Section`));
  }
});

test('the codec endpoint opens and seals for administrators of the state, and for no one else', async () => {
  const payloads = payloadsIn(history);
  const answer = await opened(payloads);
  expect(answer.status).toBe(200);
  const texts = (answer.body as { payloads: { data: string }[] }).payloads.map(({ data }) =>
    Buffer.from(data, 'base64').toString('utf8'),
  );
  expect(texts).toHaveLength(payloads.length);
  expect(texts[0]).toContain(world.here);
  const plain = {
    payloads: [{ metadata: { encoding: Buffer.from('json/plain').toString('base64') }, data: 'Nw==' }],
  };
  const sealed = await post('/codec/encode', plain, world.as.state);
  expect(JSON.stringify(sealed.body)).not.toContain('Nw==');
  expect((await post('/codec/decode', sealed.body as object, world.as.state)).body).toEqual(plain);
  expect((await opened(payloads, world.as.here)).status).toBe(403);
  expect((await opened(payloads, 'Bearer nobody')).status).toBe(401);
  const much = await opened(Array.from({ length: 4_000 }, () => payloads[0]!));
  expect(much.status).toBe(200);
});

test('Temporal Web may ask from its own origin, with a token, and no other page may', async () => {
  const asked = (origin: string) =>
    request(world.app).options('/api/v1/codec/decode').set({ Origin: origin });
  const preflight = await asked(webUrl);
  expect([preflight.status, preflight.headers['access-control-allow-origin']]).toEqual([204, webUrl]);
  expect(preflight.headers['access-control-allow-credentials']).toBeUndefined();
  const other = await asked('http://elsewhere.example.org');
  expect([other.status, other.headers['access-control-allow-origin']]).toEqual([401, undefined]);
});

test('keys rotate: new payloads get the new one, old ones are opened while their key is there', async () => {
  const [payload] = payloadsIn(history) as [Payload];
  const both = payloadCodec(rotated)!;
  const [found] = await both.decode([payload]);
  expect(textOf(found!)).toContain(world.here);
  const [again] = await both.encode([found!]);
  expect(Buffer.from(again!.metadata!['encryption-key-id']!).toString()).toBe('second');
  const without = payloadCodec({ keyId: 'second', keys: { second } })!;
  await expect(without.decode([payload])).rejects.toThrow('the key "first", which is none of');
  const changed = { ...payload, data: Buffer.from(payload.data!) };
  changed.data[20]! ^= 1;
  await expect(both.decode([changed])).rejects.toThrow('was not sealed with the key "first"');
  const other = payloadCodec({ keyId: 'first', keys: { first: second } })!;
  await expect(other.decode([payload])).rejects.toThrow('was not sealed with the key "first"');
});

test('a sealed history goes on with rotated keys, and one from before the codec goes on with it', async () => {
  const options = { workflowBundle: await workflowBundle(), ...dataConverterOf({ codec: rotated }) };
  const { workflowId } = history.events![0]!.workflowExecutionStartedEventAttributes!;
  await Worker.runReplayHistory(options, history, workflowId!);
  const file = join(__dirname, '..', 'histories', '0.1.0', 'full-1.bin.gz');
  const recorded = temporal.api.history.v1.History.decode(gunzipSync(readFileSync(file)));
  const id = recorded.events[0]!.workflowExecutionStartedEventAttributes!.workflowId!;
  await Worker.runReplayHistory(options, recorded, id);
});
