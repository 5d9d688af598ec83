import { sameName } from '../editions/columns/spelling';
import { compareNames, sameColumns, usableKeys } from './edition-schema';
import { IntrospectionError } from './findings';
import type { TablePair } from './pair-tables';

/**
 * The state's column that says whose a record is: given, or the one column by which the state's
 * keys are more than the district's.
 * @throws IntrospectionError when no table has the given one, or the tables don't agree
 */
export function tenantColumnOf(pairs: readonly TablePair[], given: string | undefined): string | null {
  if (given === undefined) return detect(pairs);
  const found = pairs.flatMap(({ district, state }) =>
    [...state.columns.keys()].filter((name) => sameName(name, given) && !district.columns.has(name)),
  );
  if (found.length === 0)
    throw new IntrospectionError(`No table of both sides has the column "${given}" at the state only.`);
  return found[0]!;
}

/** As the state's table spells it; `null`: the table has no such column of its own. */
export function tenantOfPair({ district, state }: TablePair, tenantColumn: string | null): string | null {
  if (tenantColumn === null) return null;
  const name = [...state.columns.keys()].find((column) => sameName(column, tenantColumn));
  return name === undefined || district.columns.has(name) ? null : name;
}

/**
 * A column of the state's primary key, or else of another unique key, that the district's table
 * doesn't have and that makes one of its keys the state's; common to the state's tables. Where it
 * stands in the key makes no difference.
 */
function detect(pairs: readonly TablePair[]): string | null {
  const candidates = new Map<string, string>();
  for (const { district, state } of pairs) {
    const keys = usableKeys(district);
    // The primary key is first; a state with keys of its own has the district's beside it.
    const found = usableKeys(state)
      .map((key) =>
        key.filter(
          (name) =>
            !district.columns.has(name) &&
            keys.some((own) =>
              sameColumns(
                own,
                key.filter((other) => other !== name),
              ),
            ),
        ),
      )
      .find((columns) => columns.length > 0)?.[0];
    if (found !== undefined && !candidates.has(found.toLowerCase()))
      candidates.set(found.toLowerCase(), found);
  }
  if (candidates.size > 1) {
    const names = [...candidates.values()].sort(compareNames).join(', ');
    throw new IntrospectionError(
      `The state's keys add different columns to the district's (${names}): say with --tenant-column which of them tells whose a record is.`,
    );
  }
  return [...candidates.values()][0] ?? null;
}
