/** Reading what the state holds of a district, for a certification and what is compared with it. */
import { type Catalog, findObject, requireObject } from '../src/domain/catalog';
import type { Manifest, MeasuredObject } from '../src/domain/certification';
import type { RecordScope } from '../src/domain/range';
import { DatabaseError } from '../src/editions/connection/errors';
import type { Editions } from '../src/editions/connection/pools';
import { measureState, type ObjectReading, prepareReading } from '../src/editions/schools/measure';
import type { Remeasurement } from '../src/features/certifications/compare';
import type { Measurement } from '../src/features/certifications/wait';
import type { HeartbeatTools } from './heartbeat';

/** Of which records, and how the activity that reads them shows that it lives. */
interface Measuring {
  readonly catalog: Catalog;
  readonly scope: RecordScope;
  readonly tools: HeartbeatTools;
}

/** What the state holds of these objects, in one snapshot; `null`: a run is under way. */
export async function measureObjects(
  editions: Editions,
  names: readonly string[],
  measuring: Measuring,
): Promise<Measurement | null> {
  const { catalog, scope } = measuring;
  const readings: ObjectReading[] = [];
  for (const name of names)
    readings.push(await prepareReading(editions, catalog, { object: requireObject(catalog, name), scope }));
  return measure(editions, readings, measuring);
}

/** The same columns of the same objects as a manifest has; `null`: a run is under way. */
export async function measureAgain(
  editions: Editions,
  { objects }: Manifest,
  measuring: Measuring,
): Promise<Remeasurement | null> {
  const problems = new Map<string, string>();
  const readings: ObjectReading[] = [];
  for (const certified of objects) {
    const reading = await readingOf(editions, certified, measuring);
    if (typeof reading === 'string') problems.set(certified.object, reading);
    else readings.push(reading);
  }
  const found = await measure(editions, readings, measuring);
  return found && { ...found, problems };
}

async function measure(
  editions: Editions,
  readings: readonly ObjectReading[],
  { scope, tools: { signal, note } }: Measuring,
): Promise<Measurement | null> {
  const onObject = (object: string) => note({ measuring: object });
  const found = await measureState(editions, readings, { scope, signal, onObject });
  return found.busyWith === null ? found : null;
}

/** @returns a sentence when the object can't be measured as it was certified */
async function readingOf(
  editions: Editions,
  certified: MeasuredObject,
  { catalog, scope }: Measuring,
): Promise<ObjectReading | string> {
  const object = findObject(catalog, certified.object);
  if (!object) return 'the catalog no longer has it';
  const columns = certified.columns.map(({ name }) => name);
  try {
    return await prepareReading(editions, catalog, { object, scope, columns });
  } catch (error) {
    if (error instanceof DatabaseError && error.errorClass === 'configuration') return error.message;
    throw error;
  }
}
