/**
 * How it is known. `record`: the run names the record. `page`: the run found everything equal in
 * the stretch of keys in which the record lies, and an earlier run names it. `covered`: the same,
 * but no run before names it, so that it isn't proven that it was there.
 */
export const evidences = ['record', 'page', 'covered'] as const;
export type Evidence = (typeof evidences)[number];
