/** Counts both editions by plain SQL, past everything the resync's own code does. */
import type { Connection } from 'mysql2/promise';
import { openConnection } from '../../database/connect';
import type { DistrictConfig } from '../../config';
import type { Resync } from '../client/answers';
import type { Catalog, SyncObject } from '../../domain/catalog';
import { requireObject } from '../../domain/catalog';

export interface EditionCounts {
  readonly object: string;
  readonly district: number;
  readonly state: number;
  readonly errors: number;
  /** Every record of the district is at the state or has an error that says why not. */
  readonly agrees: boolean;
}

/** A resync whose counts its reader may see: only a state's own are withheld. */
export type OwnResync = Resync & {
  readonly [Told in 'totals' | 'objectResults']: NonNullable<Resync[Told]>;
};

/** Whose editions are counted, and the run whose objects are. */
interface CountedRun {
  readonly catalog: Catalog;
  readonly district: DistrictConfig;
  readonly stateUrl: string;
  readonly resync: OwnResync;
}

/**
 * Counts the records of every object of the resync at the district and at the state.
 * An object that sends part of another's table is counted with that one.
 */
export async function countEditions({
  catalog,
  district,
  stateUrl,
  resync,
}: CountedRun): Promise<EditionCounts[]> {
  const here = await openConnection(district.databaseUrl);
  const there = await openConnection(stateUrl);
  try {
    const counts: EditionCounts[] = [];
    for (const {
      object: name,
      counts: { errors },
    } of resync.objectResults) {
      const object = requireObject(catalog, name);
      if (object.subsetOf !== null) continue;
      const year: [string, number][] = object.schoolYear
        ? [[object.schoolYear.column, district.schoolYear]]
        : [];
      // The demo's own state has numbers only.
      const tenant: [string, number][] = object.tenantColumn ? [[object.tenantColumn, district.number]] : [];
      const [atDistrict, atState] = await Promise.all([
        count(here, object.table, year),
        count(there, object.stateTable, [...tenant, ...year]),
      ]);
      counts.push({
        ...{ object: name, district: atDistrict, state: atState, errors },
        agrees: atDistrict === atState + errors,
      });
    }
    return counts;
  } finally {
    await Promise.all([here.end(), there.end()]);
  }
}

async function count(
  connection: Connection,
  table: SyncObject['table'],
  conditions: readonly [column: string, value: number][],
): Promise<number> {
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.map(() => '?? = ?').join(' AND ')}`;
  const [rows] = await connection.query(`SELECT COUNT(*) AS n FROM ??${where}`, [
    table,
    ...conditions.flat(),
  ]);
  return Number((rows as { n: number }[])[0]?.n ?? Number.NaN);
}
