/** Schemas that many routes share. */
import { z } from 'zod';
import { resyncModes } from '../domain/resync';
import { levels } from '../domain/rights';

/** An instant as the API shows it. */
export const time = z.string().meta({ format: 'date-time' });
/** A number of records, objects or districts. */
export const count = z.int().min(0).meta({ example: 960 });
/** The year in which a school year ends. */
export const schoolYear = z.int().min(1990).max(2100);
/** The district or the state: whose something is, or who asked for it. */
export const level = z.enum(levels);
export const mode = z.enum(resyncModes);

/** A list in whose order and doubles there is no meaning: each entry once. */
export function setOf<Item extends z.ZodType<string>>(list: z.ZodArray<Item>) {
  return list.transform((items): z.output<Item>[] => [...new Set(items)]);
}

/** A page of a list. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(500).optional(),
  cursor: z.string().max(500).optional(),
};
export const districtParams = z.object({ district: z.string() });
