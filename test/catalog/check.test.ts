import type { SyncObject } from '../../src/domain/catalog';
import { checkCatalog } from '../../src/catalog/check';
import { formatProblem } from '../../src/catalog/problem';
import { seedCatalog, syncObject } from '../domain/catalogs';

const problems = (...objects: SyncObject[]): string[] =>
  checkCatalog({ name: 'test', objects }).map(formatProblem);

const parent = syncObject('Parent', { key: ['parentID'] });
const child = (parts: Partial<SyncObject> = {}): SyncObject =>
  syncObject('Child', { key: ['childID'], parents: ['Parent'], ...parts });
const reference = (parts = {}) => ({
  object: 'Parent',
  columns: ['parentID'],
  parentColumns: ['parentID'],
  ...parts,
});

test("the specification's 62 objects have no problem", () => expect(checkCatalog(seedCatalog)).toEqual([]));

test('a child that references its parent has no problem', () => {
  expect(problems(parent, child({ references: [reference()] }))).toEqual([]);
});

test.each<[string, Partial<SyncObject>, string]>([
  ['an unknown parent', { parents: ['Parnt'] }, 'Child.parents: there is no object "Parnt"'],
  ['an unknown soft parent', { softParents: ['Parnt'] }, 'Child.softParents: there is no object "Parnt"'],
  ['a parent twice', { parents: ['Parent', 'Parent'] }, 'Child.parents: names "Parent" twice'],
  ['a parent both ways', { softParents: ['Parent'] }, 'Child.softParents: "Parent" is a hard parent already'],
  [
    'an unknown object of a reference',
    { references: [reference({ object: 'Parnt' })] },
    'Child.references[0].object: there is no object "Parnt"',
  ],
  [
    'a reference to an object that does not come first',
    { parents: [], references: [reference()] },
    'Child.references[0].object: Parent is neither a parent nor an ancestor, nor in the same cycle',
  ],
  [
    'a reference with too few columns',
    { references: [reference({ columns: [] })] },
    'Child.references[0].columns: 0 columns for 1 parentColumns',
  ],
  [
    "a reference to something else than the parent's key",
    { references: [reference({ parentColumns: ['number'] })] },
    'Child.references[0].parentColumns: not the key of Parent (parentID)',
  ],
  [
    'a reference by a column that is not sent',
    { references: [reference()], ignoredColumns: ['parentID'] },
    'Child.references[0].columns: "parentID" is in ignoredColumns, so it is not sent',
  ],
  ['a missing key', { key: [] }, 'Child.key: missing: records are matched by it'],
  ['a key column twice', { key: ['a', 'a'] }, 'Child.key: names "a" twice'],
  [
    'a key with the tenant column',
    { key: ['districtID', 'a'] },
    'Child.key: holds the tenant column "districtID", which only the state has',
  ],
  [
    'an ignored key',
    { ignoredColumns: ['childID'] },
    'Child.ignoredColumns: "childID" is needed to match records and can\'t be left out',
  ],
  [
    'a name with a space at its end',
    { table: 'a ', stateTable: 'Child' },
    'Child.table: "a " is no name that a table or column can have',
  ],
  [
    'a name of 65 characters',
    { guidColumn: 'x'.repeat(65) },
    `Child.guidColumn: "${'x'.repeat(65)}" is no name that a table or column can have`,
  ],
  [
    'a condition on a column with a NUL in its name',
    { exclusions: [{ code: 'X', when: { column: 'a\0b', equals: 1 }, message: 'x' }] },
    'Child.exclusions[0].when.column: "a\\u0000b" is no name that a table or column can have',
  ],
  [
    'a table of another object',
    { table: 'Parent', stateTable: 'Child' },
    'Child.table: "Parent" is the table of Parent too; use subsetOf to send a part of it',
  ],
  [
    'a state table of another object',
    { stateTable: 'Parent' },
    'Child.stateTable: "Parent" is the stateTable of Parent too; use subsetOf to send a part of it',
  ],
  ['a part of nothing', { subsetOf: 'Parnt' }, 'Child.subsetOf: there is no object "Parnt"'],
  [
    'a condition without a whole',
    { only: { column: 'a', isNull: true } },
    'Child.only: goes with subsetOf: which object is this a part of?',
  ],
  [
    'a reference to itself without a cycle',
    { references: [{ object: 'Child', columns: ['bossID'], parentColumns: ['childID'] }] },
    'Child.cycle: missing: references[0] leads to the object itself',
  ],
])('%s is a problem that names object and field', (_, parts, expected) => {
  expect(problems(parent, child(parts))).toEqual([expected]);
});

test('any name that the servers allow in backticks is one, but for objects that an address can’t lead to', () => {
  for (const name of [
    'a b',
    'nm-dash',
    'schüler',
    '先生',
    'a.b',
    "it's",
    'a`; DROP TABLE b',
    '1',
    'null',
    '%2F/',
  ])
    expect(problems(syncObject(name, { key: [name] }))).toEqual([]);
  for (const name of ['.', '..', 'a\u0007b'])
    expect(problems(syncObject(name, { key: ['id'] }))).toEqual([
      expect.stringMatching(/\.name: .* is no name that an object can have/),
    ]);
});

test('a name given twice is a problem', () => {
  expect(problems(parent, { ...parent, table: 'Other', stateTable: 'Other' })).toEqual([
    'Parent.name: two objects have this name',
  ]);
});

test('a part shares table and key of its whole, and says which records it sends', () => {
  const part = { ...parent, name: 'Part', subsetOf: 'Parent', only: { column: 'stateID', isNull: true } };
  expect(problems(parent, part)).toEqual([]);
  expect(problems(parent, { ...part, key: ['other'], table: 'Part', only: null })).toEqual([
    'Part.only: missing: which records of Parent does it send?',
    'Part.table: differs from that of Parent, whose part it is',
    'Part.key: differs from that of Parent, whose part it is',
  ]);
});

test('what the state gives each record is the state’s, and goes by the GUID', () => {
  expect(problems({ ...parent, stateAssigned: 'stateID', stateOwnedColumns: [], guidColumn: null })).toEqual([
    'Parent.stateAssigned: "stateID" is not in stateOwnedColumns',
    'Parent.stateAssigned: needs a guidColumn: a value is given once for a GUID',
  ]);
});

test('a cycle is told as a path, through soft parents too, and from every component once', () => {
  const a = syncObject('A', { parents: ['B'] });
  const b = syncObject('B', { softParents: ['C'] });
  const c = syncObject('C', { parents: ['A'] });
  const self = syncObject('S', { parents: ['S'] });
  expect(problems(a, b, c, self, syncObject('D', { parents: ['A'] })).sort()).toEqual([
    'A.parents: a cycle: A waits for B waits for C waits for A',
    'S.parents: a cycle: S waits for S',
  ]);
});

test('a cycle may reference itself in a circle, but nothing may stand between its members', () => {
  const to = (name: string) => [{ object: name, columns: ['x'], parentColumns: [`${name}ID`] }];
  const a = syncObject('A', { cycle: 'A', references: to('B') });
  const b = syncObject('B', { cycle: 'A', references: to('A') });
  expect(problems(a, b)).toEqual([]);
  const between = syncObject('M', { parents: ['A'] });
  expect(problems(a, { ...b, parents: ['M'] }, between)).toEqual([
    'B.cycle: M comes between members of the cycle "A": make it a member',
  ]);
});
