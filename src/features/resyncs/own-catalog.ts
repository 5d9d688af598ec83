/** Which catalog a run is of, and that a worker with another one has left it untouched. */
import type { Knex } from 'knex';
import { selectRows, toIso } from '../../control/database';
import { type GuardedKind, otherCatalogText } from '../../domain/other-catalog';
import { endedStatuses } from '../../domain/resync';
import type { ResyncRow } from './row';

/** A run, or a verification of its own, whose worker's catalog matters. */
export interface Guarded {
  readonly kind: GuardedKind;
  readonly id: string;
  /** `null`: it names none, and any worker may have it. */
  readonly catalogHash: string | null;
  /** A worker with another catalog has left it. */
  readonly left: boolean;
}

/** An open run that a worker left untouched, and nobody has gone on with since. */
export interface OtherCatalog {
  /** Catalog of that worker. */
  readonly workerHash: string;
  readonly since: string;
  /** What it waits for, and what to do. */
  readonly text: string;
}

type Work = { readonly resyncId: string } | { readonly verificationId: string };

/**
 * What some work is of: a run, also if it is that of a verification, or a verification of its own;
 * `null`: neither is there.
 */
export async function guardedOf(control: Knex, work: Work): Promise<Guarded | null> {
  if ('resyncId' in work) return readGuarded(control, 'resync', work.resyncId);
  const { verificationId } = work;
  const [row] = await selectRows<{ resyncID: string | null }>(
    control,
    'SELECT resyncID FROM verification WHERE verificationID = ?',
    [verificationId],
  );
  const resyncId = row?.resyncID ?? null;
  if (resyncId !== null) return readGuarded(control, 'resync', resyncId);
  return readGuarded(control, 'verification', verificationId);
}

async function readGuarded(control: Knex, kind: GuardedKind, id: string): Promise<Guarded | null> {
  const [row] = await selectRows<{ catalogHash: string | null; left: number }>(
    control,
    `SELECT catalogHash, otherCatalog IS NOT NULL AS \`left\` FROM ${kind} WHERE ${kind}ID = ?`,
    [id],
  );
  return row ? { kind, id, catalogHash: row.catalogHash, left: row.left === 1 } : null;
}

/** A worker leaves it untouched; since when stays when it is repeated. */
export async function noteOtherCatalog(
  control: Knex,
  { kind, id, workerHash }: Pick<Guarded, 'kind' | 'id'> & { readonly workerHash: string },
): Promise<void> {
  await control(kind)
    .where({ [`${kind}ID`]: id })
    .whereNull('endedAt')
    .update({
      otherCatalog: workerHash,
      otherCatalogAt: control.raw('COALESCE(otherCatalogAt, UTC_TIMESTAMP(3))'),
    });
}

/** A worker with its catalog goes on with it. */
export async function noteOwnCatalog(
  control: Knex,
  { kind, id }: Pick<Guarded, 'kind' | 'id'>,
): Promise<void> {
  await control(kind)
    .where({ [`${kind}ID`]: id })
    .update({ otherCatalog: null, otherCatalogAt: null });
}

/** How a row says that it waits for a worker with its catalog; `null`: it doesn't. */
export function otherCatalogOf(
  row: Pick<ResyncRow, 'resyncID' | 'status' | 'catalogHash' | 'otherCatalog' | 'otherCatalogAt'>,
): OtherCatalog | null {
  const { resyncID: id, status, catalogHash, otherCatalog: workerHash, otherCatalogAt } = row;
  if (endedStatuses.includes(status)) return null;
  if (catalogHash === null || workerHash === null || otherCatalogAt === null) return null;
  const text = otherCatalogText({ kind: 'resync', id, catalogHash, workerHash });
  return { workerHash, since: toIso(otherCatalogAt), text };
}
