import { useSearchParams } from 'wouter';

/** What stands behind the question mark of the address: filters that can be sent to a colleague. */
interface Address {
  readonly get: (name: string) => string;
  /** An empty text takes the name away. */
  readonly set: (name: string, value: string) => void;
  /** Several at once. */
  readonly change: (values: Readonly<Record<string, string>>) => void;
  readonly clear: (names: readonly string[]) => void;
}

/** Reads and writes the address without a step in the browser's history. */
export function useAddress(): Address {
  const [search, setSearch] = useSearchParams();
  const change = (values: Readonly<Record<string, string>>): void =>
    setSearch(
      (before) => {
        const after = new URLSearchParams(before);
        for (const [name, value] of Object.entries(values))
          if (value === '') after.delete(name);
          else after.set(name, value);
        return after;
      },
      { replace: true },
    );
  return {
    get: (name) => search.get(name) ?? '',
    set: (name, value) => change({ [name]: value }),
    change,
    clear: (names) => change(Object.fromEntries(names.map((name) => [name, '']))),
  };
}
