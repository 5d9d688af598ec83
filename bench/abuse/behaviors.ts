import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { type Abuser, type Address, ask } from './address';

/** How one district's people and programs misbehave; each goes on until its process is ended. */
export interface Behavior {
  readonly name: string;
  readonly what: string;
  /** The district's database answers slowly: what the state asks of it takes its time. */
  readonly slowDatabase?: true;
  act(abuser: Abuser, count: Count): Promise<unknown>;
}

/** Notes how one thing that was tried ended: a status, or words. */
export type Count = (outcome: number | string) => void;

const all = { objects: 'all', scenario: 'OTHER' };

export const behaviors: readonly Behavior[] = [
  {
    name: 'calls',
    what: '64 callers read lists without a pause',
    act: (abuser, count) =>
      crowd(64, abuser, async (at, n) => {
        const lists = [
          'objects',
          'resyncs?limit=500',
          'scoped-year',
          'errors?limit=500',
          'agent',
          'schedules',
        ];
        count((await ask(at, 'GET', `/districts/${abuser.district}/${lists[n % lists.length]!}`)).status);
      }),
  },
  {
    name: 'streams',
    what: '100 callers listen to a run that is paused, half of them cut and come back at once',
    act: async (abuser, count) => {
      const run = await pausedRun(abuser);
      await crowd(100, abuser, async ({ url, token }, n) => {
        const cut = n % 2 === 0 ? AbortSignal.timeout(200) : AbortSignal.timeout(60_000);
        const headers = { authorization: `Bearer ${token}` };
        const answer = await fetch(`${url}/api/v1/resyncs/${run}/events`, { headers, signal: cut });
        count(answer.status);
        await answer.text();
      });
    },
  },
  {
    name: 'plans',
    what: '16 callers plan everything, 16 preview a selective sync of a school',
    act: (abuser, count) =>
      crowd(32, abuser, async (at, n) => {
        const district = `/districts/${abuser.district}`;
        const { status } = await (n % 2 === 0
          ? ask(at, 'POST', `${district}/plan`, { objects: 'all' })
          : ask(at, 'POST', `${district}/selective-syncs/preview`, { object: 'School', key: ['1'] }));
        count(status);
      }),
  },
  {
    name: 'verifications',
    what: '16 callers ask for verifications of everything',
    act: (abuser, count) =>
      crowd(16, abuser, async (at) => {
        const asked = { district: abuser.district, objects: 'all' };
        count((await ask(at, 'POST', '/verifications', asked)).status);
      }),
  },
  {
    name: 'queue',
    what: 'a paused run, the queue behind it filled, and sent and withdrawn without end',
    act: async (abuser, count) => {
      await pausedRun(abuser);
      await crowd(8, abuser, async (at, n) => {
        const sent = await send(at, abuser);
        count(sent.status);
        // Every second one stays.
        if (sent.status === 202 && n % 2 === 0)
          count((await ask(at, 'POST', `/resyncs/${sent.body.resyncId}/cancel`)).status);
      });
    },
  },
  {
    name: 'pauses',
    what: '16 callers pause and resume one run without end',
    act: async (abuser, count) => {
      const run = await pausedRun(abuser);
      await crowd(16, abuser, async (at, n) =>
        count((await ask(at, 'POST', `/resyncs/${run}/${n % 2 === 0 ? 'pause' : 'resume'}`)).status),
      );
    },
  },
  {
    name: 'bodies',
    what: '32 callers send bodies of 20 MB, 200 connections send one byte a second',
    act: (abuser, count) => {
      const huge = JSON.stringify({ objects: ['x'.repeat(20_000_000)] });
      const big = crowd(32, abuser, async ({ url, token }) => {
        const answer = await fetch(`${url}/api/v1/districts/${abuser.district}/resyncs`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: huge,
        });
        count(answer.status);
      });
      return Promise.all([big, crowd(200, abuser, (at) => trickle(at, abuser, count))]);
    },
  },
  {
    name: 'slow readers',
    what: '100 connections ask for long answers one after the other and read none of them',
    act: (abuser, count) => crowd(100, abuser, (at) => askAndNotRead(at, abuser, count)),
  },
  {
    name: 'locks',
    what: 'a table of the district is locked while everything is sent, planned, previewed and compared',
    act: async (abuser, count) => {
      const connection = await createConnection({ uri: abuser.databaseUrl });
      await connection.query('LOCK TABLES PersonIdentity WRITE, Enrollment WRITE, Roster WRITE');
      const held = connection.query('SELECT SLEEP(3600)');
      await Promise.race([held, work(abuser, count)]);
    },
  },
  {
    name: 'slow database',
    what: 'each answer of the district’s database takes 0.3 s while everything is sent, planned, previewed and compared',
    slowDatabase: true,
    act: (abuser, count) => work(abuser, count),
  },
  {
    name: 'sign-ins',
    what: '64 callers guess tokens and codes from the address that all others use',
    act: (abuser, count) =>
      crowd(64, abuser, async ({ url }, n) => {
        const wrong = { url, token: `rsk_${'a'.repeat(12)}_${'b'.repeat(43)}` };
        const { status } = await (n % 2 === 0
          ? ask(wrong, 'GET', '/districts')
          : ask({ url, token: '' }, 'POST', '/session', { code: 'guessed' }));
        count(status);
      }),
  },
  {
    name: 'webhooks',
    what: 'webhooks to an endpoint that never answers, and a run’s end for them every second',
    act: async (abuser, count) => {
      const [token] = abuser.tokens as [string];
      const at = { url: abuser.url, token };
      const events = ['completion', 'incompletion'];
      for (let n = 0; n < 20; n += 1)
        count((await ask(at, 'POST', '/webhooks', { url: `${abuser.silentUrl}/${n}`, events })).status);
      await crowd(1, abuser, async (from) => {
        count(
          (await ask(from, 'POST', `/districts/${abuser.district}/resyncs`, { ...all, objects: ['School'] }))
            .status,
        );
        await sleep(1_000);
      });
    },
  },
];

