import type { Knex } from 'knex';
import type { VerificationStatus } from '../../domain/verification';
import type { VerifiedResyncKind } from '../../domain/verified-resync';
import { selectRows } from '../../control/database';

/** A verification a resync made, as the resync shows it. */
export interface OwnVerification {
  readonly verificationId: string;
  readonly kind: VerifiedResyncKind;
  readonly status: VerificationStatus;
  /** Known exclusions apart; `null` before it finished. */
  readonly equal: boolean | null;
  /** It found records a resync would send. */
  readonly resyncNecessary: boolean | null;
}

/** The verifications of these resyncs by resync, the first before the second. */
export async function readOwnVerifications(
  control: Knex,
  resyncIds: readonly string[],
): Promise<Map<string, OwnVerification[]>> {
  const found = new Map<string, OwnVerification[]>();
  if (resyncIds.length === 0) return found;
  const rows = await selectRows<
    Pick<OwnVerification, 'verificationId' | 'kind' | 'status'> & {
      readonly resyncId: string;
      readonly bothEqual: number | null;
      readonly resyncNecessary: number | null;
    }
  >(
    control,
    `SELECT resyncID AS resyncId, verificationID AS verificationId, kind, status, bothEqual, resyncNecessary
       FROM verification WHERE resyncID IN (?) ORDER BY kind = 'afterResync'`,
    [resyncIds],
  );
  const orNull = (flag: number | null): boolean | null => (flag === null ? null : flag !== 0);
  for (const { resyncId, verificationId, kind, status, bothEqual, resyncNecessary } of rows) {
    const one = {
      verificationId,
      kind,
      status,
      equal: orNull(bothEqual),
      resyncNecessary: orNull(resyncNecessary),
    };
    found.set(resyncId, [...(found.get(resyncId) ?? []), one]);
  }
  return found;
}
