/** What a server's operator and its settings do to those that are connected. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from 'mysql2/promise';
import { type Side, serviceConnections } from '../world/servers';
import { asAdmin, type FaultKind, withGlobal } from './kind';

const sides: readonly Side[] = ['district', 'state', 'state'];
const usualPacket = 64 * 1024 * 1024;
const smallPacket = 1024 * 1024;
const usualWait = 28_800;
/** Gone already. */
const unknownThread = 1094;

export const readOnly: FaultKind = {
  name: 'read-only',
  holds: ['state'],
  most: 1,
  weight: 2,
  async strike({ world, random }) {
    const ms = random.int(1_000, 4_000);
    await withGlobal(world, 'state', { name: 'read_only', value: 1, usual: 0 }, () => sleep(ms));
    return `${ms} ms`;
  },
};

/**
 * The file system of the state's data has no block left; a server that ends of it is started
 * again.
 */
export const diskFull: FaultKind = {
  name: 'disk-full',
  holds: ['state'],
  most: 1,
  weight: 2,
  whyNot: ({ servers }) =>
    servers.disk.canFill ? null : 'only root can mount a file system for the state, on Linux with mkfs.ext4',
  async strike({ world: { servers }, random }) {
    const ms = random.int(1_500, 5_000);
    servers.disk.fill();
    try {
      await sleep(ms);
    } finally {
      servers.disk.free();
    }
    const died = servers.state.pid === null;
    await servers.state.start();
    return `${ms} ms${died ? '; the server ended of it' : ''}`;
  },
};

/** A firewall or an operator closes what rests, for some seconds. */
export const idleClosed: FaultKind = {
  name: 'idle-closed',
  holds: [],
  most: 3,
  weight: 3,
  async strike({ world, random }) {
    const side = random.pick(sides);
    const until = Date.now() + random.int(200, 2_000);
    let closed = 0;
    await orGone(() =>
      asAdmin(world, side, async (admin) => {
        do {
          closed += await closeConnections(admin, ({ rests }) => rests);
          await sleep(100);
        } while (Date.now() < until);
      }),
    );
    return closed > 0 ? `${side}, ${closed} connections` : null;
  },
};

/** Every connection of the service, whatever it is doing. */
export const connectionsKilled: FaultKind = {
  name: 'connections-killed',
  holds: [],
  most: 3,
  weight: 3,
  async strike({ world, random }) {
    const side = random.pick(sides);
    let closed = 0;
    await orGone(() =>
      asAdmin(world, side, async (admin) => {
        closed = await closeConnections(admin, () => true);
      }),
    );
    return closed > 0 ? `${side}, ${closed} connections` : null;
  },
};

export const shortWait: FaultKind = {
  name: 'short-wait-timeout',
  holds: ['state', 'district'],
  most: 1,
  weight: 1,
  async strike({ world, random }) {
    const side = random.pick(sides);
    const ms = random.int(2_000, 5_000);
    await withGlobal(world, side, { name: 'wait_timeout', value: 1, usual: usualWait }, async (admin) => {
      // Those that are open keep what they have: new ones get it.
      await closeConnections(admin, ({ rests }) => rests);
      await sleep(ms);
    });
    return `${side}, 1 s for ${ms} ms`;
  },
};

export const packetLowered: FaultKind = {
  name: 'packet-lowered',
  holds: ['state', 'district'],
  most: 1,
  weight: 2,
  async strike({ world, random }) {
    const side = random.pick(sides);
    const ms = random.int(2_000, 6_000);
    const limit = { name: 'max_allowed_packet', value: smallPacket, usual: usualPacket };
    await withGlobal(world, side, limit, async (admin) => {
      await closeConnections(admin, () => true);
      await sleep(ms);
    });
    return `${side}, ${smallPacket} bytes for ${ms} ms`;
  },
};

async function closeConnections(
  admin: Connection,
  which: (connection: { readonly rests: boolean }) => boolean,
): Promise<number> {
  let closed = 0;
  for (const connection of (await serviceConnections(admin)).filter(which)) {
    try {
      await admin.query(`KILL CONNECTION ${connection.id}`);
      closed += 1;
    } catch (error) {
      if ((error as { errno?: number }).errno !== unknownThread) throw error;
    }
  }
  return closed;
}

/** Another fault may have the server down, so that there is nothing to close. */
async function orGone(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { code = '' } = error as { code?: string };
    if (!/^(ECONN|EPIPE|PROTOCOL_|ER_SERVER_SHUTDOWN)/.test(code)) throw error;
  }
}
