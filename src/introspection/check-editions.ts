import type { Catalog } from '../domain/catalog';
import type { RecordScope } from '../domain/range';
import { keptShapes } from '../editions/columns/kept-shapes';
import { DatabaseError } from '../editions/connection/errors';
import { type Editions, type EditionsOptions, openEditions } from '../editions/connection/pools';
import { preflight } from '../editions/mapping/preflight';
import { hiddenTriggers } from '../editions/mapping/triggers';
import { UnreachableError } from './read-editions';

/** A district whose objects are looked at. */
export interface CheckedDistrict extends Omit<EditionsOptions, 'lanes'> {
  readonly id: string;
  readonly scope: RecordScope;
  /** Names of the objects that it sends. */
  readonly objects: readonly string[];
}

/** Why an object of a district can't be sent. */
export interface EditionProblem {
  readonly district: string;
  readonly object: string;
  readonly message: string;
}

/** What a plan of the district would say. */
export interface CheckedEditions {
  readonly problems: readonly EditionProblem[];
  /** What can't be known of the state with the rights of this account. */
  readonly notes: readonly string[];
}

/**
 * Asks of every object what a plan asks before it sends it (preflight), at both servers. Reads
 * records only where a key has to be looked at; writes nothing.
 * @throws UnreachableError when a database can't be asked
 */
export async function checkEditions(catalog: Catalog, district: CheckedDistrict): Promise<CheckedEditions> {
  const { id, scope } = district;
  const editions = await open(district);
  try {
    const readShape = keptShapes(`check ${id}`);
    const problems: EditionProblem[] = [];
    for (const object of district.objects) {
      try {
        await preflight(editions, catalog, object, scope, readShape);
      } catch (error) {
        if (!(error instanceof DatabaseError)) throw error;
        if (error.errorClass === 'connection')
          throw new UnreachableError(`The ${error.side} database of ${id} can't be read: ${error.message}`);
        problems.push({ district: id, object, message: error.message });
      }
    }
    const hidden = await hiddenTriggers(editions.state);
    return { problems, notes: hidden === null ? [] : [hidden] };
  } finally {
    await editions.close();
  }
}

/** @throws UnreachableError, which says which side does not let anybody in */
async function open(district: CheckedDistrict): Promise<Editions> {
  let editions: Editions | null = null;
  try {
    editions = openEditions({ ...district, lanes: 1 });
    await Promise.all([editions.district.facts(), editions.state.facts()]);
    return editions;
  } catch (error) {
    await editions?.close();
    if (!(error instanceof DatabaseError)) throw error;
    throw new UnreachableError(
      `The ${error.side} database of ${district.id} can't be read: ${error.message}`,
    );
  }
}
