import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';

const root = join(__dirname, '..', '..');
const read = (name: string): string => readFileSync(join(root, name), 'utf8');
const yamlOf = <T>(name: string): T => parse(read(name), { strict: true, uniqueKeys: true }) as T;
const filesOf = (folder: string, ending: RegExp): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => ending.test(name))
    .map((name) => `${folder}/${name}`)
    .sort();

interface Package {
  scripts: Record<string, string>;
  engines: { node: string };
}
interface Step {
  uses?: string;
  run?: string;
}
interface Job {
  steps?: Step[];
  uses?: string;
  permissions?: Record<string, string>;
  'timeout-minutes'?: number;
  strategy?: { matrix: { node?: string[]; shard?: number[] } };
}
interface Workflow {
  on: unknown;
  permissions: Record<string, string>;
  concurrency: { group: string };
  jobs: Record<string, Job>;
}

const packageJson = JSON.parse(read('package.json')) as Package;
const workflows = filesOf('.github/workflows', /\.yml$/);
const actions = filesOf('.github/actions', /action\.yml$/);
const forms = filesOf('.github/ISSUE_TEMPLATE', /\.yml$/).filter((name) => !name.endsWith('/config.yml'));
const editorFiles = [...filesOf('.vscode', /\.json$/), '.devcontainer/devcontainer.json'];
/** Where a command is written that somebody, or CI, will run as it stands. */
const withCommands = [
  ...[...workflows, ...actions, ...forms, ...editorFiles],
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', '.github/PULL_REQUEST_TEMPLATE.md'],
  ...filesOf('docs', /\.md$/),
];

/** What npm does without a script of ours, of what we use. */
const npmItself = ['ci', 'version', 'sbom', 'prune'];

/**
 * Commands of a text that lead nowhere: an npm script that doesn't exist, a file that isn't there.
 */
