/**
 * What every verb prints with: data on standard output, progress on standard error, tables, colors,
 * numbers.
 */
import util from 'node:util';
import Table from 'cli-table3';
import type { Color } from '../../domain/outcome';

/** Data, on standard output. */
export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** Data as JSON, on standard output. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** What is going on, on standard error. */
export function tell(text: string): void {
  process.stderr.write(text.endsWith('\n') ? text : `${text}\n`);
}

const marks: Readonly<Record<Color, string>> = { gray: '○', green: '●', yellow: '▲', red: '■' };

/**
 * Color with a shape and a word: never by color alone. Plain text where the stream takes no colors.
 */
export function paint(
  color: Color | null,
  text: string = color ?? '',
  stream: NodeJS.WritableStream = process.stdout,
): string {
  if (color === null) return text;
  const marked = `${marks[color]} ${text}`;
  // styleText came with Node 20.12; before it the shape and the word have to do.
  const styleText = (util as { styleText?: typeof util.styleText }).styleText;
  return styleText?.(color, marked, { stream, validateStream: true }) ?? marked;
}

/** 12,345 */
export function number(value: number): string {
  return value.toLocaleString('en-US');
}

/** A plain table without frames, for standard output. */
export function plainTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  const table = new Table({
    head: [...head],
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 2 },
    colAligns: head.map((_, index) => (right.includes(index) ? 'right' : 'left')),
    chars: {
      top: '',
      'top-mid': '',
      'top-left': '',
      'top-right': '',
      bottom: '',
      'bottom-mid': '',
      'bottom-left': '',
      'bottom-right': '',
      left: '',
      'left-mid': '',
      mid: '',
      'mid-mid': '',
      right: '',
      'right-mid': '',
      middle: '',
    },
  });
  table.push(...rows.map((row) => [...row]));
  return `${table.toString().replace(/[ \t]+$/gm, '')}\n`;
}
