import type { ToolRight } from '../../domain/rights';

/** The parts of the menu, in the order in which they are shown. */
export const navGroups = ['Send', 'Outcomes', 'Compare', 'Rules', 'State', 'Access', 'You'] as const;

/** A page in the navigation. */
export interface NavEntry {
  readonly group: (typeof navGroups)[number];
  readonly label: string;
  /** What one does there, for who doesn't know the tool yet. */
  readonly hint: string;
  /** Its path; `:district` stands for the district that is open, without which it isn't shown. */
  readonly to: string;
  /** Any of them lets the reader in; none named: everybody. */
  readonly rights: readonly ToolRight[];
  /** Absent for districts. */
  readonly stateOnly?: true;
  /** Pressed after `g` it leads there. */
  readonly key?: string;
  /** Also in the header, beside the menu. */
  readonly header?: true;
}

/** Who looks, and at which district. */
interface Reader {
  readonly level: 'district' | 'state';
  readonly rights: readonly ToolRight[];
  readonly district: string | null;
}

/** The entries that a reader gets, their paths filled in. */
export function entriesFor(
  entries: readonly NavEntry[],
  { level, rights, district }: Reader,
): readonly NavEntry[] {
  return entries.flatMap((entry) => {
    if (entry.stateOnly && level !== 'state') return [];
    if (entry.rights.length > 0 && !entry.rights.some((right) => rights.includes(right))) return [];
    if (!entry.to.includes(':district')) return [entry];
    return district === null ? [] : [{ ...entry, to: entry.to.replace(':district', district) }];
  });
}
