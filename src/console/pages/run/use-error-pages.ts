import { useQueries } from '@tanstack/react-query';
import type { RecordError, Resync } from '../../api/answers';
import { call } from '../../api/call';
import type { Query } from '../../parts/query';
import type { Stretch } from '../../parts/virtual-rows';

const pageRows = 200;
/** Rows beyond those in sight that are loaded with them. */
const rowsAround = 60;
const runningMs = 5_000;

/** What narrows the errors of a run. */
export interface ErrorFilter {
  readonly object: string | null;
  readonly outcome: string | null;
  readonly code: string | null;
  readonly field: string | null;
  readonly key: string | null;
}

interface ErrorPages {
  /** `null`: not known yet. */
  readonly total: number | null;
  readonly rowAt: (index: number) => RecordError | undefined;
  readonly error: Error | null;
  readonly again: () => void;
}

/** Errors of a run by their place in its list: those in sight, and some around them. */
export function useErrorPages(run: Resync, filter: ErrorFilter, { first, last }: Stretch): ErrorPages {
  const from = Math.floor(Math.max(0, first - rowsAround) / pageRows);
  const to = Math.floor((last + rowsAround) / pageRows);
  // The first one says how many there are.
  const numbers = [...new Set([0, ...Array.from({ length: to - from + 1 }, (_, n) => from + n)])];
  const queries = useQueries({
    queries: numbers.map((number) => ({
      queryKey: ['errors', run.resyncId, filter, number],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        call(`/resyncs/${run.resyncId}/errors`, { query: queryOf(filter, number), signal }),
      refetchInterval: run.endedAt === null ? runningMs : (false as const),
    })),
  });
  const failed = queries.find(({ error }) => error !== null);
  return {
    total: queries[0]?.data?.total ?? null,
    rowAt: (index) => {
      const place = numbers.indexOf(Math.floor(index / pageRows));
      return queries[place]?.data?.items[index % pageRows];
    },
    error: failed?.error ?? null,
    again: () => void failed?.refetch(),
  };
}

function queryOf({ object, outcome, code, field, key }: ErrorFilter, number: number): Query {
  return {
    ...{ limit: String(pageRows), offset: String(number * pageRows) },
    ...{ object: object ?? '', outcome: outcome ?? '', code: code ?? '' },
    ...{ field: field ?? '', key: key ?? '' },
  };
}
