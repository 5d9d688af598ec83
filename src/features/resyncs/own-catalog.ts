/** Which catalog a run is of, and that a worker with another one has left it untouched. */
import type { Knex } from 'knex';
import { selectRows, toIso } from '../../control/database';
import { otherCatalogText } from '../../domain/other-catalog';
import { endedStatuses } from '../../domain/resync';
import type { ResyncRow } from './row';

/** A run whose worker's catalog matters. */
export interface RunCatalog {
  readonly resyncId: string;
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

/** The run that some work is of; `null`: of none, or one that isn't there. */
export async function catalogOfRun(control: Knex, work: Work): Promise<RunCatalog | null> {
  const [run, id] =
    'resyncId' in work
      ? ['?', work.resyncId]
      : ['(SELECT resyncID FROM verification WHERE verificationID = ?)', work.verificationId];
  const [row] = await selectRows<{ resyncID: string; catalogHash: string | null; left: number }>(
    control,
    `SELECT resyncID, catalogHash, otherCatalog IS NOT NULL AS \`left\` FROM resync WHERE resyncID = ${run}`,
    [id],
  );
  if (!row) return null;
  return { resyncId: row.resyncID, catalogHash: row.catalogHash, left: row.left === 1 };
}

/** A worker leaves it untouched; since when stays when it is repeated. */
export async function noteOtherCatalog(
  control: Knex,
  { resyncId, workerHash }: { readonly resyncId: string; readonly workerHash: string },
): Promise<void> {
  await control('resync')
    .where({ resyncID: resyncId })
    .whereNull('endedAt')
    .update({
      otherCatalog: workerHash,
      otherCatalogAt: control.raw('COALESCE(otherCatalogAt, UTC_TIMESTAMP(3))'),
    });
}

/** A worker with its catalog goes on with it. */
export async function noteOwnCatalog(control: Knex, resyncId: string): Promise<void> {
  await control('resync').where({ resyncID: resyncId }).update({ otherCatalog: null, otherCatalogAt: null });
}

/** How a row says that it waits for a worker with its catalog; `null`: it doesn't. */
export function otherCatalogOf(
  row: Pick<ResyncRow, 'resyncID' | 'status' | 'catalogHash' | 'otherCatalog' | 'otherCatalogAt'>,
): OtherCatalog | null {
  const { resyncID: resyncId, status, catalogHash, otherCatalog: workerHash, otherCatalogAt } = row;
  if (endedStatuses.includes(status)) return null;
  if (catalogHash === null || workerHash === null || otherCatalogAt === null) return null;
  const text = otherCatalogText({ resyncId, catalogHash, workerHash });
  return { workerHash, since: toIso(otherCatalogAt), text };
}
