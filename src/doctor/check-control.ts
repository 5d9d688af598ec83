/** Whether the control database has this build's schema, how large it is, and room to grow. */
import { statfs } from 'node:fs/promises';
import type { Knex } from 'knex';
import type { Config } from '../config';
import { ControlError } from '../control/control-error';
import { openControl, selectRows } from '../control/database';
import { readPasses } from '../features/retention/pass-store';
import { readControlVersion } from '../schema-version';
import { parseAddress } from '../database/address';
import { type Finding, fail, isThisMachine, ok, warn } from './finding';

/** Room on a disk, in bytes. */
interface Room {
  readonly free: number;
  readonly total: number;
}

const gigabyte = 1024 ** 3;
/** A run of a large district writes some gigabytes; below the lower one servers soon stop. */
const scarceBytes = 5 * gigabyte;
const tooLittleBytes = gigabyte;
/** A pass of each day that did not come. */
const missedAfterMs = 50 * 3_600_000;

/** What can't be reached has a finding of its own elsewhere. */
export async function controlFindings({ controlDatabaseUrl }: Config): Promise<Finding[]> {
  const control = openControl(controlDatabaseUrl, { connections: 1 });
  try {
    return [
      await schemaFinding(control),
      ...(await retentionFinding(control)),
      ok('control size', sizeText(await sizeOf(control))),
      ...diskFinding('control disk', await roomOfServer(control, controlDatabaseUrl)),
    ];
  } catch (error) {
    if (error instanceof ControlError) return [];
    throw error;
  } finally {
    await control.destroy();
  }
}

/** Room where a folder of this machine is; nothing when it isn't there. */
export async function folderFinding(name: string, folder: string): Promise<Finding[]> {
  return diskFinding(name, await roomAt(folder));
}

async function schemaFinding(control: Knex): Promise<Finding> {
  const { newest, problem } = await readControlVersion(control);
  return problem === null
    ? ok('control schema', newest ?? 'none')
    : fail('control schema', problem.what, problem.todo);
}

/** A pass is made each day; a database of another version has none to tell of. */
async function retentionFinding(control: Knex): Promise<Finding[]> {
  const [pass] = await readPasses(control, 1).catch((error: unknown) => {
    if (error instanceof ControlError && error.kind === 'configuration') return [];
    throw error;
  });
  if (!pass) return [];
  const found = `${pass.status}, started ${pass.startedAt}`;
  if (pass.status === 'failed')
    return [
      warn('retention', `${found}: ${pass.message ?? ''}`, 'Mend it; the next pass takes up what is left.'),
    ];
  if (Date.now() - Date.parse(pass.startedAt) > missedAfterMs)
    return [
      warn(
        'retention',
        found,
        'Passes are made each day: look whether a worker runs, and at the schedule "retention:<task queue>" at Temporal.',
      ),
    ];
  return [ok('retention', found)];
}

async function sizeOf(control: Knex): Promise<number> {
  const [row] = await selectRows<{ bytes: number | string | null }>(
    control,
    `SELECT SUM(data_length + index_length) AS bytes FROM information_schema.tables
      WHERE table_schema = DATABASE()`,
  );
  return Number(row?.bytes ?? 0);
}

/** @returns nothing where nobody can tell */
function diskFinding(check: string, room: Room | null): Finding[] {
  if (room === null) return [];
  const found = `${sizeText(room.free)} free of ${sizeText(room.total)}`;
  const todo =
    'Free or add disk: a server whose disk is full stops, and runs wait for it. docs/operations.md forecasts the size, "retention" in the configuration shortens what is kept.';
  if (room.free < tooLittleBytes) return [fail(check, found, todo)];
  return [room.free < scarceBytes ? warn(check, found, todo) : ok(check, found)];
}

/**
 * A server on this machine has its data directory here; another one tells by MariaDB's plugin
 * DISKS, where it is loaded and the account may ask it.
 */
async function roomOfServer(control: Knex, url: string): Promise<Room | null> {
  const [row] = await selectRows<{ folder: string }>(control, 'SELECT @@datadir AS folder');
  const { folder } = row!;
  if (isThisMachine(parseAddress(url).host)) return roomAt(folder);
  try {
    const [disk] = await selectRows<{ total: number; free: number }>(
      control,
      `SELECT Total * 1024 AS total, Available * 1024 AS free FROM information_schema.DISKS
        WHERE LEFT(?, LENGTH(Path)) = Path ORDER BY LENGTH(Path) DESC LIMIT 1`,
      [folder],
    );
    return disk ? { total: Number(disk.total), free: Number(disk.free) } : null;
  } catch (error) {
    if (error instanceof ControlError) return null;
    throw error;
  }
}

async function roomAt(folder: string): Promise<Room | null> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    return { free: bavail * bsize, total: blocks * bsize };
  } catch {
    return null;
  }
}

function sizeText(bytes: number): string {
  return bytes < gigabyte ? `${Math.ceil(bytes / 1024 ** 2)} MB` : `${(bytes / gigabyte).toFixed(1)} GB`;
}
