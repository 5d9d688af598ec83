import { userInfo } from 'node:os';
import type { Knex } from 'knex';
import { recordAudit } from '../../features/access/audit-store';

/**
 * The audit event of what was done on the control database itself: by the machine's user, from
 * `local`.
 */
export function auditLocally(
  control: Knex,
  event: {
    readonly action: string;
    readonly target: string;
    readonly details?: Readonly<Record<string, unknown>>;
  },
): Promise<void> {
  const name = userName();
  return recordAudit(control, {
    who: { principalId: `local:${name}`.slice(0, 64), name, level: 'state', districts: null },
    address: 'local',
    status: 200,
    details: {},
    ...event,
  });
}

/** A container's user may have a number only. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}
