/**
 * A district's own records in the edition of its region, as the views by which the region's
 * deployment of the state reads them: what they don't show can be neither read nor written.
 */
import type { Catalog } from '../../domain/catalog';
import type { RecordScope } from '../../domain/range';
import { readAllShapes } from '../columns/table-shape';
import { Edition } from '../connection/pools';
import { quoteName, quoteSchema, quoteTable } from '../connection/sql';
import { ofTenant, tenantOf } from './tenant';

/** The views of a district. */
export interface DistrictViews {
  /** Names of tables that have one now. */
  readonly made: readonly string[];
  /** A sentence for each table that can't have one, and that therefore can't be sent. */
  readonly problems: readonly string[];
}

/**
 * Makes the views of a district anew, in a database of their own on the region's server: for each
 * object's table those records that the tenant column says are its, without that column. The
 * server refuses what would be written through one and not be seen in it afterwards.
 * @param editionUrl the region's edition, of an account that may make views there
 * @param schema the database of the views
 * @throws DatabaseError
 */
export async function makeDistrictViews(
  editionUrl: string,
  {
    schema,
    catalog,
    scope,
  }: { readonly schema: string; readonly catalog: Catalog; readonly scope: RecordScope },
): Promise<DistrictViews> {
  const region = new Edition('state', editionUrl, 1);
  const run = (sql: string): Promise<unknown> => region.withSession((session) => session.write(sql));
  try {
    const shapes = await readAllShapes(region);
    const made: string[] = [];
    const problems: string[] = [];
    await run(`CREATE DATABASE IF NOT EXISTS ${quoteSchema(schema)}`);
    for (const object of catalog.objects) {
      const { table, stateTable, subsetOf } = object;
      if (subsetOf !== null || made.includes(table)) continue;
      const shape = shapes.get(stateTable);
      const tenant = shape === undefined ? null : tenantOf(object, shape);
      if (shape === undefined || tenant === null) {
        const what = shape === undefined ? 'no table' : 'no tenant column in';
        problems.push(`${object.name}: the region's edition has ${what} ${stateTable}; it can't be sent.`);
        continue;
      }
      const columns = [...shape.columns.keys()].filter((name) => name !== tenant.column.name).map(quoteName);
      await run(
        `CREATE OR REPLACE SQL SECURITY DEFINER VIEW ${quoteTable(schema, table)} AS
           SELECT ${columns.join(', ')} FROM ${quoteTable(region.schema, stateTable)}
            WHERE ${ofTenant(tenant, scope)} WITH CASCADED CHECK OPTION`,
      );
      made.push(table);
    }
    return { made, problems };
  } finally {
    await region.close();
  }
}
