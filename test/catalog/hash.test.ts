import { parse, stringify } from 'yaml';
import { builtinCatalog } from '../../src/catalog/builtin';
import { catalogHashOf } from '../../src/catalog/hash';
import { parseCatalog } from '../../src/catalog/parse';
import { catalogToYaml } from '../../src/catalog/print';
import type { Catalog } from '../../src/domain/catalog';

type File = { name: string; objects: Record<string, unknown>[] };

const written = parse(catalogToYaml(builtinCatalog)) as File;

function hashOf(file: File): string {
  return catalogHashOf(parseCatalog(file, { source: 'file', builtin: builtinCatalog }));
}

/** The same file with the properties of each object in another order. */
const turned = (file: File): File => ({
  name: file.name,
  objects: file.objects.map((object) => Object.fromEntries(Object.entries(object).reverse())),
});

test('a catalog’s hash is that of what it says, however its file is laid out', () => {
  const hash = catalogHashOf(builtinCatalog);
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect([
    hashOf(written),
    hashOf(turned(written)),
    hashOf(parse(stringify(turned(written))) as File),
  ]).toEqual([hash, hash, hash]);
});

test('a catalog that says anything else has another hash', () => {
  const [first, second, ...others] = builtinCatalog.objects;
  const changed: Catalog[] = [
    { ...builtinCatalog, name: 'another' },
    { ...builtinCatalog, objects: [second!, first!, ...others] },
    { ...builtinCatalog, objects: [{ ...first!, stateOwnedColumns: ['one'] }, second!, ...others] },
    { ...builtinCatalog, objects: [first!, ...others] },
  ];
  const hashes = [builtinCatalog, ...changed].map(catalogHashOf);
  expect(new Set(hashes).size).toBe(hashes.length);
});
