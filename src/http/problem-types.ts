/**
 * Kinds of problems. docs/errors.md says of each what it means and what to do; its test holds both
 * together.
 */
export const problemTypes = {
  'bad-request': { status: 400, title: 'Bad request' },
  'not-authenticated': { status: 401, title: 'Not authenticated' },
  'not-allowed': { status: 403, title: 'Not allowed' },
  'missing-right': { status: 403, title: 'A tool right is missing' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'Not what can be done here' },
  conflict: { status: 409, title: 'Conflict' },
  'already-ended': { status: 409, title: 'It has already ended' },
  'no-longer-kept': { status: 410, title: 'No longer kept' },
  'other-version': { status: 412, title: 'Not what If-Match names' },
  'too-large': { status: 413, title: 'Request too large' },
  'unsupported-media-type': { status: 415, title: 'Unsupported media type' },
  'invalid-request': { status: 422, title: 'The request can’t be carried out as it is' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'queue-full': { status: 429, title: 'The queue is full' },
  'internal-error': { status: 500, title: 'Internal error' },
  'not-available': { status: 503, title: 'Not available now' },
} as const satisfies Record<string, { readonly status: number; readonly title: string }>;

export type ProblemType = keyof typeof problemTypes;

/**
 * Where this service serves docs/errors.md: a type is a link to its row, the same in every version
 * and place.
 */
export const errorsPath = '/api/docs/errors.md';

/** The kind of a problem of which nothing is known but its status: the first of that status. */
export function typeOfStatus(status: number): ProblemType {
  const names = Object.keys(problemTypes) as ProblemType[];
  return (
    names.find((name) => problemTypes[name].status === status) ??
    (status < 500 ? 'bad-request' : 'internal-error')
  );
}
