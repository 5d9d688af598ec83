import type { AuditEvent } from '../../src/features/access/audit-store';
import { finishObject } from '../../src/features/resyncs/object-store';
import { finishResync } from '../../src/features/resyncs/store';
import { createToken } from '../../src/features/access/token-store';
import { type ApiWorld, apiWorld } from '../support/api-world';
import { keepWorker, withWorker } from '../support/api-worker';
import { ledgerPage, runningResync, storedError } from '../support/control-database';
import { resync, serve, type Served } from '../support/command-line';
import { until } from '../support/until';

let world: ApiWorld;
let endWorker: () => Promise<void>;
let served: Served;
beforeAll(async () => {
  world = await apiWorld();
  endWorker = await keepWorker(world);
  served = await serve(world.app);
  process.env['CONTROL_DATABASE_URL'] = world.config.controlDatabaseUrl;
});
beforeEach(() => (process.env['RESYNC_TOKEN'] = world.as.here.slice('Bearer '.length)));
afterAll(async () => {
  served.close();
  await endWorker();
  await world.close();
});

/** An ended resync with so many errors among 1,000 records. */
async function endedResync(resyncId: string, errors: number): Promise<void> {
  await runningResync(world.control, resyncId, ['School'], { districtId: world.here });
  for (let i = 0; i < errors; i++)
    await storedError(world.control, { resyncId, object: 'School', key: `${i}` });
  await ledgerPage(
    world.control,
    { resyncId, object: 'School', read: 1000 },
    { inserted: 1000 - errors, failed: errors },
  );
  await finishObject(world.control, { resyncId, object: 'School', status: 'finished' });
  await finishResync(world.control, { resyncId, status: 'finished' });
}

test('send follows a run to its green end: progress on standard error, the table on standard output', () =>
  withWorker(world, async () => {
    const { code, stdout, stderr } = await resync('send', '--all');
    expect([code, stderr]).toEqual([0, expect.stringContaining('School green, 10 processed, 0 errors')]);
    expect(stdout).toMatch(/Section +● green +10/);
    expect(stdout).toMatch(/Total +40/);
    expect(stdout).not.toContain('processed, 0 errors');
  }));

test('show and errors say why an object failed as a whole', async () => {
  const resyncId = 'failed-whole';
  await runningResync(world.control, resyncId, ['School', 'Calendar'], { districtId: world.here });
  const message = "School can't be sent: the state's table School has no column x.";
  await finishObject(world.control, { resyncId, object: 'School', status: 'failed', message });
  await finishObject(world.control, { resyncId, object: 'Calendar', status: 'skipped' });
  await finishResync(world.control, { resyncId, status: 'finished' });
  expect((await resync('show', resyncId)).stdout).toContain(`School: ${message}`);
  expect((await resync('errors', resyncId)).stdout).toContain(`School: ${message}`);
  expect((await resync('errors', resyncId, '--object', 'Calendar')).stdout).not.toContain(message);
});

test('history tells what became of one record, and a key that can be none is a usage error', async () => {
  await endedResync('with-history', 2);
  const ended = world.control('DISBatchHistory').where({ resyncID: 'with-history' });
  await ended.update({ districtID: world.here });
  const { code, stdout } = await resync('history', world.here, 'School', '1');
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(/with-history +2027 +failed +record +VALUE_TOO_LONG/),
  ]);
  const json = await resync('history', world.here, 'School', '["1"]', '--json');
  expect(JSON.parse(json.stdout)).toMatchObject([{ resyncId: 'with-history', outcome: 'failed' }]);
  expect((await resync('history', world.here, 'School', '["1","2"]')).code).toBe(2);
});

