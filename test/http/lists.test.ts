import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express, { type Request } from 'express';
import pino from 'pino';
import request from 'supertest';
import { z } from 'zod';
import { apiRoutes } from '../../src/app';
import { auditKeeper } from '../../src/features/access/keep-audit';
import { createToken } from '../../src/features/access/token-store';
import type { Principal } from '../../src/domain/principal';
import type { ApiContext } from '../../src/http/context';
import { linesOfItems } from '../../src/http/list-columns';
import { listOf, sendList } from '../../src/http/list-file';
import { apiWorld, type ApiWorld, object } from '../support/api-world';
import { runningResync } from '../support/control-database';

/** Lists have one shape: pages with a total, an order, and all of it as a file. */

const errorCount = 1_201;
const formula = '=HYPERLINK("http://evil","x")';
const xlsxType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

let world: ApiWorld;
beforeAll(async () => {
  world = await apiWorld({ objects: { name: 'one', objects: [object('School')] } });
  for (const run of ['first', 'second', 'third'])
    await runningResync(world.control, run, ['School'], { districtId: world.here });
  const rows = Array.from({ length: errorCount }, (_, n) => ({
    ...{ resyncID: 'first', districtID: world.here, objectName: 'School', recordKey: `["key-${n}"]` },
    ...{ guid: `guid-${n}`, outcome: 'failed', code: 'TOO_LONG', field: 'name' },
    message: n === 0 ? formula : `Too long, ${n}.`,
  }));
  await world.control.batchInsert('recordError', rows, 500);
});
afterAll(() => world.close());

const errors = () => `/districts/${world.here}/errors`;
const get = (path: string, as = world.as.here) =>
  request(world.app).get(`/api/v1${path}`).set('Authorization', as);
const whole = async (path: string, as?: string) => {
  const answer = await get(path, as)
    .buffer(true)
    .parse((response, done) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => done(null, Buffer.concat(parts)));
    });
  return { ...answer, body: answer.body as Buffer };
};

/** Lines of a workbook, as a reader of its own finds them. */
async function linesOf(file: Buffer): Promise<unknown[][]> {
  const { streamXlsxRows } = await import('hucre/xlsx');
  const lines: unknown[][] = [];
  for await (const { values } of streamXlsxRows(file)) lines.push(values);
  return lines;
}

test('every list of the API can be had as a file, with a column for each plain value', () => {
  const lists = apiRoutes({ ...world } as unknown as ApiContext).filter(({ method, responses }) => {
    const schema = responses[200]?.schema;
    return method === 'get' && schema instanceof z.ZodObject && schema.shape['items'] instanceof z.ZodArray;
  });
  expect(lists.length).toBeGreaterThan(30);
  const without = lists.filter(({ query }) => query?.shape['format'] === undefined);
  expect(without.map(({ operationId }) => operationId)).toEqual(['showHistoryMatrix']);
  for (const { operationId, responses } of lists) {
    const { items } = (responses[200]!.schema as z.ZodObject).shape as { items: z.ZodArray };
    expect([operationId, linesOfItems(items.element as z.ZodType).header]).not.toEqual([operationId, []]);
  }
});

test('a file has all pages, in CSV as in XLSX, and a formula in neither', async () => {
  const csv = await get(`${errors()}?format=csv&sort=oldest`);
  expect(csv.headers['content-disposition']).toBe(`attachment; filename=errors-${world.here}.csv`);
  expect(csv.text.trim().split('\r\n')).toHaveLength(errorCount + 1);
  expect(csv.text).toContain(`"'${formula.replaceAll('"', '""')}"`);
  const xlsx = await whole(`${errors()}?format=xlsx&sort=oldest`);
  expect(xlsx.headers['content-type']).toBe(xlsxType);
  const [header, first, ...others] = await linesOf(xlsx.body);
  expect(header).toEqual(csv.text.slice(0, csv.text.indexOf('\r\n')).split(','));
  expect(others).toHaveLength(errorCount - 1);
  // A text: the reader gives formulas as objects.
  expect(first?.at(-1)).toBe(formula);
});

