/**
 * `npm run try:api`: requests that Schemathesis makes up from the API's document, with the ids of
 * what is there, against a running service that may be played with:
 * `RESYNC_TOKEN=… npm run try:api -- --seconds 300`. It needs Schemathesis 4 from PyPI
 * (`--program` where it isn't in the PATH).
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/** Where ids are found, and the paths in which `{id}` is one of them. */
const lists = [
  ['resyncs', (district: string) => `/districts/${district}/resyncs?limit=1`, 'resyncId'],
  ['verifications', () => '/verifications?limit=1', 'verificationId'],
  ['state-requests', () => '/state-requests?limit=1', 'stateRequestId'],
  ['certifications', () => '/certifications?limit=1', 'certificationId'],
  ['schedules', (district: string) => `/districts/${district}/schedules`, 'scheduleId'],
  ['blackouts', (district: string) => `/districts/${district}/blackouts`, 'blackoutId'],
  ['webhooks', () => '/webhooks', 'webhookId'],
] as const;

/** Below the limit of a token, so that what is found isn't 429 only. */
const rate = '1100/m';
/**
 * Left out: an event stream doesn't end by itself, a session is opened by a code, and what is well
 * formed may still be refused for what is there (422).
 */
const without = {
  paths: '/events$|/session',
  checks: 'positive_data_acceptance',
} as const;

type Row = Readonly<Record<string, unknown>>;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      url: { type: 'string', default: 'http://127.0.0.1:8080' },
      seconds: { type: 'string', default: '300' },
      seed: { type: 'string' },
      program: { type: 'string', default: 'schemathesis' },
    },
  });
  const token = process.env['RESYNC_TOKEN'] ?? '';
  const first = async (path: string): Promise<Row | undefined> => {
    const headers = { Authorization: `Bearer ${token}` };
    const answer = await fetch(`${values.url}/api/v1${path}`, { headers });
    if (answer.status === 401) throw new Error('RESYNC_TOKEN is no usable token of this service.');
    return answer.ok ? ((await answer.json()) as { items: Row[] }).items[0] : undefined;
  };
  const district = String((await first('/districts?limit=1'))?.['id']);
  // One that nobody needs: its rights come and go, and it is disabled.
  const principal = await makePrincipal(values.url, token, district);
  const folder = mkdtempSync(join(tmpdir(), 'try-api-'));
  const known = [
    // What is too large is refused before it is looked at.
    '[checks.negative_data_rejection]',
    'expected-statuses = ["400", "401", "403", "404", "405", "409", "413", "415", "422", "429", "431"]',
    '[parameters]',
    `"path.district" = ${quoted(district)}`,
  ];
  if (principal !== undefined) known.push(`"path.principal" = ${quoted(principal)}`);
  for (const [what, pathOf, field] of lists) {
    const id = (await first(pathOf(district)))?.[field];
    if (id === undefined) continue;
    known.push(
      '[[operations]]',
      `include-path-regex = "/${what}/.id."`,
      `parameters = { "path.id" = ${quoted(id)} }`,
    );
  }
  const config = join(folder, 'schemathesis.toml');
  writeFileSync(config, `${known.join('\n')}\n`);
  return run(
    values.program,
    [
      ...['--config-file', config, 'run', `${values.url}/api/v1/openapi.json`],
      ...['--header', `Authorization: Bearer ${token}`, '--max-time', values.seconds, '--rate-limit', rate],
      ...['--exclude-path-regex', without.paths, '--exclude-checks', without.checks, '--checks', 'all'],
      ...['--phases', 'coverage,fuzzing', '--continue-on-failure', '--suppress-health-check', 'all'],
      ...['--report', 'ndjson', '--report-dir', folder],
      ...(values.seed === undefined ? [] : ['--seed', values.seed]),
    ],
    folder,
  );
}

async function makePrincipal(url: string, token: string, district: string): Promise<unknown> {
  const answer = await fetch(`${url}/api/v1/principals`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'try:api', level: 'district', districts: [district], rights: ['errorLog'] }),
  });
  return answer.ok ? ((await answer.json()) as Row)['principalId'] : undefined;
}

const quoted = (text: unknown): string => JSON.stringify(String(text));

function run(program: string, args: readonly string[], cwd: string): Promise<number> {
  return new Promise((resolve, reject) => {
    spawn(program, args, { stdio: 'inherit', cwd })
      .once('error', reject)
      .once('exit', (code) => resolve(code ?? 1));
  });
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  },
);
