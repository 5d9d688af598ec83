import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { migrate } from '../../src/migrate';
import { generateDistrict } from '../../src/sample/generate';
import { type Stack, startStack } from '../../src/stack/stack';
import { FaultWorld, schoolYear, type WorldDatabases } from './world';

jest.setTimeout(600_000);

const students = 400;
const folder = mkdtempSync(join(process.cwd(), '.stack-faults-'));
let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ dir: folder, ports: 'any' });
});
afterAll(async () => {
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Fresh editions of one name; the district is generated, so it is the same each time. */
async function databases(name: string): Promise<WorldDatabases> {
  const url = (server: { host: string; port: number; user: string; password: string }, database: string) =>
    `mysql://${server.user}:${server.password}@${server.host}:${server.port}/${database}`;
  const create = async (server: Parameters<typeof url>[0], database: string) => {
    const connection = await createConnection({ ...server });
    await connection.query(`CREATE DATABASE \`${database}\` CHARACTER SET utf8mb4`);
    await connection.end();
    return url(server, database);
  };
  const { district, state } = stack.info;
  const urls = {
    districtUrl: await create(district, `district_${name}`),
    stateUrl: await create(state, `state_${name}`),
    controlUrl: await create(state, `control_${name}`),
  };
  await migrate(urls.districtUrl, 'district');
  await migrate(urls.stateUrl, 'state');
  await migrate(urls.controlUrl, 'control');
  await generateDistrict({ districtUrl: urls.districtUrl, students, seed: 7, defects: true, schoolYear });
  return urls;
}

/**
 * Runs a full resync to its end, doing each fault when the ledger has grown to its share of
 * `totalPages`.
 */
async function run(
  name: string,
  faults: readonly { what: string; strike: (world: FaultWorld) => Promise<void> }[] = [],
  totalPages = 0,
) {
  const world = FaultWorld.create(stack, await databases(name), folder, name);
  const hits: string[] = [];
  try {
    world.startWorker();
    await world.send(name);
    const deadline = Date.now() + 400_000;
    for (let ended = false; !ended;) {
      if (Date.now() > deadline) throw new Error(`${name} did not end; faults so far: ${hits.join(', ')}`);
      const pages = await world.pages(name);
      const status = await world.status(name);
      const next = faults[hits.length];
      if (
        next &&
        pages !== null &&
        status === 'running' &&
        pages >= ((hits.length + 1) * totalPages) / (faults.length + 2)
      ) {
        await next.strike(world);
        hits.push(next.what);
      }
      ended = status === 'finished' || status === 'failed' || status === 'cancelled';
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return {
      status: await world.status(name),
      pages: (await world.pages(name))!,
      outcomes: await world.outcomes(name),
      errors: await world.errors(name),
      hits,
    };
  } finally {
    await world.close();
  }
}

const worker = {
  what: 'worker',
  strike: async (world: FaultWorld) => {
    await world.killWorker();
    world.startWorker();
  },
};
const server = (what: 'temporal' | 'state' | 'district', downMs: number) => ({
  what,
  strike: async () => {
    await stack[what].kill();
    await new Promise((resolve) => setTimeout(resolve, downMs));
    await stack[what].start();
  },
});

it('comes to the same outcome and errors as an undisturbed run, whoever is killed in the middle and in any order', async () => {
  const calm = await run('calm');
  expect(calm.status).toBe('finished');
  expect(calm.errors.length).toBeGreaterThan(0);

  const orders = [
    [worker, server('state', 500), server('temporal', 1_000), server('district', 500)],
    [server('district', 1_500), server('temporal', 200), worker, server('state', 1_500)],
  ];
  for (const [index, faults] of orders.entries()) {
    let stormy = await run(`storm_${index}`, faults, calm.pages);
    // A machine that stands still lets the run end before the last of them.
    for (let again = 1; stormy.hits.length < faults.length && again < 4; again += 1)
      stormy = await run(`storm_${index}_${again}`, faults, calm.pages);
    expect(stormy.hits).toEqual(faults.map(({ what }) => what));
    expect(stormy.status).toBe('finished');
    expect(stormy.outcomes).toEqual(calm.outcomes);
    expect(stormy.errors).toEqual(calm.errors);
  }
});