test('keys that somebody doesn’t see in the list are not in its files', async () => {
  const viewer = await createToken(world.control, {
    ...{ name: 'viewer', level: 'district', districts: [world.here], rights: ['resyncView'] },
  });
  const as = `Bearer ${viewer.token}`;
  for (const format of ['csv', 'ndjson'] as const) {
    const mine = (await whole(`${errors()}?format=${format}`)).body.toString();
    const theirs = (await whole(`${errors()}?format=${format}`, as)).body.toString();
    expect([mine.includes('key-7'), theirs.includes('key-7'), theirs.includes('guid-7')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(theirs.split('\n').length).toBe(mine.split('\n').length);
  }
  const lines = await linesOf((await whole(`${errors()}?format=xlsx`, as)).body);
  expect(lines).toHaveLength(errorCount + 1);
  expect(JSON.stringify(lines)).not.toContain('key-');
  expect((await get(`/resyncs/first/errors?format=csv`, as)).status).toBe(403);
});

test('the first page says how many there are; by time both ways; a cursor keeps its order', async () => {
  const path = `/districts/${world.here}/resyncs?limit=2`;
  const page = async (query: string) =>
    (await get(path + query)).body as {
      items: { resyncId: string }[];
      nextCursor: string;
      total?: number;
      totalCapped?: boolean;
    };
  const newest = await page('');
  expect(newest).toMatchObject({ total: 3, totalCapped: false });
  const rest = await page(`&cursor=${newest.nextCursor}`);
  expect([rest.items.length, rest.total]).toEqual([1, undefined]);
  const oldest = await page('&sort=oldest');
  const all = [...newest.items, ...rest.items].map(({ resyncId }) => resyncId);
  expect(oldest.items.map(({ resyncId }) => resyncId)).toEqual(all.toReversed().slice(0, 2));
  expect((await page(`&sort=oldest&cursor=${oldest.nextCursor}`)).items).toHaveLength(1);
  expect((await get(`${path}&sort=oldest&cursor=${newest.nextCursor}`)).status).toBe(400);
  expect((await page(`&format=ndjson`)).items).toBeUndefined();
  const errorsPage = (await get('/resyncs/first/errors?limit=1')).body as { total: number };
  expect(errorsPage.total).toBe(errorCount);
});

test('every list in pages says with its first page how many there are', async () => {
  const named: Record<string, string> = { district: world.here, id: 'first', name: 'School' };
  const counted: Record<string, unknown> = {};
  for (const { method, path, operationId, responses } of apiRoutes({ ...world } as unknown as ApiContext)) {
    const schema = responses[200]?.schema;
    if (method !== 'get' || !(schema instanceof z.ZodObject) || !('nextCursor' in schema.shape)) continue;
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => named[name] ?? 'School');
    const answer = await get(filled, world.as.state);
    if (answer.status === 200) counted[operationId] = (answer.body as { total?: number }).total;
  }
  expect(counted).toMatchObject({
    listAuditEvents: expect.any(Number) as number,
    listRecordErrors: errorCount,
  });
  expect(counted).toMatchObject({ listIdentityConflicts: 0, showRecordHistory: 0 });
  expect(Object.entries(counted).filter(([, total]) => typeof total !== 'number')).toEqual([]);
  expect(Object.keys(counted).length).toBeGreaterThan(15);
});

test('what lies within an item has a column of its own, and a list of objects a line for each', () => {
  const item = z
    .object({
      name: z.string(),
      on: z.boolean(),
      last: z
        .object({ color: z.enum(['green', 'red']), counts: z.object({ errors: z.int() }).meta({ id: 'C' }) })
        .nullable(),
      objects: z.union([z.literal('all'), z.array(z.string())]).nullable(),
      runs: z.array(z.object({ id: z.string(), at: z.string().nullable() })),
    })
    .meta({ id: 'Listed' });
  const value = {
    ...{ name: 'one', on: true, last: { color: 'red', counts: { errors: 3 } }, objects: ['A', 'B'] },
    runs: [
      { id: 'x', at: null },
      { id: 'y', at: 'now' },
    ],
  };
  const plain = linesOfItems(item);
  expect(plain.header).toEqual(['name', 'on', 'last.color', 'last.counts.errors', 'objects']);
  expect(plain.linesOf(value)).toEqual([['one', 'yes', 'red', 3, 'A / B']]);
  expect(plain.linesOf({ ...value, last: null, objects: 'all' })).toEqual([['one', 'yes', '', '', 'all']]);
  const each = linesOfItems(item, 'runs');
  expect(each.header.slice(-2)).toEqual(['runs.id', 'runs.at']);
  expect(each.linesOf(value).map((line) => line.slice(-2))).toEqual([
    ['x', ''],
    ['y', 'now'],
  ]);
});

test('what the state read of a file that broke off is in the audit, as a whole one is', async () => {
  const events = () => world.control<{ target: string }>('auditEvent').pluck('target');
  const spec = apiRoutes({ ...world } as unknown as ApiContext).find(
    ({ operationId }) => operationId === 'listDistrictErrors',
  )!;
  const principal: Principal = {
    ...{ principalId: 'p', tokenId: 't', name: 'state', districts: null, rights: [], schools: null },
    level: 'state',
  };
  const keep = auditKeeper(world.control, pino({ level: 'silent' }));
  const read = (path: string, headersSent: boolean) => {
    const asked = { path, query: {}, params: {}, ip: '127.0.0.1', res: { headersSent } };
    const call = { request: asked as unknown as Request, principal, status: 200, bodyOf: () => undefined };
    return keep(spec, call, () => Promise.reject(new Error('The database is gone.')));
  };
  await expect(read('/districts/broke-off/errors', true)).rejects.toThrow('gone');
  await expect(read('/districts/not-begun/errors', false)).rejects.toThrow('gone');
  expect(await events()).toContain('/districts/broke-off/errors');
  expect(await events()).not.toContain('/districts/not-begun/errors');
});

test('no district has a list of its own to fetch without its right', async () => {
  const none = await createToken(world.control, {
    ...{ name: 'none', level: 'district', districts: [world.here], rights: [] },
  });
  for (const path of ['/alerts', '/audit', errors(), `/districts/${world.here}/resyncs`])
    expect([path, (await get(`${path}?format=xlsx`, `Bearer ${none.token}`)).status]).toEqual([path, 403]);
});

describe('a list of more than a sheet holds', () => {
  const items = Array.from({ length: 500 }, (_, n) => ({ n }));
  const list = listOf(z.object({ items: z.array(z.object({ n: z.number() })) }), undefined)!;
  const pages = 3;

  /** @returns lines that came, and whether the connection broke */
  async function fileOf(format: 'csv' | 'xlsx'): Promise<{ lines: number; broke: boolean }> {
    const read = (_: object, page = (asked += 1)) =>
      Promise.resolve({ items, nextCursor: page < pages ? String(page) : null });
    let asked = 0;
    const app = express().get('/', (_request, response) => {
      const question = {
        list,
        name: 'many',
        format,
        principal: {} as Principal,
        cursor: null,
        read,
        inSheet: 1_000,
      };
      sendList(response, question).catch(() => response.destroy());
    });
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    let lines = 0;
    try {
      const { body } = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      for await (const part of body!) lines += Buffer.from(part).toString('latin1').split('\n').length - 1;
      return { lines, broke: false };
    } catch {
      return { lines, broke: true };
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  test('comes whole as CSV, and breaks off as a workbook, which holds no more', async () => {
    expect(await fileOf('csv')).toEqual({ lines: items.length * pages + 1, broke: false });
    expect(await fileOf('xlsx')).toMatchObject({ broke: true });
  });
});
