import request from 'supertest';
import { z } from 'zod';
import { apiRoutes } from '../../src/app';
import { newSigningKey } from '../../src/config/signing-key';
import { createToken } from '../../src/features/access/token-store';
import { toolRights } from '../../src/domain/rights';
import type { ApiContext } from '../../src/http/context';
import type { RouteSpec } from '../../src/http/route';
import { apiWorld, type ApiWorld } from '../support/api-world';
import { withWorker } from '../support/api-worker';
import { preparations } from './example-worlds';
import { renewThings, requestFor, type Things, thingsOf } from './who-may';

let world: ApiWorld;
let things: Things;
beforeAll(async () => {
  world = await apiWorld({
    limits: { perToken: 100_000 },
    certification: { privateKey: newSigningKey() },
  });
  things = await thingsOf(world);
  // The state's table, whose fields can be given to the state.
  await world.control.raw('CREATE TABLE School (id INT PRIMARY KEY, name VARCHAR(40))');
});
afterAll(() => world.close());

/** Sends a route's example as an administrator of the state with every right. */
async function caller(): Promise<(spec: RouteSpec, things: Things) => request.Test> {
  const { token } = await createToken(world.control, {
    name: 'examples',
    level: 'state',
    districts: null,
    rights: [...toolRights],
  });
  return (spec, about) => {
    const { path, body } = requestFor(spec, world, about);
    const call = request(world.app)[spec.method](path).set('Authorization', `Bearer ${token}`);
    return body ? call.send(body) : call;
  };
}

const isNoDelete = ({ method }: RouteSpec): boolean => method !== 'delete';

function idIn({ body }: request.Response, name: string): string {
  return (body as Record<string, string>)[name] ?? 'none';
}

test('the example of every route is carried out as the document has it', () =>
  withWorker(world, async (gate) => {
    const send = await caller();
    const refused: Record<string, unknown> = {};
    const routes = apiRoutes({ ...world } as unknown as ApiContext);
    // What is deleted can't be asked for any more.
    const inOrder = [...routes.filter(isNoDelete), ...routes.filter((spec) => !isNoDelete(spec))];
    for (const spec of inOrder) {
      if (spec.operationId === 'streamResyncEvents') continue;
      await renewThings(world, things);
      const own = await preparations[spec.operationId]?.(world, gate);
      const answer = await send(spec, { ...things, ...own });
      const { status } = answer;
      if (spec.operationId === 'createSchedule') things = { ...things, schedule: idIn(answer, 'scheduleId') };
      if (spec.operationId === 'createRecurringRequest')
        things = { ...things, recurringRequest: idIn(answer, 'scheduleId') };
      if (spec.operationId === 'createWebhook') things = { ...things, webhook: idIn(answer, 'webhookId') };
      if (String(status) !== Object.keys(spec.responses)[0]) refused[spec.operationId] = answer.body;
    }
    expect(refused).toEqual({});
  }));

const timing = {
  calendar: { at: ['02:00'], daysOfWeek: ['mon'], daysOfMonth: [29], months: [2] },
  timezone: 'America/Chicago',
};
const weekly = { rule: { kind: 'weekly', days: ['mon'], from: '01:00', to: '02:00' } };
const ofDistrict = {
  ...{ number: 7, name: 'North', schoolYear: 2027, objects: { enabled: ['Room'], disabled: ['Course'] } },
  ...{ previousYear: { objects: ['School'] }, nextYear: { objects: ['School'] } },
  databases: [{ variable: 'DISTRICT_NORTH_URL', schoolYears: [2026, 2027, 2028] }],
};
/** Bodies with the lists that the examples leave out, in as many forms as there are. */
const bodiesOfLists: Readonly<Record<string, readonly object[]>> = {
  registerDistrict: [{ id: 'north', ...ofDistrict }],
  changeDistrict: [ofDistrict],
  previewDistrictAction: [
    { action: 'verify', districts: ['grand-bend'], objects: ['School'] },
    { action: 'retry', districts: ['grand-bend'], outcomes: ['failed'] },
  ],
  startDistrictAction: [
    { action: 'verify', districts: ['grand-bend'], objects: ['School'], previewHash: 'x' },
    { action: 'retry', districts: ['grand-bend'], outcomes: ['failed'], previewHash: 'x' },
  ],
  createPrincipal: [{ name: 'twice', districts: ['grand-bend'], rights: ['errorLog'], schools: ['1'] }],
  setNoticePreferences: [{ email: { address: 'a@example.org', events: ['completion'] } }],
  createBlackout: [weekly],
  changeBlackout: [weekly],
  createSchedule: [{ name: 'twice', objects: ['School'], ...timing }],
  changeSchedule: [{ name: 'twice', objects: ['School'], ...timing }],
  createRecurringRequest: [
    { name: 'twice', districts: ['grand-bend'], objects: ['School'], reason: 'Twice.', ...timing },
  ],
  changeRecurringRequest: [
    { name: 'twice', districts: ['grand-bend'], objects: ['School'], reason: 'Twice.', ...timing },
  ],
  startSyncEvent: [{ object: 'School', keys: [['1']] }],
};
/** Lists in which a double means something, or is refused by what looks at it. */
const inOrder = ['key', 'payloads', 'groups', 'databases'];

