import type { ReactNode } from 'react';
import { Failed, Loading } from './states';

interface AnswerProps<T> {
  readonly query: {
    readonly data: T | undefined;
    readonly error: unknown;
    readonly refetch: () => unknown;
  };
  /** What is on its way, e.g. "the schedules". */
  readonly what: string;
  readonly children: (data: T) => ReactNode;
}

/** What was asked for, or that it is on its way, or why it isn't there. What was there stays. */
export function Answer<T>({ query: { data, error, refetch }, what, children }: AnswerProps<T>) {
  return (
    <>
      {error !== null && error !== undefined && <Failed error={error} onAgain={() => void refetch()} />}
      {data === undefined ? error ? null : <Loading what={what} /> : children(data)}
    </>
  );
}
