/** The servers tests run against, and empty databases on them. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { startStack } from '../../src/stack/stack';
import { databaseUrl, type DatabaseServerInfo, type StackInfo } from '../../src/stack/stack-info';
import { controlSchema } from './control-schema';
import { dropKept, keep, takeKept } from './kept-controls';
import { joinStack } from './stack-users';
import { testServers } from './test-servers';

/** Apart from a developer's own stack and the demo's. */
export const testStackDir = join(__dirname, '..', '..', '.stack-test');

let starting: Promise<StackInfo> | undefined;

/** The shared servers: started when the first test asks, stopped by jest's globalTeardown. */
export function testStack(): Promise<StackInfo> {
  starting ??= (async () => {
    joinStack(testStackDir);
    const servers = testServers;
    const { info } = await startStack({ dir: testStackDir, ports: 'any', durable: false, servers });
    return info;
  })();
  return starting;
}

/** Where the two editions are; the control database is on the state's server. */
export type EditionServers = Pick<StackInfo, 'district' | 'state'>;

export interface TestDatabases {
  readonly districtUrl: string;
  readonly stateUrl: string;
  /** Already migrated. */
  readonly controlUrl: string;
  drop(): Promise<void>;
}

/** Three new schemas with names of their own: district and state empty, control migrated. */
export function createTestDatabases(stack?: EditionServers, controlName?: string): Promise<TestDatabases> {
  return create(stack, controlName, false);
}

/**
 * The same, but the control database may be one that an earlier test of the file had, emptied: for
 * tests that don't change its tables.
 */
export function createEditionsWithControl(
  stack?: EditionServers,
  controlName?: string,
): Promise<TestDatabases> {
  return create(stack, controlName, stack === undefined && controlName === undefined);
}

// The random model runs outside of Jest.
if (typeof afterAll === 'function') afterAll(dropKept);

async function create(
  stack: EditionServers | undefined,
  controlName = 'control',
  mayKeep: boolean,
): Promise<TestDatabases> {
  const { district, state } = stack ?? (await testStack());
  const tag = randomBytes(4).toString('hex');
  const names = {
    district: `t_${tag}_district`,
    state: `t_${tag}_state`,
    control: `t_${tag}_${controlName}`,
  };
  const schema = await controlSchema(state);
  const emptied = mayKeep ? takeKept(state) : null;
  const control = emptied ?? names.control;
  await runOn(district, [`CREATE DATABASE ${names.district}`]);
  await runOn(state, [
    `CREATE DATABASE ${names.state}`,
    ...(emptied === null ? [`CREATE DATABASE \`${control}\``, `USE \`${control}\``, ...schema] : []),
  ]);
  return {
    districtUrl: databaseUrl(district, names.district),
    stateUrl: databaseUrl(state, names.state),
    controlUrl: databaseUrl(state, control),
    drop: async () => {
      await runOn(district, [`DROP DATABASE ${names.district}`]);
      await runOn(state, [
        `DROP DATABASE ${names.state}`,
        ...(mayKeep ? [] : [`DROP DATABASE \`${control}\``]),
      ]);
      if (mayKeep) await keep(state, control, schema);
    },
  };
}

async function runOn(server: DatabaseServerInfo, statements: readonly string[]): Promise<void> {
  const { host, port, user, password } = server;
  const connection = await createConnection({ host, port, user, password });
  try {
    for (const statement of statements) await connection.query(statement);
  } finally {
    await connection.end();
  }
}