test('scoped-year shows what stands in the way of a switch, which is refused with 7; compliance lists every district', async () => {
  const rights = {
    name: 'admin',
    level: 'district' as const,
    rights: ['administration', 'resyncBatch'] as const,
  };
  process.env['RESYNC_TOKEN'] = (
    await createToken(world.control, { ...rights, districts: [world.other] })
  ).token;
  const shown = await resync('scoped-year');
  expect(shown.stdout).toMatch(/Scoped year: +2027; resyncs 2027 \(current\)\nEnd of year: +No full resync/);
  const refused = await resync('scoped-year', 'switch', '--to', '2028');
  expect([refused.code, refused.stderr]).toEqual([7, expect.stringContaining('No full resync')]);
  process.env['RESYNC_TOKEN'] = world.as.state.slice('Bearer '.length);
  const list = await resync('compliance');
  expect(list.stdout).toMatch(/^School year 2027: 2 districts; end of year \d done, \d missing; 0 switched;/);
  const reason = ['--district', world.other, '--override-reason', 'closed in May', '--json'];
  const switched = await resync('scoped-year', 'switch', '--to', '2028', ...reason);
  expect(JSON.parse(switched.stdout)).toMatchObject({ scopedYear: 2028, startOfYear: { status: 'due' } });
});

test('removals shows what awaits an approval, with samples; approve needs another person, reject doesn’t', () =>
  withWorker(world, async (gate) => {
    gate.extra.set('Section', 3);
    const sent = await resync('send', '--objects', 'Section', '--removals', 'apply', '--no-wait');
    const resyncId = sent.stdout.trim();
    const shown = async () => (await resync('removals', resyncId)).stdout;
    await until('it awaits an approval', async () => (await shown()).includes('until 2'));
    expect(await shown()).toMatch(/Section +awaiting +3 +30 % +0 +0 +until [^]*\n {2}1 {2}guid-1\n/);
    const listed = await resync('removals', resyncId, '--object', 'Section', '--json', '--limit', '2');
    expect(JSON.parse(listed.stdout)).toMatchObject([{ key: ['1'], status: 'found' }, { key: ['2'] }]);
    const own = await resync('approve', resyncId);
    expect([own.code, own.stderr]).toEqual([7, expect.stringContaining('someone other than the requester')]);
    expect((await resync('reject', resyncId, '--objects', 'Course')).code).toBe(7);
    const rejected = await resync('reject', resyncId, '--objects', 'Section');
    expect([rejected.code, rejected.stdout]).toEqual([0, expect.stringMatching(/Section +rejected/)]);
    const end = await resync('wait', resyncId);
    expect([end.code, end.stdout]).toEqual([0, expect.stringContaining('rejected, none of 3 removed')]);
  }));

test('retry sends the records with errors again and follows that to its end; nothing to retry is a refusal', () =>
  withWorker(world, async () => {
    await endedResync('to-retry', 3);
    const retried = await resync('retry', 'to-retry');
    expect(retried.code).toBe(0);
    expect(retried.stderr).toContain('Sends again: 3 School.');
    expect(retried.stdout).toContain('School');
    expect((await resync('retry', 'to-retry', '--outcome', 'blocked')).code).toBe(7);
    expect((await resync('retry', 'to-retry', '--outcome', 'extra')).code).toBe(2);
    const waiting = await resync('retry', 'to-retry', '--no-wait', '--json');
    const accepted = JSON.parse(waiting.stdout) as { resyncId: string };
    expect(accepted).toMatchObject({ selected: [{ object: 'School', records: 3 }] });
    expect((await resync('wait', accepted.resyncId)).code).toBe(0);
  }));

test('select shows what one record brings along, or sends it; a record that is not there is a usage error', () =>
  withWorker(world, async () => {
    const preview = await resync('select', world.here, 'School', '1', '--preview');
    expect([preview.code, preview.stdout]).toEqual([
      0,
      expect.stringMatching(/School +1 +asked for +1\n.*Course +2 +2 below +7, 8/),
    ]);
    const sent = await resync('select', world.here, 'School', '1');
    expect([sent.code, sent.stdout]).toEqual([0, expect.stringContaining('School')]);
    const waiting = await resync('select', world.here, 'School', '1', '--no-wait', '--json');
    const accepted = JSON.parse(waiting.stdout) as { resyncId: string };
    expect(accepted).toMatchObject({ replayed: false, omitted: [] });
    expect((await resync('wait', accepted.resyncId)).code).toBe(0);
    const nobody = await resync('select', world.here, 'School', 'nobody');
    expect([nobody.code, nobody.stderr]).toEqual([2, expect.stringContaining('no School of this key')]);
  }));