/** So many callers, each doing it again as soon as it is done; what fails is tried again. */
async function crowd(
  callers: number,
  { url, tokens }: Abuser,
  once: (at: Address, turn: number) => Promise<void>,
): Promise<void> {
  let turn = 0;
  await Promise.all(
    Array.from({ length: callers }, async (_, caller) => {
      for (;;) {
        const at = { url, token: tokens[caller % tokens.length]! };
        await once(at, (turn += 1)).catch(() => sleep(10));
      }
    }),
  );
}

function send(at: Address, { district }: Abuser) {
  return ask<{ resyncId: string }>(at, 'POST', `/districts/${district}/resyncs`, all);
}

async function pausedRun(abuser: Abuser): Promise<string> {
  const at = { url: abuser.url, token: abuser.tokens[0]! };
  for (;;) {
    const { status, body } = await send(at, abuser);
    if (status === 202) {
      await ask(at, 'POST', `/resyncs/${body.resyncId}/pause`);
      return body.resyncId;
    }
    await sleep(200);
  }
}

/** All that waits for the district's database, again and again. */
async function work(abuser: Abuser, count: Count): Promise<void> {
  const district = `/districts/${abuser.district}`;
  await crowd(8, abuser, async (at, n) => {
    const asked = [
      () => send(at, abuser),
      () => ask(at, 'POST', '/verifications', { district: abuser.district, objects: 'all' }),
      () => ask(at, 'POST', `${district}/plan`, { objects: 'all' }),
      () => ask(at, 'POST', `${district}/selective-syncs/preview`, { object: 'School', key: ['1'] }),
    ] as const;
    count((await asked[n % asked.length]!()).status);
  });
}

function head({ url, token }: Address, method: string, path: string, more: readonly string[]): string {
  const { host } = new URL(url);
  return [
    `${method} /api/v1${path} HTTP/1.1`,
    `Host: ${host}`,
    `Authorization: Bearer ${token}`,
    ...more,
    '',
    '',
  ].join('\r\n');
}

/** A body of which one byte comes a second, until somebody ends it. */
async function trickle(at: Address, { district }: Abuser, count: Count): Promise<void> {
  const { hostname, port } = new URL(at.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => socket.destroy());
  socket.write(
    head(at, 'POST', `/districts/${district}/plan`, [
      'Content-Type: application/json',
      'Content-Length: 90000',
    ]),
  );
  while (!socket.destroyed && socket.writable) {
    await sleep(1_000);
    socket.write('{');
  }
  count('trickle ended');
}

/** Many long answers on one connection, none of which is read. */
async function askAndNotRead(at: Address, { district, endedRun }: Abuser, count: Count): Promise<void> {
  const { hostname, port } = new URL(at.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => socket.destroy());
  socket.pause();
  const paths = [
    `/resyncs/${endedRun}`,
    `/districts/${district}/resyncs?limit=500`,
    `/resyncs/${endedRun}/report?format=csv`,
  ];
  for (const path of [...paths, ...paths, ...paths]) socket.write(head(at, 'GET', path, []));
  for (let second = 0; second < 60 && !socket.destroyed && socket.writable; second += 1) await sleep(1_000);
  socket.destroy();
  count('not read');
}
