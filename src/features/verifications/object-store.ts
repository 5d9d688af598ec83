import { storedText } from '../../domain/record-error';
import { clip, now } from '../../control/columns';
import type { Knex } from 'knex';
import { NotFoundError } from '../../control/control-error';
import { inTransaction } from '../../control/database';
import type { RangeCounts } from '../../domain/outcome';
import {
  type ComparedCounts,
  type Difference,
  nothingCompared,
  type Verdict,
  type VerifiedObject,
  type VerifiedStatus,
  verdictOf,
} from '../../domain/verification';
import { fromCompared, fromPredicted, toCompared, toPredicted, type VerifiedObjectRow } from './row';

/** Rows of one INSERT. */
const rowsPerInsert = 500;

/**
 * One row for each planned object. Repeating it changes nothing. @param objects in the order of the
 * plan
 */
export async function planVerifiedObjects(
  control: Knex,
  verificationId: string,
  objects: readonly { readonly name: string; readonly cycle: string | null }[],
): Promise<void> {
  const rows = objects.map(({ name, cycle }, position) => ({
    verificationID: verificationId,
    objectName: name,
    position,
    cycle,
    status: 'waiting',
  }));
  await control('verificationObject')
    .insert(rows)
    .onConflict(['verificationID', 'objectName'])
    .merge(['position', 'cycle']);
}

interface ObjectRef {
  readonly verificationId: string;
  readonly object: string;
}

/** An object is being compared, or compared anew. */
export async function startVerifiedObject(
  control: Knex,
  { verificationId, object }: ObjectRef,
): Promise<void> {
  await control('verificationObject')
    .where({ verificationID: verificationId, objectName: object })
    .update({ status: 'running', startedAt: control.raw('COALESCE(startedAt, UTC_TIMESTAMP(3))') });
}

/** What one object came to. */
export interface VerifiedOutcome extends ObjectRef {
  readonly counts: ComparedCounts;
  readonly predicted: RangeCounts;
  readonly schools: ReadonlyMap<string | null, ComparedCounts>;
  readonly samples: readonly Difference[];
}

/** Stores what an object came to; what an earlier attempt had stored of it is replaced. */
export async function storeVerifiedObject(control: Knex, outcome: VerifiedOutcome): Promise<void> {
  const of = { verificationID: outcome.verificationId, objectName: outcome.object };
  await inTransaction(control, async (transaction) => {
    const lock: unknown = await transaction('verificationObject').where(of).forUpdate().first();
    if (!lock) throw new NotFoundError(`${outcome.object} is not planned in this verification.`);
    await transaction('verificationSchool').where(of).del();
    await transaction('verificationSample').where(of).del();
    const schools = [...outcome.schools].map(([school, counts]) => ({
      ...of,
      schoolKey: school ?? '',
      ...fromCompared(counts),
    }));
    for (let start = 0; start < schools.length; start += rowsPerInsert)
      await transaction('verificationSchool').insert(schools.slice(start, start + rowsPerInsert));
    if (outcome.samples.length > 0)
      await transaction('verificationSample').insert(
        outcome.samples.map(({ kind, key, guid, school, predictedOutcome, code }) => ({
          ...of,
          kind,
          recordKey: storedText(key),
          guid: clip(guid, 64),
          schoolKey: school,
          predictedOutcome,
          code,
        })),
      );
    await transaction('verificationObject')
      .where(of)
      .update({
        status: 'finished',
        ...fromCompared(outcome.counts),
        ...fromPredicted(outcome.predicted),
        message: null,
        endedAt: now(transaction),
      });
  });
}

/** An object that could not be compared, or was not any more. */
export async function endVerifiedObject(
  control: Knex,
  {
    verificationId,
    object,
    status,
    message,
  }: ObjectRef & { readonly status: 'failed' | 'cancelled'; readonly message: string },
): Promise<void> {
  await control('verificationObject')
    .where({ verificationID: verificationId, objectName: object })
    .whereNot({ status: 'finished' })
    .update({ status, message: clip(message), endedAt: now(control) });
}

/** What the objects came to, in the order of the plan, as the verdict looks at them. */
export async function readVerifiedObjects(control: Knex, verificationId: string): Promise<VerifiedObject[]> {
  const rows = await control<VerifiedObjectRow>('verificationObject')
    .where({ verificationID: verificationId })
    .orderBy('position');
  return rows.map((row) => ({
    object: row.objectName,
    cycle: row.cycle,
    status: row.status,
    counts: row.status === 'finished' ? toCompared(row) : nothingCompared,
    predicted: toPredicted(row),
  }));
}

/** Where each planned object stands, in the order of the plan. */
export async function readVerifiedStatuses(
  control: Knex,
  verificationId: string,
): Promise<Map<string, VerifiedStatus>> {
  const rows = await control<VerifiedObjectRow>('verificationObject')
    .where({ verificationID: verificationId })
    .orderBy('position');
  return new Map(rows.map(({ objectName, status }) => [objectName, status]));
}

/** The verdict by what stands in the tables. */
export async function verdictStored(control: Knex, verificationId: string): Promise<Verdict> {
  return verdictOf(await readVerifiedObjects(control, verificationId));
}
