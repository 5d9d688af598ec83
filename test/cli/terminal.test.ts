import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { serve, type Served, speakAs } from '../support/command-line';
import { finishResync } from '../../src/features/resyncs/store';
import { runningResync } from '../support/control-database';
import { type ApiWorld, apiWorld } from '../support/api-world';
import { withWorker } from '../support/api-worker';
import { until } from '../support/until';

let world: ApiWorld;
let served: Served;
beforeAll(async () => {
  world = await apiWorld();
  served = await serve(world.app, world.as.here);
});
afterAll(async () => {
  served.close();
  await world.close();
});

const root = join(__dirname, '..', '..');
const program = `${process.execPath} --import tsx ${join(root, 'src', 'cli', 'main.ts')}`;

/** The command line on a terminal of its own, as a person has it. */
class Terminal {
  private readonly child: ChildProcess;
  private readonly ended: Promise<number | null>;
  text = '';

  constructor(command: string) {
    this.child = spawn('script', ['-qec', `${program} ${command}`, '/dev/null'], {
      cwd: root,
      env: { ...process.env, NO_COLOR: '1' },
    });
    this.child.stdout!.on('data', (data: Buffer) => (this.text += data.toString()));
    this.ended = new Promise((resolve) => this.child.once('close', resolve));
  }

  shows(text: string): Promise<string> {
    return until(
      `it shows "${text}"`,
      () => this.text,
      (shown) => shown.includes(text),
    );
  }

  type(text: string): void {
    this.child.stdin!.write(text);
  }

  end(): Promise<number | null> {
    return this.ended;
  }
}

const runs = () => world.control('resync').where({ districtID: world.here });

test('send asks on a terminal how much is to be sent; without a yes nothing is', async () => {
  const before = (await runs()).length;
  const terminal = new Terminal('send --all --removals apply');
  await terminal.shows('to the state, and remove there what the district no longer has? [y/N]');
  expect(terminal.text).toMatch(/Send 4 objects/);
  terminal.type('\n');
  expect(await terminal.end()).toBe(6);
  expect(terminal.text).toContain('Nothing was done.');
  expect(await runs()).toHaveLength(before);
});

test('whatever else writes at the state or at a district is asked about, too, with how much it is', async () => {
  await runningResync(world.control, 'held', ['Course'], { districtId: world.here });
  const refused = async (command: string, question: RegExp) => {
    const terminal = new Terminal(command);
    await terminal.shows('? [y/N]');
    expect(terminal.text).toMatch(question);
    terminal.type('n\n');
    expect([command, await terminal.end()]).toEqual([command, 6]);
  };
  speakAs(world.as.state);
  await Promise.all([
    refused(
      'request create --all-districts --objects School --reason Count',
      /Have 2 district\(s\) send 1 object, about \d+ records/,
    ),
    refused(`sync-event create ${world.here} School`, /Write the state’s values of School to here-/),
    refused('approve held', /Remove 0 records of no object at the state/),
  ]);
  speakAs(world.as.here);
  for (const table of ['stateRequest', 'syncEvent']) expect(await world.control(table)).toEqual([]);
  await finishResync(world.control, { resyncId: 'held', status: 'failed', message: 'for the test' });
});

test('the answer yes sends, and --yes asks nothing', () =>
  withWorker(world, async () => {
    const asked = new Terminal('send --objects School');
    await asked.shows('? [y/N]');
    asked.type('y\n');
    expect(await asked.end()).toBe(0);
    const told = new Terminal('send --objects School --yes');
    expect(await told.end()).toBe(0);
    expect(told.text).not.toContain('[y/N]');
  }));

test('Ctrl-C while a run is followed ends the command only, and says how to follow it again', () =>
  withWorker(world, async (gate) => {
    gate.close();
    const terminal = new Terminal('send --objects School --yes');
    await until('it moves', () => gate.waiting.length > 0);
    await terminal.shows('School');
    terminal.type('\u0003');
    expect(await terminal.end()).toBe(130);
    expect(terminal.text).toMatch(/Resync \S+ goes on\. To follow it again: resync watch \S+/);
    const [resyncId] = gate.waiting;
    expect(await runs().where({ resyncID: resyncId })).toMatchObject([{ status: 'running' }]);
  }));

test('Ctrl-C while anything else is waited for says that it goes on, too', () =>
  withWorker(world, async (gate) => {
    gate.close();
    speakAs(world.as.state);
    const asked = 'request create --all-districts --objects School --reason Count --yes --watch';
    const terminal = new Terminal(asked);
    await terminal.shows('under way');
    terminal.type('\u0003');
    expect(await terminal.end()).toBe(130);
    expect(terminal.text).toMatch(/Request \S+ goes on\. To follow it again: resync request watch \S+/);
    speakAs(world.as.here);
    gate.open();
  }));
