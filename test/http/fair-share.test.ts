import { once } from 'node:events';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import { until } from '../support/until';
import { defaultShares, Turns } from '../../src/http/take-turn';
import { FairShare, type Share } from '../../src/http/fair-share';

const share: Share = { perSecond: 50, burst: 4, atOnce: 2, waiting: 128 };
const staying = new AbortController().signal;
const one = { cost: 1, gone: staying };

/** Asks so often at once and works for some time each, noting who is let in, in order. */
async function flood(
  fair: FairShare,
  { key, count, workMs, letIn }: { key: string; count: number; workMs: number; letIn: string[] },
): Promise<{ mostAtOnce: number; tookMs: number }> {
  const from = performance.now();
  let inWork = 0;
  let mostAtOnce = 0;
  await Promise.all(
    Array.from({ length: count }, async () => {
      const end = await fair.turn(key, share, one);
      letIn.push(key);
      mostAtOnce = Math.max(mostAtOnce, (inWork += 1));
      await sleep(workMs);
      inWork -= 1;
      end();
      end();
    }),
  );
  return { mostAtOnce, tookMs: performance.now() - from };
}

test('a caller has some requests in work at a time, then as many a second as it may, and keeps no other waiting', async () => {
  const fair = new FairShare();
  const letIn: string[] = [];
  const [asked] = await Promise.all([
    flood(fair, { key: 'a', count: 24, workMs: 1, letIn }),
    flood(fair, { key: 'b', count: 1, workMs: 1, letIn }),
  ]);
  expect(letIn.indexOf('b')).toBe(share.atOnce);
  expect(asked.mostAtOnce).toBe(share.atOnce);
  // 4 at once by two, and 20 more at 50 a second.
  expect(asked.tookMs).toBeGreaterThan(350);
});

test('a burst goes at once', async () => {
  const slow: Share = { ...share, perSecond: 0.001 };
  const fair = new FairShare();
  const leaving = new AbortController();
  const turns = Array.from({ length: 7 }, async () =>
    (await fair.turn('a', slow, { cost: 1, gone: leaving.signal }))(),
  );
  await Promise.all(turns.slice(0, slow.burst));
  leaving.abort();
  // One more may have gone: any credit at all lets one in, which is paid for afterwards.
  const rest = await Promise.allSettled(turns.slice(slow.burst + 1));
  expect(rest.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

test('what costs more than is left goes at once and is paid for afterwards', async () => {
  const fair = new FairShare();
  const from = performance.now();
  (await fair.turn('a', share, { cost: 14, gone: staying }))();
  (await fair.turn('a', share, one))();
  expect(performance.now() - from).toBeGreaterThan(180);
});

test('who asks far too much is refused, late, and who goes away is forgotten', async () => {
  const fair = new FairShare();
  const ends = [await fair.turn('a', share, one), await fair.turn('a', share, one)];
  const leaving = new AbortController();
  const waiting = Array.from({ length: 128 }, () =>
    fair.turn('a', share, { cost: 1, gone: leaving.signal }).then(
      () => 'in',
      (error: Error) => error.name,
    ),
  );
  const from = performance.now();
  await expect(fair.turn('a', share, one)).rejects.toMatchObject({ status: 429 });
  expect(performance.now() - from).toBeGreaterThan(900);
  leaving.abort();
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(['AbortError']));
  for (const end of ends) end();
  (await fair.turn('a', share, one))();
});

/** Answers what is heavy when it is told to: one of each kind and district at a time. */
async function heavyServer() {
  const turns = new Turns({ ...defaultShares, heavy: { ...share, atOnce: 1 } });
  const letIn: { readonly path: string; readonly answer: () => void }[] = [];
  const errors: unknown[] = [];
  let heard = 0;
  const known: RequestHandler = (request, response, next) => {
    heard += 1;
    response.locals['principal'] = { level: 'district', districts: [request.get('X-District') ?? 'north'] };
    next();
  };
  const told: ErrorRequestHandler = (error, _request, response, _next) => {
    errors.push(error);
    response.end();
  };
  const app = express();
  app.use(known, turns.takeHeavy);
  app.use(({ path }, response) => void letIn.push({ path, answer: () => response.end() }));
  app.use(told);
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    letIn,
    errors,
    /** How many have asked. */
    asked: () => heard,
    ask: (path = '/districts/north/plan', district = 'north') => {
      const headers = { 'X-District': district };
      const asked = get({ port, path, method: 'POST', agent: false, headers });
      asked.on('error', () => undefined);
      return asked;
    },
    letInAre: (count: number) => until(`${count} are let in`, () => letIn.length >= count),
    connectionsAre: (count: number) =>
      until(
        `${count} are connected`,
        () => promisify(server.getConnections.bind(server))(),
        (connected) => connected === count,
      ),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

test('what is heavy has a line for each kind: who verifies may plan meanwhile, and so may another district', async () => {
  const { letIn, ask, letInAre, close } = await heavyServer();
  try {
    ask('/verifications');
    await letInAre(1);
    const second = ask('/verifications');
    ask();
    ask('/districts/south/plan', 'south');
    ask('/districts/north/selective-syncs/preview');
    await letInAre(4);
    expect(letIn.filter(({ path }) => path === '/verifications')).toHaveLength(1);
    letIn[0]!.answer();
    await letInAre(5);
    expect(letIn[4]!.path).toBe('/verifications');
    letIn[4]!.answer();
    await once(second, 'response');
  } finally {
    close();
  }
});

test('who goes away while it waits for what is heavy is forgotten, and no error is told of it', async () => {
  const { letIn, errors, asked, ask, letInAre, connectionsAre, close } = await heavyServer();
  try {
    const first = ask();
    await letInAre(1);
    const leaving = ask();
    const last = ask();
    await until('all have asked', () => asked() === 3);
    leaving.destroy();
    await connectionsAre(2);
    letIn[0]!.answer();
    await once(first, 'response');
    await letInAre(2);
    letIn[1]!.answer();
    await once(last, 'response');
    expect({ letIn: letIn.length, errors }).toEqual({ letIn: 2, errors: [] });
  } finally {
    close();
  }
});
