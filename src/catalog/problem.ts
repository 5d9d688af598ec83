/** One fault of a catalog. */
export interface CatalogProblem {
  /** `null`: the file as a whole. */
  readonly object: string | null;
  readonly field: string;
  /** What is wrong and, where it isn't plain, what to do. */
  readonly message: string;
}

/** `Enrollment.parents: there is no object "Calender"`. */
export function formatProblem({ object, field, message }: CatalogProblem): string {
  return `${object === null ? '' : `${object}.`}${field}: ${message}`;
}
