import { loadCatalog } from './catalog/load';
import { type Config, ConfigError, type DistrictSettings } from './config';
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
  const problems = districts.flatMap((district) => districtProblems(district, catalog));
  if (problems.length > 0) throw new ConfigError(`configuration:\n${problems.join('\n')}`);
  return catalog;
}

/** What a district says of objects that the catalog hasn't, a sentence each. */
export function districtProblems(district: DistrictSettings, catalog: Catalog): string[] {
  return [...unknownObjects(district, catalog), ...yearListProblems(district, catalog.objects)];
}

/** A name misspelled in a list would leave its object on, or off, without a word. */
function unknownObjects({ id, objects }: DistrictSettings, catalog: Catalog): string[] {
  return (['enabled', 'disabled'] as const).flatMap((list) =>
    objects[list]
      .filter((name) => !catalog.objects.some((object) => object.name === name))
      .map((name) => `${id}, objects.${list}: there is no object "${name}" in the catalog.`),
  );
}
