import { useSearchParams } from 'wouter';

/** What stands behind the question mark of the address: filters that can be sent to a colleague. */
interface Address {
  readonly get: (name: string) => string;
  /** An empty text takes the name away. */
  readonly set: (name: string, value: string) => void;
  readonly clear: (names: readonly string[]) => void;
}

/** Reads and writes the address without a step in the browser's history. */
export function useAddress(): Address {
  const [search, setSearch] = useSearchParams();
  const change = (write: (params: URLSearchParams) => void): void =>
    setSearch(
      (before) => {
        const after = new URLSearchParams(before);
        write(after);
        return after;
      },
      { replace: true },
    );
  return {
    get: (name) => search.get(name) ?? '',
    set: (name, value) => change((params) => (value === '' ? params.delete(name) : params.set(name, value))),
    clear: (names) => change((params) => names.forEach((name) => params.delete(name))),
  };
}