test('a blackout window is set, listed with the next one, and removed', async () => {
  process.env['RESYNC_TOKEN'] = world.as.state.slice('Bearer '.length);
  const district = ['--district', world.other];
  const school = ['--days', 'mon,tue', '--from', '07:30', '--to', '16:00', '--timezone', 'America/Chicago'];
  const added = await resync('blackout', 'add', ...district, ...school, '--note', 'school hours', '--json');
  expect(added.code).toBe(0);
  const { blackoutId } = JSON.parse(added.stdout) as { blackoutId: string };
  const list = await resync('blackout', 'list', ...district);
  expect(list.stdout).toMatch(
    new RegExp(`${blackoutId} +state +.*07:30.*16:00.*America/Chicago.*school hours`),
  );
  expect(list.stdout).toMatch(/Next: 20\d\d-\d\d-\d\dT/);
  expect((await resync('blackout', 'remove', blackoutId, ...district)).code).toBe(0);
  expect((await resync('blackout', 'list', ...district)).stdout).not.toContain(blackoutId);
  expect((await resync('blackout', 'add', ...district, '--from', 'noon', '--to', 'night')).code).toBe(2);
});

test('a schedule is created, shown with its next runs, paused, resumed, filled in and deleted', async () => {
  const times = ['--at', '02:00', '--days', 'tue,wed', '--timezone', 'America/Chicago'];
  const created = await resync('schedule', 'create', 'nightly', ...times, '--objects', 'School', '--json');
  expect([created.code, created.stderr]).toEqual([0, '']);
  const { scheduleId } = JSON.parse(created.stdout) as { scheduleId: string };
  expect((await resync('schedule', 'create', 'nightly', ...times, '--all')).code).toBe(7);
  const act = async (name: string, ...argv: string[]) =>
    (await resync('schedule', name, scheduleId, ...argv)).stdout;
  const shown = await until(
    'Temporal has it',
    () => act('show'),
    (text) => text.includes('Next: 20'),
  );
  expect(shown).toMatch(/Schedule \w+ "nightly"\nNext: 20/);
  expect(await act('pause', '--note', 'holidays')).toContain('paused: holidays');
  expect((await resync('schedule', 'list')).stdout).toMatch(/nightly +district +paused/);
  expect(await act('resume')).toContain('Next: ');
  const past = ['--from', '2026-01-05T00:00Z', '--to', '2026-01-06T00:00Z'];
  expect(await act('backfill', ...past)).toContain('Fills in: nothing');
  expect(await act('delete')).toContain('"nightly"');
  expect((await resync('schedule', 'show', scheduleId)).code).toBe(7);
  const neither = await resync('schedule', 'create', 'x', '--timezone', 'UTC', '--all');
  expect([neither.code, neither.stderr]).toEqual([2, expect.stringContaining('--cron')]);
});

test('agent shows the district’s queue', () =>
  withWorker(world, async () => {
    // What earlier tests have sent is the agent's until it has looked after it.
    const { code } = await until(
      'nothing runs',
      () => resync('agent'),
      ({ stdout }) => stdout === 'Runs:    nothing\n',
    );
    expect(code).toBe(0);
  }));

test('with --json standard output is one JSON value', () =>
  withWorker(world, async () => {
    const { code, stdout } = await resync('send', '--objects', 'Room', '--no-check-dependencies', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'finished', objectResults: [{ object: 'Room' }] });
  }));

test('the exit code is the color of the end, as far as --fail-on asks', async () => {
  await endedResync('green', 0);
  await endedResync('yellow', 10);
  await endedResync('red', 11);
  const code = async (...argv: string[]) => (await resync('wait', ...argv)).code;
  expect([await code('green'), await code('yellow'), await code('red')]).toEqual([0, 3, 4]);
  expect(await code('yellow', '--fail-on', 'red')).toBe(0);
  expect(await code('red', '--fail-on', 'never')).toBe(0);
  await runningResync(world.control, 'gave-up', ['School'], { districtId: world.here });
  await finishResync(world.control, { resyncId: 'gave-up', status: 'failed', message: 'x' });
  await runningResync(world.control, 'stopped', ['School'], { districtId: world.here });
  await finishResync(world.control, { resyncId: 'stopped', status: 'cancelled', message: 'x' });
  expect([await code('gave-up'), await code('stopped')]).toEqual([5, 6]);
});

