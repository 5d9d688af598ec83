import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultsOfSpec, idsOf, sectionsOf } from './check-spec';
import { findTests } from './find-tests';

const root = join(__dirname, '..', '..');
const readFile = (file: string): string | null =>
  existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : null;
const spec = readFile('docs/spec.md')!;

test('every promise of the specification is shown by tests that run, or is marked as planned', () => {
  expect(faultsOfSpec(spec, readFile)).toEqual([]);
});

test.each([
  'Introduction',
  'Tool page',
  'Related Tools',
  'Manually Resync Data',
  'Resync Scenarios',
  'Use the Resync State Data Tool',
  'Full Resync',
  'Partial Resync',
  'State-Initiated Resync Requests',
  'Process Alerts',
  'Resync Data from the Previous or Next School Year',
  'Analyze Resync Attempts and Results',
  'Understand Campus Object Dependencies and Hierarchy',
  'Campus Object Hierarchies',
  'Test Scores Batch Sync Requirements',
  'Technical Information',
])('the specification has promises of the description’s section "%s"', (section) => {
  expect(sectionsOf(spec)).toContain(section);
});

test('whoever refers to a promise by its number refers to one that is there', () => {
  const ids = idsOf(spec);
  const files = ['src', 'workflows', 'activities', 'docs'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|md)$/.test(name))
      .map((name) => join(folder, name)),
  );
  for (const file of [...files, 'README.md', 'CONTRIBUTING.md'])
    for (const [id] of readFile(file)!.matchAll(/\bS-\d+\.\d+\b/g))
      expect(ids.has(id) ? id : `${file}: ${id}`).toBe(id);
});

