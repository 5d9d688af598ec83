import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireObject } from '../../src/domain/catalog';
import { CatalogError, loadCatalog } from '../../src/catalog/load';
import { catalogToYaml } from '../../src/catalog/print';
import { catalogJsonSchema } from '../../src/catalog/schema';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'catalog-'))));
afterAll(() => rmSync(folder, { recursive: true }));

/** Loads the text as a catalog file. */
function load(text: string, name = 'catalog.yaml') {
  const file = join(folder, name);
  writeFileSync(file, text);
  return loadCatalog({ file });
}

function problemsOf(text: string): string[] {
  try {
    load(text);
  } catch (error) {
    expect(error).toBeInstanceOf(CatalogError);
    return (error as CatalogError).problems.map((p) => `${p.object}.${p.field}: ${p.message}`);
  }
  throw new Error('the catalog was accepted');
}

test('the built-in catalog has the 62 objects of the specification and passes every check', () => {
  expect(loadCatalog().objects).toHaveLength(62);
});

test('the built-in catalog says what the specification says: parents, soft parents, states and what is on', () => {
  const seed = JSON.parse(readFileSync(join(__dirname, 'specified-objects.json'), 'utf8')) as {
    objects: {
      name: string;
      recommendedParents: string[];
      recommendedSoftParents: string[];
      stateSpecific: string | null;
      enabledByDefault: boolean;
    }[];
  };
  const catalog = loadCatalog();
  for (const object of seed.objects) {
    expect(requireObject(catalog, object.name)).toMatchObject({
      parents: object.recommendedParents,
      softParents: object.recommendedSoftParents,
      states: object.stateSpecific === null ? null : [object.stateSpecific],
      enabledByDefault: object.enabledByDefault,
    });
  }
});

test('the built-in catalog survives being printed as a file and read back', () => {
  expect(load(catalogToYaml(loadCatalog()))).toEqual(loadCatalog());
});

test('a file of its own needs no more than name, key and tenant column', () => {
  const text = '{"objects": [{"name": "Pupil", "key": ["pupilID"], "tenantColumn": null}]}';
  expect(load(text, 'catalog.json').objects).toEqual([
    expect.objectContaining({ label: 'Pupil', table: 'Pupil', stateTable: 'Pupil', enabledByDefault: true }),
  ]);
});

test('a deployment adds, replaces, switches on and switches off objects of the built-in catalog', () => {
  const catalog = load(`
extends: builtin
off: [Truancy]
on: [Evaluation]
objects:
  - { name: BusPass, key: [busPassID], tenantColumn: districtID, parents: [Enrollment] }
  - { name: Day, table: SchoolDay, key: [dayID], tenantColumn: districtID, parents: [Calendar] }`);
  expect(catalog.objects).toHaveLength(63);
  expect(requireObject(catalog, 'BusPass').parents).toEqual(['Enrollment']);
  expect(requireObject(catalog, 'Day')).toMatchObject({ stateTable: 'SchoolDay', parents: ['Calendar'] });
  expect(requireObject(catalog, 'Truancy').enabledByDefault).toBe(false);
  expect(requireObject(catalog, 'Evaluation').enabledByDefault).toBe(true);
  expect(catalog.objects.map((o) => o.name).indexOf('Day')).toBe(
    loadCatalog()
      .objects.map((o) => o.name)
      .indexOf('Day'),
  );
});

test.each([
  ['extends: builtin\noff: [Truansy]', ['null.off: there is no object "Truansy"']],
  ['extends: builtin\noff: [Day]\non: [Day]', ['Day.off: is both in "off" and in "on"']],
  ['objects: []', ['null.objects: has no object; did you mean "extends: builtin"?']],
  [
    'objects: [{name: A, key: [a], tenantColumn: null}]\noff: [A]',
    ['null.off: goes with "extends: builtin"; use enabledByDefault here'],
  ],
  [
    'extends: builtin\nobjects: [{name: A, key: [a], tenantColumn: null}, {name: A, key: [b], tenantColumn: null}]',
    ['A.name: two objects of the file have this name'],
  ],
  [
    'objects: [{name: A, key: [], tenantColumn: null}, {name: B, key: [b]}]',
    ['A.key: name at least one column', 'B.tenantColumn: Invalid input: expected string, received undefined'],
  ],
  [
    'objects: [{name: A, key: [a], tenantColumn: null, parent: [B]}]',
    ['A.object: Unrecognized key: "parent"'],
  ],
  [
    'objects: [{name: A, key: ["a "], tenantColumn: null}]',
    ['A.key[0]: no table or column can have this name: 1 to 64 characters, no space at the end'],
  ],
  [
    'objects: [{name: A, key: [a], tenantColumn: null, exclusions: [{code: X, message: m, when: {column: a}}]}]',
    ['A.exclusions[0].when: needs {column, equals} or {column, isNull}'],
  ],
  [
    'objects: [{name: A, key: [a], tenantColumn: null, parents: [B], softParents: [C]}]',
    ['A.parents: there is no object "B"', 'A.softParents: there is no object "C"'],
  ],
])('%j is refused with every problem named', (text, expected) => {
  expect(problemsOf(text)).toEqual(expected);
});

test('a file that is not there, or is not YAML, is named', () => {
  expect(() => loadCatalog({ file: join(folder, 'none.yaml') })).toThrow(/none\.yaml.*\n.*does not exist/);
  expect(() => load('objects: [', 'torn.yaml')).toThrow(/torn\.yaml/);
});

test('the published JSON Schema is the one that is checked', () => {
  const published: unknown = JSON.parse(
    readFileSync(join(__dirname, '../../docs/catalog.schema.json'), 'utf8'),
  );
  // Made anew by: npm run catalog:schema
  expect(published).toEqual(catalogJsonSchema());
});
