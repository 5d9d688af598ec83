import type { Response } from 'express';
import { z } from 'zod';
import type { Principal } from '../domain/principal';
import type { Cell } from './csv';
import { fewAtATime } from './few-at-a-time';
import { linesOfItems } from './list-columns';
import { type FileFormat, fileFormats, type Lines, mediaTypes, sendFile } from './send-file';
import type { Sent } from './sent';

/** Most items of a workbook: Excel's sheets hold a few more lines. */
const mostInSheet = 1_000_000;
const pageItems = 500;

/** The parameter of every list. */
export const listFormat = z
  .enum(['json', ...fileFormats])
  .default('json')
  .meta({ description: 'csv, xlsx, ndjson: what is listed, all pages of it, as a file' });

/**
 * How a list looks as a file where its schema doesn't say it: a line for each element of a list
 * within its items, lines of its own, or not at all.
 */
export type FileOfList<Item> =
  | false
  | { readonly each: string }
  | { readonly header: readonly string[]; readonly line: (item: Item) => readonly Cell[] };

/** What an answer has to be to be a list. */
interface Listed {
  readonly items: readonly unknown[];
  readonly nextCursor?: string | null;
}

/** A list as it can be had as a file. */
export interface List {
  readonly types: readonly string[];
  /** It comes in pages, which a file has all of. */
  readonly paged: boolean;
  readonly lines: () => Lines<unknown>;
}

/** The list that a GET answers with; `null`: it answers with something else. */
export function listOf(schema: z.ZodType | undefined, file: FileOfList<never> | undefined): List | null {
  if (file === false || !(schema instanceof z.ZodObject)) return null;
  const { items, nextCursor } = schema.shape as Readonly<Record<string, z.ZodType>>;
  if (!(items instanceof z.ZodArray)) return null;
  let made: Lines<unknown> | null = null;
  const make = (): Lines<unknown> => {
    if (file === undefined || 'each' in file) return linesOfItems(items.element as z.ZodType, file?.each);
    const line = file.line as (item: unknown) => readonly Cell[];
    return { header: file.header, linesOf: (item) => [line(item)] };
  };
  return {
    types: fileFormats.map((format) => mediaTypes[format]),
    paged: nextCursor !== undefined,
    lines: () => (made ??= make()),
  };
}

// Of hundreds of pages each.
const few = fewAtATime(4);

/**
 * Sends all pages of a list as a file. They are read as the list's own handler reads them: what
 * somebody doesn't see there isn't here either. A list that is too long for a sheet breaks off, as
 * whatever goes wrong on the way: a workbook that can't be opened is no list without its end.
 */
export function sendList(
  response: Response,
  {
    list,
    name,
    format,
    principal,
    cursor,
    read,
    inSheet = mostInSheet,
  }: {
    readonly list: List;
    readonly name: string;
    readonly format: FileFormat;
    readonly principal: Principal;
    readonly cursor: unknown;
    readonly read: (page: Readonly<Record<string, unknown>>) => Promise<unknown>;
    /** Most items of a workbook. */
    readonly inSheet?: number;
  },
): Promise<Sent> {
  const readPage = async (after: unknown): Promise<Listed> =>
    (await read(list.paged ? { limit: pageItems, cursor: after } : {})) as Listed;
  return few(principal, async () => {
    // Before anything is sent: what is wrong with the question is a problem document.
    const first = await readPage(cursor);
    async function* pages(): AsyncGenerator<readonly unknown[]> {
      let page = first;
      for (let items = page.items.length; ; items += page.items.length) {
        yield page.items;
        if (typeof page.nextCursor !== 'string') return;
        if (format === 'xlsx' && items >= inSheet)
          throw new Error(`${name} has more lines than a sheet holds: as CSV or NDJSON it has no end.`);
        page = await readPage(page.nextCursor);
      }
    }
    return sendFile(response, { name, format, items: pages(), ...list.lines() });
  });
}

/** `/districts/{district}/errors` of grand-bend: errors-grand-bend. Never a record's key. */
export function fileNameOf(path: string, params: Readonly<Record<string, unknown>>): string {
  const [last = 'list'] = path
    .split('/')
    .filter((part) => part !== '' && !part.startsWith('{'))
    .slice(-1);
  const of = ['district', 'id', 'object'].flatMap((name) => {
    const value = params[name];
    return typeof value === 'string' || typeof value === 'number' ? [String(value)] : [];
  });
  return [last, ...of].map((part) => part.replace(/[^\w.-]/g, '_')).join('-');
}
