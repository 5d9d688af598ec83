import { setTimeout as sleep } from 'node:timers/promises';
import type { Side } from '../world/servers';
import { asAdmin, type FaultKind } from './kind';

const someTables = ['campus', 'guardian', 'student', 'section', 'enrollment', 'attendance', 'note'] as const;
const lockWait = 1205;

/** Changes that a release of either edition brings, and that change nothing of what is sent. */
const changes: readonly { readonly side: Side; readonly what: (tag: number) => string }[] = [
  { side: 'state', what: (tag) => `ADD COLUMN added_${tag} INT NULL` },
  { side: 'state', what: (tag) => `ADD COLUMN filled_${tag} VARCHAR(20) NOT NULL DEFAULT 'x' FIRST` },
  { side: 'state', what: (tag) => `ADD COLUMN made_${tag} DATETIME DEFAULT CURRENT_TIMESTAMP` },
  { side: 'state', what: (tag) => `COMMENT 'release ${tag}'` },
  { side: 'state', what: () => 'FORCE' },
  { side: 'district', what: (tag) => `COMMENT 'release ${tag}'` },
  { side: 'district', what: () => 'FORCE' },
];

export const schemaChanged: FaultKind = {
  name: 'schema-changed',
  holds: ['state', 'district'],
  most: 2,
  weight: 3,
  async strike({ world, random }) {
    const table = random.pick(someTables);
    const change = random.pick(changes);
    const sql = change.what(random.int(1, 1_000_000));
    try {
      await asAdmin(world, change.side, async (admin) => {
        await admin.query('SET SESSION lock_wait_timeout = 15');
        await admin.query(`ALTER TABLE ${table} ${sql}`);
      });
    } catch (error) {
      // It never got its turn.
      if ((error as { errno?: number }).errno === lockWait) return null;
      throw error;
    }
    return `${change.side}, ${table}: ${sql}`;
  },
};

/** A column is away for a while: its object may fail, but must not be green. */
export const columnAway: FaultKind = {
  name: 'column-away',
  holds: ['state', 'district'],
  most: 1,
  weight: 1,
  async strike({ world, random, leg }) {
    const [table, column] = random.pick([
      ['student', 'born'],
      ['attendance', 'minutes'],
      ['section', 'room'],
      ['guardian', 'phone'],
    ] as const);
    leg.mayFail = true;
    const ms = random.int(500, 3_000);
    await asAdmin(world, 'state', async (admin) => {
      await admin.query(`ALTER TABLE ${table} RENAME COLUMN ${column} TO ${column}_away`);
      await sleep(ms);
      await admin.query(`ALTER TABLE ${table} RENAME COLUMN ${column}_away TO ${column}`);
    });
    return `${table}.${column}, ${ms} ms`;
  },
};
