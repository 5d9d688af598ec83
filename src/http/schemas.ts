/** Schemas that many routes share. */
import { z } from 'zod';
import { distinct } from '../domain/distinct';
import { givenYears } from '../domain/local-day';
import { resyncModes } from '../domain/resync';
import { levels } from '../domain/rights';
import { onLines, onOneLine, unseen, wellFormed } from '../domain/seen-text';

/** An instant as the API shows it. */
export const time = z.string().meta({ format: 'date-time' });
/** Of what can be changed in place: its settings, not what comes and goes about them. */
export const version = z
  .string()
  .meta({ description: 'of its settings, for If-Match of the call that changes them' });
/** A number of records, objects or districts. */
export const count = z.int().min(0).meta({ example: 960 });
/** The year in which a school year ends. */
export const schoolYear = z.int().min(1990).max(2100);
/** The district or the state: whose something is, or who asked for it. */
export const level = z.enum(levels);
export const mode = z.enum(resyncModes);

/**
 * A whole number in a path or a query: plain digits, so that 0x10, 1e2 and an empty text aren't
 * taken for numbers.
 */
export function wholeNumber<N extends z.ZodInt>(number: N) {
  return z.preprocess(
    (text) => (typeof text === 'string' && /^\d{1,16}$/.test(text) ? Number(text) : text),
    number,
  );
}
/** `schoolYear` of a query. */
export const schoolYearAsked = wholeNumber(schoolYear).optional();

const inOurYears = (text: string): boolean => {
  const year = new Date(text).getUTCFullYear();
  return year >= givenYears.first && year <= givenYears.last;
};
/** Further away than any school year is a slip of the pen; calendars reckon with it for seconds. */
const notOurs = `has to be between the years ${givenYears.first} and ${givenYears.last}`;
/** An instant that a person gives. */
export const instantGiven = z.iso.datetime({ offset: true }).refine(inOurYears, notOurs);
/** A day of a district's calendar, which is no instant. */
export const day = z.string().meta({ format: 'date', example: '2027-07-15' });
/** A day that a person gives. */
export const dayGiven = z.iso.date().refine(inOurYears, notOurs);

/** A name of something, on one line. */
export function typedName(most: number) {
  return z.string().trim().min(1).max(most).regex(onOneLine, unseen).refine(wellFormed, unseen);
}

/** What a person wrote for others to read, on any number of lines. */
export function typedText(most: number, empty?: string) {
  return z.string().trim().min(1, empty).max(most).regex(onLines, unseen).refine(wellFormed, unseen);
}

/** A list in whose order and doubles there is no meaning: each entry once. */
export function setOf<Item extends z.ZodType>(list: z.ZodArray<Item>) {
  return list.overwrite(distinct);
}

/** What a resync or a comparison is of. */
export const objectsAsked = z.union(
  [z.literal('all'), setOf(z.array(z.string().min(1).max(64)).min(1).max(200))],
  { error: 'give "all", or a list of 1 to 200 names of objects' },
);

/** A page of a list. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    nextCursor: z.string().nullable(),
    total: count.optional().meta({ description: 'of all pages; with the first one, where it is counted' }),
    totalCapped: z.boolean().optional().meta({ description: 'there are more than total' }),
  });
}

export const pageQuery = {
  limit: wholeNumber(z.int().min(1).max(500)).optional(),
  cursor: z.string().max(500).optional(),
};
/** Of a list by time. */
export const timeOrder = { sort: z.enum(['newest', 'oldest']).optional() };
/** For who jumps about in a list; a cursor is quicker for who reads it from its start. */
export const offsetInList = wholeNumber(z.int().min(0).max(1_000_000))
  .optional()
  .meta({ description: 'how many are passed over; the answer has the total then' });
export const districtParams = z.object({ district: z.string() });
