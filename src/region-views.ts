import type { Config } from './config';
import { ConfigError } from './config';
import { parseAddress } from './database/address';
import { sameServer } from './database/connect';
import { catalogOf } from './deployment';
import { makeDistrictViews } from './editions/mapping/district-views';

/**
 * Makes the views of each district whose records come from a region's edition, where the
 * configuration says how. Safe to repeat, and to be repeated when a table there has changed.
 * @throws ConfigError; DatabaseError
 */
export async function makeViewsOfRegions(config: Config, say: (line: string) => void): Promise<void> {
  const catalog = catalogOf(config);
  for (const { id, number, code, schoolYear, databaseUrl, region } of config.districts) {
    if (region?.editionUrl === undefined) continue;
    const [views, edition] = [parseAddress(databaseUrl), parseAddress(region.editionUrl)];
    if (!sameServer(views, edition))
      throw new ConfigError(`${id}: databaseUrl and region.editionUrl must be on the same server.`);
    if (views.database === edition.database)
      throw new ConfigError(`${id}: its views need a database of their own, not the region's edition.`);
    const scope = { districtId: id, districtNumber: number, districtCode: code, schoolYear };
    const { made, problems } = await makeDistrictViews(region.editionUrl, {
      schema: views.database,
      catalog,
      scope,
    });
    say(`district ${id}: ${made.length} views of the region's edition in ${views.database}`);
    for (const problem of problems) say(`  ${problem}`);
  }
}
