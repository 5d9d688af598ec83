import type { Knex } from 'knex';
import { ConflictError, NotFoundError } from '../../control/control-error';
import { changedFirst, driftOf, type Manifest } from '../../domain/certification';
import { finishDrift, loadDrift, noteDriftWaits } from './drift-store';
import { readKeys } from './key-store';
import { verifyManifest } from './signing';
import { type Certification, readJws } from './store';
import { type Measurement, mayWait, waitsForRun } from './wait';

/** What the state holds today of what was certified. */
export interface Remeasurement extends Measurement {
  /** By object, why it can't be measured as it was certified. */
  readonly problems: ReadonlyMap<string, string>;
}

/**
 * Measures again what was certified and stores what changed; notes that it waits while a run is
 * under way. Idempotent: a comparison that has ended stays.
 * @param measure in one snapshot; `null`: a run is under way
 * @returns whether to look again
 * @throws NotFoundError when nothing is certified yet; ConflictError when the manifest was tampered
 * with, or when it has waited too long
 */
export async function compareWithCertified(
  control: Knex,
  head: Certification,
  {
    driftId,
    waitHours,
    measure,
  }: {
    readonly driftId: string;
    readonly waitHours: number;
    readonly measure: (manifest: Manifest) => Promise<Remeasurement | null>;
  },
): Promise<{ waits: boolean }> {
  const drift = await loadDrift(control, driftId);
  if (drift.status === 'finished' || drift.status === 'failed') return { waits: false };
  const manifest = await certifiedManifest(control, head);
  const measured = await measure(manifest);
  if (measured === null) {
    mayWait(drift.requestedAt, waitHours);
    await noteDriftWaits(control, driftId, waitsForRun);
    return { waits: true };
  }
  const today = new Map(measured.objects.map((object) => [object.object, object]));
  const rows = manifest.objects.flatMap((certified) => {
    const found = today.get(certified.object);
    const problem = measured.problems.get(certified.object) ?? 'it was not measured';
    return driftOf(certified, found ? { measured: found } : { problem });
  });
  await finishDrift(control, { driftId, measuredAt: measured.measuredAt, rows: changedFirst(rows) });
  return { waits: false };
}

async function certifiedManifest(control: Knex, head: Certification): Promise<Manifest> {
  const jws = await readJws(control, head.certificationId);
  if (jws === null) throw new NotFoundError('Nothing is certified yet.');
  const verified = await verifyManifest(jws, await readKeys(control), head);
  if (!verified.valid) throw new ConflictError(verified.problem);
  return verified.manifest;
}
