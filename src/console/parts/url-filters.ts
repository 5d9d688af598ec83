import { useSearchParams } from 'wouter';

interface UrlFilters {
  /** What the address says; empty: nothing. */
  readonly of: (name: string) => string;
  /** Empty takes it out of the address. */
  readonly set: (name: string, value: string) => void;
  readonly clear: () => void;
  readonly any: boolean;
}

/** Filters of a list, kept in the address: going back, reloading and sending it keep them. */
export function useUrlFilters(names: readonly string[]): UrlFilters {
  const [search, setSearch] = useSearchParams();
  const change = (edit: (after: URLSearchParams) => void): void =>
    setSearch(
      (before) => {
        const after = new URLSearchParams(before);
        edit(after);
        return after;
      },
      { replace: true },
    );
  return {
    of: (name) => search.get(name) ?? '',
    set: (name, value) =>
      change((after) => {
        if (value === '') after.delete(name);
        else after.set(name, value);
      }),
    clear: () => change((after) => names.forEach((name) => after.delete(name))),
    any: names.some((name) => search.has(name)),
  };
}
