import type { Knex } from 'knex';
import { selectRows } from '../../control/database';
import { openCertificationStatuses } from '../../domain/certification';
import { leastAgeSeconds, maxOpen, type OpenWork, reconcileOpen } from '../../temporal/reconcile';
import { failDrift } from './drift-store';
import { failCertification } from './store';

interface OpenCertification {
  readonly certificationId: string;
  readonly driftId?: string;
}

/** Compares the open certifications and comparisons with Temporal. @see reconcileOpen */
export async function reconcileCertifications(
  control: Knex,
  temporal: Pick<OpenWork<OpenCertification>, 'whereabouts' | 'start'>,
): Promise<number> {
  const message = 'The certification was ended in Temporal before it had measured: request it again.';
  return reconcileOpen({
    ...temporal,
    open: await openCertifications(control),
    close: ({ certificationId, driftId }) =>
      driftId === undefined
        ? failCertification(control, certificationId, message)
        : failDrift(control, driftId, message),
  });
}

async function openCertifications(control: Knex): Promise<OpenCertification[]> {
  const rows = await selectRows<{ certificationId: string; driftId: string | null }>(
    control,
    `SELECT certificationID AS certificationId, NULL AS driftId, requestedAt FROM certification
      WHERE status IN (:open) AND requestedAt < UTC_TIMESTAMP(3) - INTERVAL :age SECOND
      UNION ALL
     SELECT certificationID, driftID, requestedAt FROM certificationDrift
      WHERE status IN (:open) AND requestedAt < UTC_TIMESTAMP(3) - INTERVAL :age SECOND
      ORDER BY requestedAt LIMIT :most`,
    { open: openCertificationStatuses, age: leastAgeSeconds, most: maxOpen },
  );
  return rows.map(({ certificationId, driftId }) =>
    driftId === null ? { certificationId } : { certificationId, driftId },
  );
}
