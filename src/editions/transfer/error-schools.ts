import { inBatches } from '../../domain/batches';
import { formatRecordKey, type RecordError, type RecordKey } from '../../domain/record-error';
import { DatabaseError } from '../connection/errors';
import type { Session } from '../connection/session';
import type { PageJob } from '../mapping/job';
import { isKeyOf, keyList, keyOf, keysPerList } from '../mapping/keyset';
import { eachWithSchool, joinSchool, schoolOf, type SchoolJoin } from '../mapping/school-join';
import type { ObjectMapping } from '../mapping/types';
import { keepingAwake } from './keep-awake';

/** The way to the school of each mapping under work; an activity's mapping is its own. */
const ways = new WeakMap<ObjectMapping, Promise<SchoolJoin>>();

/**
 * Which school each record in error is of, by the district's own tables: the person who can mend it
 * works there. Read only for pages with errors.
 * @returns texts of the schools' keys by those of the records'; a record without an entry belongs
 * to none, or nothing the district lets us read says to which
 */
export async function schoolsOfErrors(
  session: Session,
  job: PageJob,
  errors: readonly RecordError[],
): Promise<ReadonlyMap<string, string>> {
  const { mapping, editions } = job;
  const schools = new Map<string, string>();
  const keys = errors
    .filter(({ object, key }) => object === mapping.object.name && isKeyOf(mapping.districtKey, key))
    .map(({ key }) => key);
  if (keys.length === 0) return schools;
  try {
    const way = await wayOf(job);
    if (way.key.length === 0) return schools;
    const { districtTable: table, districtKey: side } = mapping;
    const read = (batch: readonly RecordKey[]) =>
      editions.district.rows(eachWithSchool(way, { table, conditions: [keyList(side, batch)], side }));
    await keepingAwake(session, async () => {
      for (const batch of inBatches(keys, keysPerList)) {
        for (const row of await read(batch)) {
          const school = schoolOf(way, row, side.columns.length);
          if (school !== null) schools.set(formatRecordKey(keyOf(side, row)), school);
        }
      }
    });
  } catch (error) {
    // A table on the way that the district lacks, or doesn't let us read: the error stands without
    // its school. All else is the page's to try again.
    if (!(error instanceof DatabaseError) || !unreadable.includes(error.errorClass)) throw error;
  }
  return schools;
}

const unreadable: readonly DatabaseError['errorClass'][] = ['configuration', 'shrink'];

function wayOf(job: PageJob): Promise<SchoolJoin> {
  const known = ways.get(job.mapping);
  if (known) return known;
  const way = joinSchool(job.editions, job.catalog, job, 'district');
  ways.set(job.mapping, way);
  way.catch(() => ways.delete(job.mapping));
  return way;
}
