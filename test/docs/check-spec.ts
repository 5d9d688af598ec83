import { findTests, type FoundTest } from './find-tests';

/**
 * A promise of docs/spec.md: "**S-3.4** text _(section)_", with its tests and plans as a list
 * below.
 */
interface SpecPromise {
  readonly id: string;
  readonly text: string;
  readonly section: string | null;
  readonly items: readonly string[];
}

const promiseStart = /^\*\*S-(\d+\.\d+)\*\* /;
const shownItem = /^- `([^`]+)`: (.+)$/;
const plannedItem = /^- \*\*Planned\*\* \(([^)]+)\): .+$/;
const areaRow = /^\| ([a-z]+) +\| /gm;

/**
 * Every fault of the specification, in words; `read` gives a file's text, or null where there is
 * none.
 */
export function faultsOfSpec(spec: string, read: (file: string) => string | null): readonly string[] {
  const promises = promisesOf(spec);
  const areas = [...spec.matchAll(areaRow)].slice(1).map(([, area]) => area!);
  const tests = new Map<string, readonly FoundTest[] | null>();
  const testsOf = (file: string): readonly FoundTest[] | null => {
    if (!tests.has(file)) {
      const source = read(file);
      tests.set(file, source === null ? null : findTests(source));
    }
    return tests.get(file)!;
  };
  return [
    ...faultsOfNumbers(spec, promises),
    ...promises.flatMap((promise) =>
      [
        ...(promise.text === '' ? ['it says nothing'] : []),
        ...(promise.section === null ? ['it names no section'] : []),
        ...(promise.items.length === 0 ? ['nothing shows or plans it'] : []),
        ...promise.items.flatMap((item) => faultsOfItem(item, areas, testsOf)),
      ].map((fault) => `S-${promise.id}: ${fault}`),
    ),
  ];
}

/** The sections of the description that the promises come from. */
export function sectionsOf(spec: string): ReadonlySet<string> {
  // "Full Resync, Partial Resync" are two; "Process Alerts, picture" is one and a place in it.
  return new Set(promisesOf(spec).flatMap(({ section }) => section?.split(', ') ?? []));
}

/** The numbers of all promises, e.g. "S-3.4". */
export function idsOf(spec: string): ReadonlySet<string> {
  return new Set(promisesOf(spec).map(({ id }) => `S-${id}`));
}

function promisesOf(spec: string): readonly SpecPromise[] {
  const lines = spec.split('\n');
  return lines.flatMap((line, index) => {
    const id = promiseStart.exec(line)?.[1];
    if (id === undefined) return [];
    const rest = lines.slice(index + 1);
    const end = rest.findIndex((one) => promiseStart.test(one) || one.startsWith('#'));
    const block = rest.slice(0, end === -1 ? rest.length : end).filter((one) => one !== '');
    const isItem = (one: string) => one.startsWith('- ');
    const prose = [line.replace(promiseStart, ''), ...block.filter((one) => !isItem(one))].join(' ');
    const [, text, section] = /^(.*?)\s*(?:_\(([^)]+)\)_)?$/.exec(prose)!;
    return [{ id, text: text!, section: section ?? null, items: block.filter(isItem) }];
  });
}

/** Numbers have neither gaps nor doubles, so that a promise taken out leaves a place to be seen. */
function faultsOfNumbers(spec: string, promises: readonly SpecPromise[]): readonly string[] {
  const sections = [...spec.matchAll(/^## S-(\d+)\./gm)].map(([, number]) => number!);
  if (sections.some((number, index) => number !== `${index + 1}`))
    return ['sections are not numbered one by one'];
  const expected = sections.flatMap((section) => {
    const count = promises.filter(({ id }) => id.startsWith(`${section}.`)).length;
    return Array.from({ length: Math.max(count, 1) }, (_one, index) => `${section}.${index + 1}`);
  });
  const found = promises.map(({ id }) => id);
  const longer = found.length > expected.length ? found : expected;
  const wrong = longer.findIndex((_id, index) => expected[index] !== found[index]);
  const named = (id: string | undefined) => (id === undefined ? 'nothing' : `S-${id}`);
  return wrong === -1 ? [] : [`${named(found[wrong])} stands where ${named(expected[wrong])} belongs`];
}

function faultsOfItem(
  item: string,
  areas: readonly string[],
  testsOf: (file: string) => readonly FoundTest[] | null,
): readonly string[] {
  const area = plannedItem.exec(item)?.[1];
  if (area !== undefined) return areas.includes(area) ? [] : [`no area is called "${area}"`];
  const [, file, title] = shownItem.exec(item) ?? [];
  if (file === undefined || title === undefined) return [`"${item}" names neither a test nor a plan`];
  if (!/^test\/.+\.test\.ts$/.test(file)) return [`${file} is no test file`];
  const tests = testsOf(file);
  if (tests === null) return [`${file} doesn't exist`];
  const named = tests.filter((one) => one.title === title);
  if (named.length === 0) return [`${file} has no test "${title}"`];
  return named.flatMap(({ whyNotRun }) =>
    whyNotRun === null ? [] : [`${file}: "${title}" isn't run: ${whyNotRun}`],
  );
}
