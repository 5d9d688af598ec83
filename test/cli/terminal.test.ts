import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { serve, type Served } from '../support/command-line';
import { type ApiWorld, apiWorld } from '../support/api-world';
import { withWorker } from '../support/api-worker';
import { until } from '../workflows/support';

jest.setTimeout(120_000);

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

  shows(text: string): Promise<void> {
    return until(`it shows "${text}", not only "${this.text}"`, () => this.text.includes(text), 60_000);
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
    await until('it moves', () => gate.waiting.length > 0, 60_000);
    await terminal.shows('School');
    terminal.type('\u0003');
    expect(await terminal.end()).toBe(130);
    expect(terminal.text).toMatch(/Resync \S+ goes on\. To follow it again: resync watch \S+/);
    const [resyncId] = gate.waiting;
    expect(await runs().where({ resyncID: resyncId })).toMatchObject([{ status: 'running' }]);
  }));
