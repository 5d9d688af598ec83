import { builtinCatalog } from '../../src/catalog/builtin';
import { type Catalog, requireObject } from '../../src/domain/catalog';

/**
 * The built-in catalog with these objects and all that they hang on: for tests whose point isn't
 * the number of objects. Each object of a run costs, and the whole catalog has 62.
 */
export function partOfCatalog(...names: readonly string[]): Catalog {
  const kept = new Set<string>();
  const todo = [...names];
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (kept.has(name)) continue;
    kept.add(name);
    const { parents, references, subsetOf } = requireObject(builtinCatalog, name);
    todo.push(
      ...parents,
      ...references.map(({ object }) => object),
      ...(subsetOf === null ? [] : [subsetOf]),
    );
  }
  const objects = builtinCatalog.objects
    .filter(({ name }) => kept.has(name))
    .map((object) => ({
      ...object,
      softParents: object.softParents.filter((name) => kept.has(name)),
      softReferences: object.softReferences.filter((reference) => kept.has(reference.object)),
    }));
  return { ...builtinCatalog, objects };
}