test('usage, refusals and an API that is away have codes of their own', async () => {
  const outcomes = [
    await resync('send'),
    await resync('send', '--all', '--objects', 'School'),
    await resync('nonsense'),
    await resync('send', '--all', '--scenario', 'WHY_NOT'),
    await resync('plan', '--objects', 'Nonsense'),
    await resync('show', 'no-such-resync'),
    await resync('pause', 'green'),
    await resync('runs', '--api', 'http://127.0.0.1:1'),
  ];
  expect(outcomes.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2, 7, 7, 8]);
  expect(outcomes.every(({ stdout, stderr }) => stdout === '' && stderr !== '')).toBe(true);
  expect(outcomes[4]!.stderr).toContain('#/objects');
  process.env['RESYNC_TOKEN'] = 'rsk_wrong';
  expect((await resync('runs')).code).toBe(7);
  delete process.env['RESYNC_TOKEN'];
  process.env['RESYNC_STACK_DIR'] = 'none-here';
  const without = await resync('runs');
  delete process.env['RESYNC_STACK_DIR'];
  expect([without.code, without.stderr]).toEqual([7, expect.stringContaining('RESYNC_TOKEN')]);
});

test('errors and causes name the records, plan says why an object is in it', async () => {
  const errors = await resync('errors', 'red', '--limit', '3', '--json');
  expect((JSON.parse(errors.stdout) as object[]).length).toBe(3);
  const causes = await resync('causes', 'red');
  expect(causes.stdout).toContain('11 errors go back to 11 failed School records (VALUE_TOO_LONG)');
  const plan = await resync('plan', '--objects', 'Course');
  expect(plan.stdout).toMatch(/School .*needed by Course/);
  const objects = await resync('objects');
  expect(objects.stdout).toMatch(/ReportingEntity +off/);
});

test('a token is printed once, works, and is refused after it is revoked', async () => {
  const made = await resync('token', 'create', '--name', 'office', '--districts', world.here);
  const token = made.stdout.trim();
  process.env['RESYNC_TOKEN'] = token;
  expect((await resync('runs')).code).toBe(0);
  const list = await resync('token', 'list');
  expect(list.stdout).toContain('office');
  expect(list.stdout).not.toContain(token.split('_').slice(2).join('_'));
  const id = token.split('_')[1]!;
  expect((await resync('token', 'revoke', id)).code).toBe(0);
  expect((await resync('token', 'revoke', id)).code).toBe(7);
  expect((await resync('runs')).code).toBe(7);
  expect((await resync('token', 'create', '--name', 'x')).code).toBe(2);
});

test('alerts lists, reads and deletes one’s own', async () => {
  await endedResync('alerted', 0);
  const listed = JSON.parse((await resync('alerts', '--json')).stdout) as { alertId: number; name: string }[];
  const { alertId } = listed[0]!;
  expect(listed[0]).toMatchObject({ name: 'Resync Completed', resyncId: 'alerted', read: false });
  const found = async (...argv: string[]) =>
    (JSON.parse((await resync('alerts', 'list', ...argv, '--json')).stdout) as object[]).length;
  const completed = listed.filter(({ name }) => name === 'Resync Completed').length;
  expect(await found('--process', 'Vertical Interoperability', '--find', 'COMPLETED')).toBe(completed);
  expect(await found('--process', 'Data Certification')).toBe(0);
  expect(await found('--find', 'nothing like it')).toBe(0);
  expect((await resync('alerts', 'read', `${alertId}`)).stdout).toContain('1000 records processed');
  expect((await resync('alerts', 'list', '--unread')).stdout).not.toMatch(new RegExp(`^${alertId} `, 'm'));
  expect((await resync('alerts', 'delete', `${alertId}`)).code).toBe(0);
  expect((await resync('alerts', 'delete', `${alertId}`)).code).toBe(7);
});

