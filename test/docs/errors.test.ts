import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtinCatalog } from '../../src/catalog/builtin';
import { exitCodes } from '../../src/cli/client/exit-codes';
import { errorRules } from '../../src/domain/error-rules';
import { problemTypes } from '../../src/http/problem-types';

const root = join(__dirname, '..', '..');
const sections = readFileSync(join(root, 'docs/errors.md'), 'utf8').split(/^## /m);

/** The cells of the rows of a section's table. */
function rowsOf(title: string): string[][] {
  const section = sections.find((text) => text.startsWith(`${title}\n`)) ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| --'));
  return lines.slice(1).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

test('every type of problem has its row with its status and the anchor that its URI names, and no other has', () => {
  const types = Object.entries(problemTypes).map(([name, { status }]) => [
    `<a id="${name}"></a>\`${name}\``,
    String(status),
  ]);
  expect(rowsOf('Problems').map(([type, status]) => [type, status])).toEqual(types);
});

/** Folders that name codes of records, and the words in capitals there that are none. */
const codeFolders = ['src/editions', 'src/catalog', 'activities'];
const otherWords = new Set(['CHECK_CONSTRAINTS', 'TABLE_NAME']);
/**
 * Codes made of the name of a side, and the number of an error (src/editions/transfer/refusal.ts).
 */
const madeCodes = ['REFUSED_BY_STATE', 'REFUSED_BY_DISTRICT', 'STATE_ERROR_*', 'DISTRICT_ERROR_*'];
/** Codes of one word, which looks like any constant. */
const wordCodes = ['RENUMBERED'];

function codesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && name !== join('connection', 'errors.ts'))
    .flatMap((name) => readFileSync(join(root, folder, name), 'utf8').match(/'[A-Z]+(_[A-Z]+)+'/g) ?? [])
    .map((literal) => literal.slice(1, -1))
    .filter((word) => !otherWords.has(word));
}

test('every code of a record has its row, and every row is a code', () => {
  const written = rowsOf('Record error codes').flatMap(([code = '']) => /^`(.+)`$/.exec(code)?.[1] ?? []);
  const used = new Set([...codeFolders.flatMap(codesIn), ...madeCodes, ...wordCodes]);
  expect(written.toSorted()).toEqual([...used].sort());
});

test('of every code of a record it can be said what it breaks', () => {
  const own = builtinCatalog.objects.flatMap(({ exclusions }) => exclusions.map(({ code }) => code));
  const general = rowsOf('Record error codes').flatMap(([code = '']) => /^`(.+)`$/.exec(code)?.[1] ?? []);
  const said = Object.keys(errorRules);
  expect(said.toSorted()).toEqual(
    general
      .filter((code) => !own.includes(code))
      .map((code) => code.replace(/_\*$/, ''))
      .sort(),
  );
});

test('every exit code has its row', () => {
  const written = rowsOf('Exit codes of the command line').map(([code, name]) => [Number(code), name]);
  const used = Object.entries(exitCodes).map(([name, code]) => [code, `\`${name}\``]);
  // 1: what no part of the command line foresaw (src/cli/main.ts).
  expect(written.toSorted()).toEqual([...used, [1, '']].sort());
});
