import { loadCatalog } from './catalog/load';
import { type Config, ConfigError, type DistrictConfig } from './config';
import type { Catalog } from './domain/catalog';
import { yearListProblems } from './domain/school-year';

/**
 * The catalog of a configuration, with what the configuration says of its objects checked against
 * it.
 * @throws CatalogError; ConfigError naming the district and each object that there isn't, or that
 * can't be resynced in another year
 */
export function catalogOf({
  catalogFile,
  districts,
}: Pick<Config, 'districts'> & { readonly catalogFile?: string | undefined }): Catalog {
  const catalog = loadCatalog(catalogFile === undefined ? {} : { file: catalogFile });
  const problems = districts.flatMap((district) => [
    ...unknownObjects(district, catalog),
    ...yearListProblems(district, catalog.objects),
  ]);
  if (problems.length > 0) throw new ConfigError(`configuration:\n${problems.join('\n')}`);
  return catalog;
}

/** A name misspelled in a list would leave its object on, or off, without a word. */
function unknownObjects({ id, objects }: DistrictConfig, catalog: Catalog): string[] {
  return (['enabled', 'disabled'] as const).flatMap((list) =>
    objects[list]
      .filter((name) => !catalog.objects.some((object) => object.name === name))
      .map((name) => `${id}, objects.${list}: there is no object "${name}" in the catalog.`),
  );
}
