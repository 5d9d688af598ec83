/** Which database of a district has the records of a school year. */

/** Where the records of some school years are; without years: of all others. */
export interface YearDatabase {
  readonly databaseUrl: string;
  readonly schoolYears?: readonly number[] | undefined;
}

/** As much of a district as says which years it needs. */
interface NeedsYears {
  readonly schoolYear: number;
  readonly previousYear?: object | undefined;
  readonly nextYear?: object | undefined;
}

interface Problem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** What is wrong with a district's list of databases: years that two have, or that none has. */
export function databasesProblems(
  district: NeedsYears,
  databases: readonly Pick<YearDatabase, 'schoolYears'>[],
): readonly Problem[] {
  const problems: Problem[] = [];
  const owners = new Map<number | 'others', number>();
  for (const [index, { schoolYears }] of databases.entries())
    for (const [place, year] of (schoolYears ?? ['others' as const]).entries()) {
      const owner = owners.get(year);
      owners.set(year, owner ?? index);
      if (owner === undefined) continue;
      problems.push(
        year === 'others'
          ? {
              path: ['databases', index, 'schoolYears'],
              message: `say which: databases[${owner}] has all other years`,
            }
          : {
              path: ['databases', index, 'schoolYears', place],
              message: `the school year ${year} is that of databases[${owner}]`,
            },
      );
    }
  const { schoolYear, previousYear, nextYear } = district;
  const needed = [
    [schoolYear, 'schoolYear'],
    ...(previousYear === undefined ? [] : [[schoolYear - 1, 'previousYear'] as const]),
    ...(nextYear === undefined ? [] : [[schoolYear + 1, 'nextYear'] as const]),
  ] as const;
  for (const [year, why] of needed)
    if (!owners.has(year) && !owners.has('others'))
      problems.push({ path: ['databases'], message: `none has the school year ${year} (${why})` });
  return problems;
}

interface HasDatabases {
  /** Of the scoped year at first, where there are several. */
  readonly databaseUrl: string;
  /** Absent: that one has all years. */
  readonly databases?: readonly YearDatabase[] | undefined;
}

/** The database of a school year; `null`: there is none. */
export function databaseOfYear(
  { databaseUrl: one, databases }: HasDatabases,
  schoolYear: number,
): string | null {
  if (databases === undefined) return one;
  const named = databases.find(({ schoolYears }) => schoolYears?.includes(schoolYear) === true);
  return (named ?? databases.find(({ schoolYears }) => schoolYears === undefined))?.databaseUrl ?? null;
}

/** All of them, each once. */
export function databaseUrlsOf({ databaseUrl: one, databases }: HasDatabases): readonly string[] {
  return databases === undefined ? [one] : [...new Set(databases.map(({ databaseUrl: url }) => url))];
}

/** Whether a record that one year's database lacks may be in that of another. */
export function isSplitByYear(district: HasDatabases): boolean {
  return databaseUrlsOf(district).length > 1;
}

/** Why nothing can be done in a school year. */
export const whyNoYearDatabase = (districtId: string, schoolYear: number): string =>
  `The district "${districtId}" has no database for the school year ${schoolYear}: name one in its databases.`;
