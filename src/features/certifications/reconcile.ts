import type { Knex } from 'knex';
import { failDrift } from './drift-store';
import { failCertification } from './store';
import { selectRows } from '../../control/database';

/** Younger ones may still be on their way to Temporal. */
const leastAgeSeconds = 60;
/** Most looked at in one pass, the oldest first. */
const maxOpen = 200;

interface OpenWork {
  readonly certificationId: string;
  readonly driftId?: string;
}

/**
 * Compares the open certifications and comparisons with Temporal. One it has never heard of is
 * started; one that was ended there from outside has failed and says so, instead of waiting for
 * ever.
 * @param temporal when it throws (unreachable), nothing further is changed and the error passes on
 */
export async function reconcileCertifications(
  control: Knex,
  temporal: {
    readonly whereabouts: (work: OpenWork) => Promise<'running' | 'ended' | 'unknown'>;
    readonly start: (work: OpenWork) => Promise<void>;
  },
): Promise<void> {
  const open = await selectRows<{ certificationId: string; driftId: string | null }>(
    control,
    `SELECT certificationID AS certificationId, NULL AS driftId, requestedAt FROM certification
      WHERE status IN ('accepted', 'waiting') AND requestedAt < UTC_TIMESTAMP(3) - INTERVAL :age SECOND
      UNION ALL
     SELECT certificationID, driftID, requestedAt FROM certificationDrift
      WHERE status IN ('accepted', 'waiting') AND requestedAt < UTC_TIMESTAMP(3) - INTERVAL :age SECOND
      ORDER BY requestedAt LIMIT :most`,
    { age: leastAgeSeconds, most: maxOpen },
  );
  for (const { certificationId, driftId } of open) {
    const work = driftId === null ? { certificationId } : { certificationId, driftId };
    const at = await temporal.whereabouts(work);
    if (at === 'unknown') await temporal.start(work);
    if (at !== 'ended') continue;
    // It may have ended by itself between the two looks: what has ended stays as it is.
    const message = 'It was ended in Temporal before it had measured: ask again.';
    if (driftId === null) await failCertification(control, certificationId, message);
    else await failDrift(control, driftId, message);
  }
}
