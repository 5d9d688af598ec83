import type { z } from 'zod';

/**
 * Looks at the JSON of an answer before it is sent. @throws Error when it isn't what the document
 * says
 */
export type CheckAnswer = (of: { readonly route: string; readonly schema: z.ZodType }, json: unknown) => void;
