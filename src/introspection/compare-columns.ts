import type { Column } from '../editions/columns/table-shape';
import { typeOf } from './edition-schema';
import type { Say } from './findings';
import type { MatchedTable } from './pair-tables';

/** Says how the columns of the two sides differ, and what becomes of their records. */
export function compareColumns({ district, state, tenantColumn }: MatchedTable, say: Say): void {
  const both = [...district.columns.values()].flatMap((column) => {
    const other = state.columns.get(column.name);
    return other === undefined ? [] : [{ column, other }];
  });
  for (const column of district.columns.values()) {
    const other = state.columns.get(column.name);
    if (other === undefined && !column.generated)
      say('note', `the state has no column "${column.name}": left out`);
    if (other?.generated && !column.generated)
      say('note', `"${column.name}" is generated at the state: left out`);
    if (other?.generated === false && column.generated)
      say('note', `"${column.name}" is generated at the district only: its value is sent`);
    if (other !== undefined && !other.generated && typeOf(other) !== typeOf(column))
      say(
        'note',
        `"${column.name}" is ${typeOf(column)} at the district and ${typeOf(other)} at the state: values that it can't hold fail`,
      );
  }
  const sent = both.filter(({ other }) => !other.generated);
  sayAll(
    say,
    sent.filter(({ column, other }) => column.nullable && !other.nullable),
    'may be NULL at the district and not at the state: records without a value fail (VALUE_MISSING)',
  );
  sayAll(
    say,
    sent.filter(({ column, other }) => isNarrower(column, other)),
    'the character set of the state lacks some of the district’s characters: records that have them fail',
  );
  for (const column of state.columns.values()) {
    if (column.name === tenantColumn || column.generated || district.columns.has(column.name)) continue;
    say('note', `only the state has the column "${column.name}" (its default stays)`);
  }
  for (const [side, { traits, columns }] of [
    ['district', district],
    ['state', state],
  ] as const) {
    const invisible = traits.invisible.filter((name) => columns.has(name));
    if (invisible.length > 0)
      say('note', `${quoted(invisible)}: invisible at the ${side}, and sent like any other column`);
  }
}

function sayAll(say: Say, found: readonly { readonly column: Column }[], what: string): void {
  if (found.length > 0) say('note', `${quoted(found.map(({ column }) => column.name))}: ${what}`);
}

/** `"a", "b"` */
export function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}

/** Charsets with every character, and those with every one of the Basic Multilingual Plane. */
const whole = ['utf8mb4', 'utf16', 'utf16le', 'utf32', 'gb18030'];
const basic = ['utf8mb3', 'utf8', 'ucs2'];

function isNarrower({ charset: from }: Column, { charset: to }: Column): boolean {
  if (from === null || to === null || from === to || whole.includes(to)) return false;
  if (basic.includes(to)) return whole.includes(from);
  return from !== 'ascii';
}