test('principals, rights and audit by command line, also what was done beside the API', async () => {
  process.env['RESYNC_TOKEN'] = world.as.state.slice('Bearer '.length);
  const json = async <T>(...argv: string[]) => JSON.parse((await resync(...argv, '--json')).stdout) as T;
  const office = ['--name', 'office', '--districts', world.here, '--rights', 'agents'];
  const { principalId } = await json<{ principalId: string }>('principal', 'create', ...office);
  const made = await resync('principal', 'token', 'create', principalId, '--label', 'laptop');
  const withdrawn = await resync('rights', 'withdraw', principalId, 'agents');
  expect(withdrawn.stdout).toContain('no rights');
  const granted = await json<object>('rights', 'grant', principalId, 'errorLog,resyncBatch');
  expect(granted).toMatchObject({ rights: ['resyncBatch', 'errorLog'] });
  expect((await resync('rights', 'grant', principalId, 'stateRequest')).code).toBe(2);
  expect((await resync('rights', 'grant', principalId, 'everything')).code).toBe(2);
  const more = await json<object>('token', 'create', '--name', 'second', '--principal', principalId);
  expect(more).toMatchObject({ principalId });
  expect((await resync('token', 'create', '--name', 'x', '--principal', 'nobody')).code).toBe(7);
  const mixed = ['token', 'create', '--name', 'x', '--principal', principalId, '--rights', 'agents'];
  expect((await resync(...mixed)).code).toBe(2);
  const tokens = await resync('principal', 'token', 'list', principalId);
  expect(tokens.stdout).toMatch(/second[^]*laptop|laptop[^]*second/);

  const events = await json<AuditEvent[]>('audit');
  expect(events.map(({ action, address }) => [action, address === 'local'])).toEqual(
    expect.arrayContaining([
      ['resync token create', true],
      ['PUT /principals/{principal}/rights/{tool}', false],
      ['POST /principals/{principal}/tokens', false],
    ]),
  );
  expect((await resync('audit', '--limit', '5')).stdout).toContain('PUT /principals/');
  expect((await resync('principal', 'list')).stdout).toContain('errorLog');

  process.env['RESYNC_TOKEN'] = made.stdout.trim();
  expect((await resync('rights')).stdout).toBe(
    `office (${principalId}), district, ${world.here}\nresyncBatch\nerrorLog\n`,
  );
  expect((await resync('audit')).code).toBe(7);
  process.env['RESYNC_TOKEN'] = world.as.state.slice('Bearer '.length);
  expect((await resync('principal', 'disable', principalId)).stdout).toContain('disabled');
  process.env['RESYNC_TOKEN'] = made.stdout.trim();
  expect((await resync('rights')).code).toBe(7);
});

test('field-settings shows and sets owners; sync-event asks for what the state owns, and shows what came of it', async () => {
  // In the tests' configuration the state edition is the control database itself.
  await world.control.raw(
    'CREATE TABLE School (districtID INT, id INT, code INT, PRIMARY KEY (districtID, id))',
  );
  expect((await resync('field-settings', 'set', world.here, 'School.code', 'state')).code).toBe(7);
  const refused = await resync('field-settings', 'set', world.here, 'nonsense', 'state');
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('<object>.<field>')]);
  process.env['RESYNC_TOKEN'] = world.as.state.slice('Bearer '.length);
  expect((await resync('sync-event', 'create', world.here, 'School')).code).toBe(2);
  const set = await resync('field-settings', 'set', world.here, 'School.code', 'state');
  expect(set.stdout).toBe('School.code: state, from the next range on\n');
  const shown = await resync('field-settings', world.here, '--object', 'School');
  expect(shown.stdout).toMatch(/School\.id +district +no: records are matched by it/);
  expect(shown.stdout).toMatch(/School\.code +state +yes +set by state/);
  expect((await resync('field-settings', 'changes', world.here)).stdout).toContain('district → state');

  const made = await resync('sync-event', 'create', world.here, 'School', '--key', '7', '--key', '["8"]');
  const id = made.stdout.trim();
  const event = await resync('sync-event', 'show', world.here, id, '--json');
  expect(JSON.parse(event.stdout)).toMatchObject({ object: 'School', keys: 2, status: 'accepted' });
  expect((await resync('sync-event', 'list', world.here)).stdout).toContain(id);
});