function deadCommands(text: string): string[] {
  const scripts = [
    ...text.matchAll(/\bnpm run (?:--?[\w-]+ )*([a-z][\w:-]*)/g),
    ...text.matchAll(/(?<!install )\bnpm (?!run\b)([a-z][\w-]*)(?= |`|"|$)/gm),
  ].map(([, script = '']) => script);
  const started = text.matchAll(
    /\b(?:npx tsx|node|npx jest|npm test --) ((?:src|bin|test|bench|docs)\/[\w./-]+)/g,
  );
  return [
    ...scripts.filter((name) => !(name in packageJson.scripts) && !npmItself.includes(name)),
    ...[...started].map(([, file = '']) => file).filter((file) => !isThere(file)),
  ];
}

/** Jest takes the beginning of a path as well as all of it. */
const isThere = (file: string): boolean =>
  ['', '.ts', '.test.ts'].some((ending) => existsSync(join(root, `${file}${ending}`)));

test.each(withCommands)('what %s says to run is there', (file) => {
  expect(deadCommands(read(file))).toEqual([]);
});

const documents = ['.', '.github', 'docs', 'docs/decisions', 'docs/reference'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);

/** Targets of links within the repository that are not there, names with a blank among them. */
function deadLinks(file: string, text: string): string[] {
  const links = [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)#]+)(?:#[^)]*)?\)/g)].map(
    ([, to = '']) => to,
  );
  return links.filter((to) => !existsSync(join(root, dirname(file), to)));
}

test.each(documents)('what %s links to in this repository is there', (file) => {
  expect(deadLinks(file, read(file))).toEqual([]);
});

test('a link to a file that has moved, or whose name was broken in two, is found', () => {
  const text = '[a](docs/spec.md#s-1) [b](docs/gone.md) [c](docs/sp ec.md) [d](https://example.org)';
  expect(deadLinks('README.md', text)).toEqual(['docs/gone.md', 'docs/sp ec.md']);
});

test('a script or file that is not there is found', () => {
  const text = '`npm run nothing`, `npm run check`, `npm tset`\nnpx tsx src/gone.ts; npx jest test/domain';
  expect(deadCommands(text)).toEqual(['nothing', 'tset', 'src/gone.ts']);
});

describe.each(workflows)('%s', (file) => {
  const { permissions, concurrency, jobs, on } = yamlOf<Workflow>(file);

  test('may only read the repository unless a job asks for more, and ends in time', () => {
    expect(on).toBeDefined();
    expect(permissions).toEqual({ contents: 'read' });
    expect(concurrency.group).toMatch(/^[a-z-]+-\$\{\{ github\.ref \}\}/);
    for (const [name, job] of Object.entries(jobs)) {
      // A job that calls a workflow has the limits of that workflow's jobs.
      expect([name, job['timeout-minutes'] ?? job.uses]).not.toContain(undefined);
    }
  });

  test('every action is pinned, and those of this repository are there', () => {
    const used = Object.values(jobs).flatMap(({ uses, steps = [] }) => [uses, ...steps.map((s) => s.uses)]);
    for (const action of used.filter((name) => name !== undefined)) {
      if (action.startsWith('./')) expect([action, existsSync(join(root, action))]).toEqual([action, true]);
      else expect(action).toMatch(/^[\w-]+\/[\w/-]+@(v\d+|[0-9a-f]{40})$/);
    }
  });
});

test('what decides whether a kept download is still good is there', () => {
  const files = [...workflows, ...actions].flatMap((name) =>
    [...read(name).matchAll(/hashFiles\('([^']+)'\)/g)].map(([, file = '']) => file),
  );
  expect(new Set(files)).toEqual(new Set(['package-lock.json', 'src/stack/temporal-program.ts']));
  expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

test('tests run in four parts on the oldest Node we take and on the newest we use', () => {
  const matrix = yamlOf<Workflow>('.github/workflows/ci.yml').jobs['test']?.strategy?.matrix;
  const newest = read('.nvmrc').trim();
  expect([`>=${matrix?.node?.[0]}`, matrix?.node?.at(-1)]).toEqual([packageJson.engines.node, newest]);
  expect(matrix?.shard).toEqual([1, 2, 3, 4]);
  for (const file of ['Dockerfile', '.devcontainer/Dockerfile', '.github/workflows/ci.yml']) {
    const versions = [...read(file).matchAll(/\bnode:(\d+)-/g)].map(([, version]) => version);
    expect([file, ...new Set(versions)]).toEqual([file, newest]);
  }
  expect(read('README.md')).toContain(`Node ${packageJson.engines.node.slice(2)} or newer`);
});

interface Form {
  name: string;
  description: string;
  body: { type: string; id?: string; attributes: object }[];
}

test.each(forms)('%s asks whether it holds student data, each question once', (file) => {
  const { name, description, body } = yamlOf<Form>(file);
  expect([name, description].every((text) => text.length > 0)).toBe(true);
  const ids = body.filter(({ type }) => type !== 'markdown').map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(body.find(({ id }) => id === 'private')).toMatchObject({
    attributes: { options: [{ required: true }] },
  });
});

test.each(editorFiles)('%s is JSON without comments, and names programs that are there', (file) => {
  const text = read(file);
  expect(JSON.parse(text)).toBeInstanceOf(Object);
  for (const [, path] of text.matchAll(/"\$\{workspaceFolder\}\/([^"]+)"/g)) {
    expect([path, existsSync(join(root, path!))]).toEqual([path, true]);
  }
});

test('a container of the editor has the extensions that the folder recommends', () => {
  const { recommendations } = JSON.parse(read('.vscode/extensions.json')) as { recommendations: string[] };
  const { customizations } = JSON.parse(read('.devcontainer/devcontainer.json')) as {
    customizations: { vscode: { extensions: string[] } };
  };
  expect(customizations.vscode.extensions).toEqual(recommendations);
});

test('dependencies of every kind are looked after', () => {
  const { updates } = yamlOf<{ updates: { 'package-ecosystem': string }[] }>('.github/dependabot.yml');
  expect(updates.map((entry) => entry['package-ecosystem'])).toEqual([
    ...['npm', 'github-actions', 'docker', 'docker-compose'],
  ]);
});
