/**
 * Which school years a district offers, and which objects in each (specification: Resync Data from
 * the Previous or Next School Year).
 */

export type YearKind = 'current' | 'previous' | 'next';

/** Objects of a year that isn't the current one. */
export interface YearList {
  readonly objects: readonly string[];
}

/** What a district's configuration says of the years beside the current one. */
export interface YearSetup {
  readonly previousYear?: YearList | undefined;
  readonly nextYear?: YearList | undefined;
}

/** A year a district may resync. Years are named by the year in which they end: 2027 is 2026-27. */
export interface OfferedYear {
  readonly schoolYear: number;
  readonly kind: YearKind;
  /** Objects configured for it; `null` in the current year: every object the district sends. */
  readonly objects: readonly string[] | null;
  /** The district's scoped year, where everything not tied to a year is resynced. */
  readonly currentYear: number;
}

/** A year as schools write it: 2027 is 2026-27. */
export function schoolYearLabel(schoolYear: number): string {
  return `${schoolYear - 1}-${String(schoolYear % 100).padStart(2, '0')}`;
}

/**
 * The first day after a school year, which is that of the next one.
 * @param start on which day a year begins, MM-DD
 * @returns `2027-07-01`
 */
export function firstDayAfter(schoolYear: number, start: string): string {
  return `${schoolYear}-${start}`;
}

/** The years a district offers while `currentYear` is its scoped year, the earliest first. */
export function offeredYears(
  currentYear: number,
  { previousYear, nextYear }: YearSetup,
): readonly [OfferedYear, ...OfferedYear[]] {
  const year = (kind: YearKind, schoolYear: number, list: YearList | undefined): OfferedYear[] =>
    list === undefined ? [] : [{ schoolYear, kind, objects: list.objects, currentYear }];
  const years = [
    ...year('previous', currentYear - 1, previousYear),
    { schoolYear: currentYear, kind: 'current' as const, objects: null, currentYear },
    ...year('next', currentYear + 1, nextYear),
  ];
  return years as [OfferedYear, ...OfferedYear[]];
}

/** What is offered in words, e.g. "2026 (previous), 2027 (current)". */
export function describeOffer(years: readonly OfferedYear[]): string {
  return years.map(({ schoolYear, kind }) => `${schoolYear} (${kind})`).join(', ');
}

/** Why the configuration doesn't offer a year, in one sentence. */
export function whyYearNotOffered(schoolYear: number, years: readonly OfferedYear[]): string {
  return `The school year ${schoolYear} is not offered; this district resyncs ${describeOffer(years)}.`;
}

/** The catalog's objects as far as the checks here need them. */
interface TiedOrNot {
  readonly name: string;
  readonly schoolYear: unknown;
}

/**
 * Objects that stand in a district's lists for other years and can't: unknown ones, and those not
 * tied to a school year.
 * @returns a sentence for each; empty when the lists can be used
 */
export function yearListProblems(
  { id, ...setup }: YearSetup & { readonly id: string },
  objects: readonly TiedOrNot[],
): string[] {
  const byName = new Map(objects.map((object) => [object.name, object]));
  return (['previousYear', 'nextYear'] as const).flatMap((field) =>
    (setup[field]?.objects ?? []).flatMap((name) => {
      const object = byName.get(name);
      if (object === undefined)
        return [`${id}, ${field}.objects: there is no object "${name}" in the catalog.`];
      if (object.schoolYear !== null) return [];
      return [
        `${id}, ${field}.objects: ${name} is not tied to a school year; it is resynced in the current year only.`,
      ];
    }),
  );
}
