import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import type { Response } from 'express';
import { type Cell, toCsv } from './csv';
import { type Sent, sent } from './sent';

/** What a table or a list can be had as, beside JSON. */
export const fileFormats = ['csv', 'xlsx', 'ndjson'] as const;
export type FileFormat = (typeof fileFormats)[number];

/** Their media types. */
export const mediaTypes: Readonly<Record<FileFormat, string>> = {
  csv: 'text/csv',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  ndjson: 'application/x-ndjson',
};

/** How items become lines of a table. */
export interface Lines<Item> {
  readonly header: readonly string[];
  readonly linesOf: (item: Item) => readonly (readonly Cell[])[];
}

interface SentFile<Item> extends Lines<Item> {
  /** Without its ending. */
  readonly name: string;
  readonly format: FileFormat;
  /** Some at a time, as they are read. NDJSON has them as they are. */
  readonly items: AsyncIterable<readonly Item[]> | Iterable<readonly Item[]>;
}

/**
 * Sends a file as fast as it is read and no faster, never all of it in memory. What goes wrong on
 * the way breaks the connection: half a file doesn't look like a whole one.
 */
export async function sendFile<Item>(
  response: Response,
  { name, format, ...content }: SentFile<Item>,
): Promise<Sent> {
  const body =
    format === 'xlsx'
      ? Readable.fromWeb(await workbook(name, content))
      : Readable.from(format === 'csv' ? csvOf(content) : ndjsonOf(content));
  response.attachment(`${name}.${format}`).type(mediaTypes[format]);
  // A pipeline listens at many ends, beside the log, the turn and the packing.
  response.setMaxListeners(25);
  try {
    await pipeline(body, response);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
  return sent;
}

/** What a report can be had as, beside JSON. */
export const tableFormats = ['csv', 'xlsx'] as const;

/** Sends a table that is there as a whole: its header, then its lines. */
export function sendTable(
  response: Response,
  name: string,
  format: (typeof tableFormats)[number],
  [header = [], ...lines]: readonly (readonly Cell[])[],
): Promise<Sent> {
  return sendFile(response, {
    ...{ name, format, header: header.map(String), items: [lines] },
    linesOf: (line) => [line],
  });
}

type Content<Item> = Omit<SentFile<Item>, 'name' | 'format'>;

async function* csvOf<Item>({ header, linesOf, items }: Content<Item>): AsyncGenerator<string> {
  yield toCsv([header]);
  for await (const some of items) yield toCsv(some.flatMap(linesOf));
}

async function* ndjsonOf<Item>({ items }: Content<Item>): AsyncGenerator<string> {
  for await (const some of items) yield some.map((item) => `${JSON.stringify(item)}\n`).join('');
}

/** Texts stay texts in a workbook: one that begins like a formula is none. */
async function workbook<Item>(
  name: string,
  { header, linesOf, items }: Content<Item>,
): Promise<ReadableStream> {
  // hucre is an ES module: this stays an import() in the compiled CommonJS.
  const { writeXlsxStream } = await import('hucre/xlsx');
  async function* rows(): AsyncGenerator<Cell[]> {
    for await (const some of items) for (const line of some.flatMap(linesOf)) yield [...line];
  }
  const columns = header.map((title) => ({ header: title }));
  // Excel refuses longer names of sheets, and some characters in them.
  const sheet = name.replace(/[^\w-]/g, '_').slice(0, 31);
  return writeXlsxStream(rows(), { name: sheet, columns, freezePane: { rows: 1 } }) as ReadableStream;
}
