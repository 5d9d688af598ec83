import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSigningKey } from '../../../src/config/signing-key';
import { certifiableWorld } from './certifiable-world';
import type { ApiWorld } from '../../support/api-world';
import { resync, serve, type Served } from '../../support/command-line';

let world: ApiWorld;
let close: () => Promise<void>;
let served: Served;
const dir = mkdtempSync(join(tmpdir(), 'certify-'));
beforeAll(async () => {
  ({ world, close } = await certifiableWorld());
  served = await serve(world.app, world.as.state);
});
afterAll(async () => {
  served.close();
  rmSync(dir, { recursive: true });
  await close();
});

const saved = (name: string, text: string): string => {
  const file = join(dir, name);
  writeFileSync(file, text);
  return file;
};
const answer = async (path: string): Promise<string> => {
  const headers = { Authorization: world.as.state };
  return (await fetch(`${process.env['RESYNC_API_URL']}/api/v1${path}`, { headers })).text();
};

test('certify waits for the signature; certifications and certification show it', async () => {
  const asked = ['--reporting-date', '2026-10-01', '--name', 'Fall count'];
  const made = await resync('certify', world.here, ...asked, '--wait');
  expect([made.code, made.stdout]).toEqual([
    0,
    expect.stringMatching(/Signature: +valid, by key [^]*Enrollment +2 +3\n/),
  ]);
  const list = await resync('certifications', '--json');
  const [{ certificationId }] = JSON.parse(list.stdout) as [{ certificationId: string }];
  expect((await resync('certifications')).stdout).toContain('Fall count');
  expect((await resync('certification', certificationId)).stdout).toBe(made.stdout);
  expect((await resync('certify', world.here)).code).toBe(2);
  expect((await resync('certify', world.here, '--reporting-date', 'x', '--name', 'y')).code).toBe(2);
});

test('a signed document is verified by its reader with keys it kept itself, without the service', async () => {
  const [{ certificationId }] = JSON.parse((await resync('certifications', '--json')).stdout) as [
    { certificationId: string },
  ];
  const keys = saved('keys.json', await answer('/certification-keys'));
  const jws = await answer(`/certifications/${certificationId}/manifest`);
  const asked = await resync('certification', certificationId, '--verify');
  expect([asked.code, asked.stdout]).toEqual([
    0,
    expect.stringContaining('Valid: “Fall count” of District 0'),
  ]);
  const file = saved('genuine.jws', jws);
  const alone = ['--verify', '--keys', keys, '--api', 'http://127.0.0.1:1'];
  expect((await resync('certification', file, ...alone)).stdout).toBe(asked.stdout);
  const [header, , signature] = jws.split('.');
  const changed = saved('changed.jws', [header, 'e30', signature].join('.'));
  const refused = await resync('certification', changed, ...alone);
  expect([refused.code, refused.stdout, refused.stderr]).toEqual([4, '', expect.stringContaining('INVALID')]);
});

test('certification --drift names what changed and exits red, green when nothing did', async () => {
  const [{ certificationId }] = JSON.parse((await resync('certifications', '--json')).stdout) as [
    { certificationId: string },
  ];
  const calm = await resync('certification', certificationId, '--drift');
  expect([calm.code, calm.stdout]).toEqual([
    0,
    'Objects, schools and years: 0 changed, 0 gone, 0 new, 0 incomparable, 5 equal\n',
  ]);
  await world.control.raw('DELETE FROM Enrollment WHERE districtID = 1 AND id = 1');
  const drifted = await resync('certification', certificationId, '--drift');
  expect([drifted.code, drifted.stdout]).toEqual([
    4,
    expect.stringMatching(/Enrollment +\["1"\] +changed +2 +1/),
  ]);
  expect(drifted.stdout).not.toContain('Person');
});

test('certify key prints one new key that signs, and nothing else, on standard output', async () => {
  const [first, second] = [await resync('certify', 'key'), await resync('certify', 'key')];
  expect(first.code).toBe(0);
  expect(readSigningKey(first.stdout).algorithm).toBe('EdDSA');
  expect(first.stdout).not.toBe(second.stdout);
});