describe('a fault of the specification is found:', () => {
  const head = '| area | what |\n| ---- | ---- |\n| console | pages |\n\n## S-1. One\n\n';
  const faults = (promises: string, source = "test('a good title', () => {});") =>
    faultsOfSpec(head + promises, (file) => (file === 'test/a.test.ts' ? source : null));
  const promise = (item: string, id = 'S-1.1') => `**${id}** It holds. _(Somewhere)_\n\n${item}\n\n`;
  const shown = promise('- `test/a.test.ts`: a good title');

  test('none where there is none', () => {
    expect(faults(shown + promise('- **Planned** (console): the page', 'S-1.2'))).toEqual([]);
  });

  test('a promise that nothing shows or plans', () => {
    expect(faults(promise(''))).toEqual(['S-1.1: nothing shows or plans it']);
  });

  test('a promise of no section, and one without a text', () => {
    const item = '- `test/a.test.ts`: a good title\n';
    expect(faults(`**S-1.1** It holds.\n\n${item}`)).toEqual(['S-1.1: it names no section']);
    expect(faults(`**S-1.1** _(Somewhere)_\n\n${item}`)).toEqual(['S-1.1: it says nothing']);
  });

  test.each([
    ['a gap', ['S-1.1', 'S-1.3'], 'S-1.3 stands where S-1.2 belongs'],
    ['a double', ['S-1.1', 'S-1.1'], 'S-1.1 stands where S-1.2 belongs'],
    ['a late start', ['S-1.2'], 'S-1.2 stands where S-1.1 belongs'],
    ['a promise of another section', ['S-1.1', 'S-2.1'], 'S-2.1 stands where nothing belongs'],
    ['no promise at all', [], 'nothing stands where S-1.1 belongs'],
  ])('%s in the numbers', (_what, ids, fault) => {
    expect(faults(ids.map((id) => promise('- `test/a.test.ts`: a good title', id)).join(''))).toEqual([
      fault,
    ]);
  });

  test('a gap among the sections', () => {
    expect(faults(`${shown}## S-3. Three\n\n`)).toEqual(['sections are not numbered one by one']);
  });

  test('a plan of an area that isn’t one', () => {
    for (const area of ['one day', 'area'])
      expect(faults(promise(`- **Planned** (${area}): the page`))).toEqual([
        `S-1.1: no area is called "${area}"`,
      ]);
  });

  test('an item that names neither a test nor a plan', () => {
    expect(faults(`${shown}- everybody knows that\n`)).toEqual([
      'S-1.1: "- everybody knows that" names neither a test nor a plan',
    ]);
  });

  test('a file that doesn’t exist, or is no test', () => {
    expect(faults(promise('- `test/b.test.ts`: a good title'))).toEqual([
      "S-1.1: test/b.test.ts doesn't exist",
    ]);
    expect(faults(promise('- `src/a.ts`: a good title'))).toEqual(['S-1.1: src/a.ts is no test file']);
  });

  test.each([
    ['is missing', "test('a good title, nearly', () => {});"],
    ['stands in a comment', "// test('a good title', () => {});\n/* it('a good title', () => {}); */"],
    ['stands in a string', `const one = "test('a good title', () => {})"; test('it', () => log(one));`],
    ['is the argument of something else', "test('another', () => { log('a good title'); });"],
    ['is that of a describe', "describe('a good title', () => { test('another', () => {}); });"],
    ['is said to something else', "suite.test('a good title', () => {}); step('a good title', () => {});"],
    ['stands in a function that nobody may call', "function later() { test('a good title', () => {}); }"],
    ['is inside a test', "test('another', () => { test('a good title', () => {}); });"],
  ])('a title that %s', (_where, source) => {
    expect(faults(shown, source)).toEqual(['S-1.1: test/a.test.ts has no test "a good title"']);
  });

  const skipped = 'it is marked "skip"';
  const only = 'it is marked "only"';
  test.each([
    ["test.skip('a good title', () => {});", skipped],
    ["it.skip('a good title', () => {});", skipped],
    ["xit('a good title', () => {});", skipped],
    ["xtest('a good title', () => {});", skipped],
    ["it.skip.each([1])('a good title', () => {});", skipped],
    ["it.concurrent.skip('a good title', async () => {});", skipped],
    ["describe.skip('all', () => { it('a good title', () => {}); });", skipped],
    ["xdescribe('all', () => { it('a good title', () => {}); });", skipped],
    ["describe.skip.each([1])('all', () => { it('a good title', () => {}); });", skipped],
    ["describe.skip('a', () => { describe('b', () => { it('a good title', () => {}); }); });", skipped],
    ["it.todo('a good title');", 'it is marked "todo"'],
    ["it('a good title');", 'it has no body'],
    ["it.failing('a good title', () => {});", 'it is marked "failing"'],
    ["it.only('a good title', () => {});", only],
    ["fit('a good title', () => {});", only],
    ["describe.only('all', () => { it('a good title', () => {}); });", only],
    ["it('a good title', () => {}); fit('b', () => {});", 'another test of its file is marked "only"'],
    ["if (process.env['SLOW']) { it('a good title', () => {}); }", 'it stands under a condition'],
  ])('a test that isn’t run: %s', (source, why) => {
    expect(faults(shown, source)).toEqual([`S-1.1: test/a.test.ts: "a good title" isn't run: ${why}`]);
  });
});

test.each([
  ["it('one', () => {}); test('two', async () => {});", ['one', 'two']],
  ['it(`one`, () => {}); it("it\'s two", () => {});', ['one', "it's two"]],
  ["describe('all', () => { describe('some', function () { it('one', () => {}); }); });", ['one']],
  ["describe.each([1, 2])('with %s', () => { it('one', () => {}); });", ['one']],
  ['for (const a of [1]) { it(`one ${a}`, () => {}); }', ['one ${a}']],
  ["it.each([['a', 1], ['b', 2]])('%s is %d', () => {});", ['%s is %d', 'a is 1', 'b is 2']],
  ["it.each(['a', true] as const)('is %s', () => {});", ['is %s', 'is a', 'is true']],
  ["const rows: R[] = [{ what: 'one' }, { what: two }]; it.each(rows)('$what', () => {});", ['$what', 'one']],
  ["it.each(made())('%s', () => {});", ['%s']],
])('the tests of a file are found: %s', (source, titles) => {
  expect(findTests(source)).toEqual(titles.map((title) => ({ title, whyNotRun: null })));
});