function doubled(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) {
    if (inOrder.includes(name)) return value as unknown[];
    const once = value.map((item) => doubled(item, name === 'keys' ? 'key' : ''));
    return [...once, ...once];
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([of, item]) => [of, doubled(item, of)]));
}

/** Names of the lists in what a body may be, and in what it is. */
function listsOfSchema(schema: unknown, name = ''): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { type, items, properties = {}, anyOf = [], oneOf = [] } = schema as Record<string, unknown>;
  return [
    ...(type === 'array' && name !== '' ? [name] : []),
    ...listsOfSchema(items),
    ...[...(anyOf as unknown[]), ...(oneOf as unknown[])].flatMap((one) => listsOfSchema(one, name)),
    ...Object.entries(properties as object).flatMap(([of, one]) => listsOfSchema(one, of)),
  ];
}
function listsOf(value: unknown, name = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return [name, ...value.flatMap((item) => listsOf(item))];
  return Object.entries(value).flatMap(([of, item]) => listsOf(item, of));
}

async function sendTwice(): Promise<void> {
  const send = await caller();
  const answers: Record<string, number> = {};
  for (const spec of apiRoutes({ ...world } as unknown as ApiContext)) {
    const { operationId, body: schema, example } = spec;
    if (schema === undefined) continue;
    const bodies = [example, ...(bodiesOfLists[operationId] ?? [])];
    const known = new Set(bodies.flatMap((body) => listsOf(body)));
    const lists = listsOfSchema(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
    const unknown = lists.filter((name) => !known.has(name) && !inOrder.includes(name));
    expect([operationId, unknown]).toEqual([operationId, []]);
    for (const body of bodies.filter((one) => listsOf(one).some((name) => !inOrder.includes(name)))) {
      const [once, twice] = [schema.parse(body), schema.safeParse(doubled(body))];
      if (twice.success) expect([operationId, twice.data]).toEqual([operationId, once]);
      // A worker looks at the databases of these.
      if (/^(register|change)District$/.test(operationId)) continue;
      const { status } = await send({ ...spec, example: doubled(body) }, things);
      answers[operationId] = status;
    }
  }
  expect(Object.keys(answers).length).toBeGreaterThan(20);
  expect(Object.entries(answers).filter(([, status]) => status >= 500)).toEqual([]);
}

test('an entry that stands twice in a list is one, or is refused, in every list of every body', () =>
  withWorker(world, sendTwice));

/** The body with one of its texts another one, for each of its texts. */
function* withText(value: unknown, text: string): Generator<unknown> {
  if (typeof value === 'string') yield text;
  else if (Array.isArray(value))
    for (const [at, item] of value.entries())
      for (const other of withText(item, text)) yield value.toSpliced(at, 1, other);
  else if (typeof value === 'object' && value !== null)
    for (const [name, item] of Object.entries(value))
      for (const other of withText(item, text)) yield { ...value, [name]: other };
}

test('no text of a body makes a fault of the service: a zero, thousands of characters', () =>
  withWorker(world, async () => {
    const send = await caller();
    const faults: string[] = [];
    for (const spec of apiRoutes({ ...world } as unknown as ApiContext)) {
      if (spec.example === undefined) continue;
      const bodies = ['\u0000', 'x'.repeat(5_000)].flatMap((text) => [...withText(spec.example, text)]);
      const answers = await Promise.all(bodies.map((example) => send({ ...spec, example }, things)));
      for (const { status } of answers) if (status >= 500) faults.push(`${spec.operationId}: ${status}`);
    }
    expect(faults).toEqual([]);
  }));
