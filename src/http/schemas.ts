/** Schemas that many routes share. */
import { z } from 'zod';

/** A page of a list. */
export function pageOf(item: z.ZodType): z.ZodType {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(500).optional(),
  cursor: z.string().max(500).optional(),
};
export const districtParams = z.object({ district: z.string() });
