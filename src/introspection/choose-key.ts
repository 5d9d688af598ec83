import { sameName } from '../editions/columns/spelling';
import { isGuarded, keyProblems } from '../editions/mapping/key-problems';
import { sameColumns, usableKeys } from './edition-schema';
import { IntrospectionError, type Say } from './findings';
import type { IntrospectionOptions } from './options';
import type { TablePair } from './pair-tables';

const orMatch = (table: string): string =>
  `--match ${table}.COLUMN,… names columns that tell them apart, which every run looks at first`;

/**
 * The columns by which a table's records are matched: given by a person, or else the first of the
 * district's keys that a run can match by and that is the state's too.
 * @returns `null` where there is none; why has been said
 */
export function chooseKey(pair: TablePair, tenant: string | null, given: Given, say: Say): Key | null {
  return given === null ? ownKey(pair, tenant, say) : givenKey(pair, tenant, given, say);
}

type Key = readonly string[];
type Given = readonly string[] | null;

/** The key that a person gave, as the district spells it. @throws IntrospectionError */
export function givenKeyOf(
  { name, district, state }: TablePair,
  { match = [] }: IntrospectionOptions,
): Given {
  const found = match.find(({ table }) => table === name);
  if (found === undefined) return null;
  return found.columns.map((column) => {
    const own = [...district.columns.keys()].find((other) => sameName(other, column));
    if (own === undefined || !state.columns.has(own))
      throw new IntrospectionError(
        `--match: ${own === undefined ? "the district's" : "the state's"} table ${name} has no column "${column}".`,
      );
    return own;
  });
}

function givenKey({ district, state }: TablePair, tenant: string | null, key: Key, say: Say): Key | null {
  const problems = keyProblems({ key }, district, state);
  if (problems.length > 0) {
    say('refused', `(${key.join(', ')}) can't be its match key: ${problems.join('; ')}`);
    return null;
  }
  const open = [
    ...(isGuarded(district, key) ? [] : ['the district']),
    ...(isGuarded(state, [...key, ...(tenant === null ? [] : [tenant])]) ? [] : ['the state']),
  ];
  if (open.length > 0)
    say(
      'note',
      `no unique key of ${open.join(' and ')} guards (${key.join(', ')}): each run first looks for doubles and NULLs, ` +
        'and reads the whole table for every page that no index leads to',
    );
  return key;
}

function ownKey(pair: TablePair, tenant: string | null, say: Say): Key | null {
  const { name, district, state } = pair;
  const keys = usableKeys(district);
  if (keys.length === 0) {
    say(
      'refused',
      `no primary key and no unique key of NOT NULL columns: its records can not be told apart (${orMatch(name)})`,
    );
    return null;
  }
  const prefix = tenant === null ? [] : [tenant];
  const atState = usableKeys(state);
  const common = keys.filter((key) =>
    atState.some((other) => sameColumns(other, [...prefix, ...key]) || sameColumns(other, key)),
  );
  if (common.length === 0) {
    const expected = [...prefix, ...keys[0]!].join(', ');
    say(
      'refused',
      `the state has no primary or unique NOT NULL key (${expected}) to match the district's (${orMatch(name)})`,
    );
    return null;
  }
  const refused: string[] = [];
  for (const key of common) {
    const problems = keyProblems({ key }, district, state);
    if (problems.length === 0) {
      if (refused.length > 0) say('note', `matched by (${key.join(', ')}), because ${refused.join('; ')}`);
      if (tenant !== null && !atState.some((other) => sameColumns(other, [...prefix, ...key])))
        say(
          'decide',
          `the state keeps (${key.join(', ')}) unique over all districts: two districts can't both have a record of one key`,
        );
      return key;
    }
    refused.push(`(${key.join(', ')}) can't be its match key: ${problems.join('; ')}`);
  }
  say('refused', `${refused.join('; ')} (${orMatch(name)})`);
  return null;
}
