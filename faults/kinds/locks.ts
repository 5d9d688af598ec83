import { setTimeout as sleep } from 'node:timers/promises';
import { tableNamed, tenantColumn } from '../district/tables';
import { districtNumber } from '../world/run-world';
import { asAdmin, type FaultKind } from './kind';

const tablesOfMany = ['household', 'guardian', 'student', 'section', 'enrollment', 'attendance'] as const;
const deadlock = 1213;
const lockWait = 1205;

/**
 * A second session locks the state's records in the other order, and the gaps where some aren't
 * yet, again and again.
 */
export const deadlocks: FaultKind = {
  name: 'deadlocks',
  holds: ['state'],
  most: 2,
  weight: 3,
  async strike({ world, random, district }) {
    const table = tableNamed(random.pick(tablesOfMany));
    const keys = [...district.get(table.name)!.values()].map((row) => Number(row['id']));
    const until = Date.now() + random.int(2_000, 5_000);
    let met = 0;
    await asAdmin(world, 'state', async (connection) => {
      await connection.query('SET SESSION innodb_lock_wait_timeout = 2');
      while (Date.now() < until) {
        const from = random.int(0, Math.max(0, keys.length - 60));
        const some = keys.slice(from, from + 60).reverse();
        try {
          await connection.beginTransaction();
          for (const id of some) {
            await connection.query(`SELECT id FROM ?? WHERE ${tenantColumn} = ? AND id = ? FOR UPDATE`, [
              table.name,
              districtNumber,
              id,
            ]);
            await sleep(2);
          }
          await connection.commit();
        } catch (error) {
          const { errno } = error as { errno?: number };
          if (errno !== deadlock && errno !== lockWait) throw error;
          met += 1;
          await connection.rollback();
        }
      }
    });
    return `${table.name}; gave way ${met} times itself`;
  },
};

/** A second session holds all records of a table for longer than anybody waits for a lock. */
export const lockHeld: FaultKind = {
  name: 'lock-held',
  holds: ['state'],
  most: 1,
  weight: 2,
  async strike({ world, random }) {
    const table = random.pick(tablesOfMany);
    const ms = random.int(6_000, 11_000);
    const held = await asAdmin(world, 'state', async (connection) => {
      await connection.query('SET SESSION innodb_lock_wait_timeout = 10');
      await connection.beginTransaction();
      try {
        await connection.query('SELECT COUNT(*) FROM ?? FOR UPDATE', [table]);
      } catch (error) {
        if ([deadlock, lockWait].includes(Number((error as { errno?: number }).errno))) return false;
        throw error;
      }
      await sleep(ms);
      await connection.rollback();
      return true;
    });
    return held ? `${table}, ${ms} ms` : null;
  },
};
