import { once } from 'node:events';
import type { Response } from 'express';
import { toCsv } from './csv';
import type { Page } from '../control/page';
import { type Sent, sent } from './route';

/** Most items of one file. */
const mostItems = 100_000;

/** A list as a file. */
interface PagedFile<Item> {
  /** Without its ending. */
  readonly name: string;
  readonly format: 'csv' | 'ndjson';
  readonly header: readonly string[];
  /** Of a CSV; NDJSON has the items as they are. */
  readonly line: (item: Item) => readonly (string | number)[];
  readonly read: (cursor: string | undefined) => Promise<Page<Item>>;
}

/** Sends a list page by page, as fast as it is read and no faster; 100,000 items at most. */
export async function sendPages<Item>(
  response: Response,
  { name, format, header, line, read }: PagedFile<Item>,
): Promise<Sent> {
  const textOf = (items: readonly Item[]): string =>
    format === 'csv' ? toCsv(items.map(line)) : items.map((item) => `${JSON.stringify(item)}\n`).join('');
  let page = await read(undefined);
  response.attachment(`${name}.${format}`).type(format === 'csv' ? 'text/csv' : 'application/x-ndjson');
  if (format === 'csv') response.write(toCsv([header]));
  let items = 0;
  for (;;) {
    items += page.items.length;
    const more = response.write(textOf(page.items));
    if (page.nextCursor === null || items >= mostItems || response.destroyed) break;
    if (!more) await Promise.race([once(response, 'drain'), once(response, 'close')]);
    page = await read(page.nextCursor);
  }
  response.end();
  return sent;
}
