import { loadCatalog } from './catalog/load';
import { type Config, ConfigError } from './config';
import type { Catalog } from './domain/catalog';
import { yearListProblems } from './domain/school-year';

/**
 * The catalog of a configuration, with what the configuration says of its objects checked against
 * it.
 * @throws CatalogError; ConfigError naming the district and each object that can't be resynced in
 * another year
 */
export function catalogOf({ catalogFile, districts }: Config): Catalog {
  const catalog = loadCatalog(catalogFile === undefined ? {} : { file: catalogFile });
  const problems = districts.flatMap((district) => yearListProblems(district, catalog.objects));
  if (problems.length > 0) throw new ConfigError(`configuration:\n${problems.join('\n')}`);
  return catalog;
}
