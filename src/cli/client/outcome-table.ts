import util from 'node:util';
import Table from 'cli-table3';
import type { ObjectView, ResyncView } from '../../features/resyncs/read';
import type { Color, CountsView } from '../../domain/outcome';
import type { ResyncStatus } from '../../domain/resync';
import { schoolYearLabel } from '../../domain/school-year';

/** A resync as the API sends it; of a state's request a district gets the head only. */
export type ResyncAnswer = Omit<
  ResyncView,
  'objectResults' | 'totals' | 'color' | 'colorWithoutExclusions' | 'status'
> & {
  /** `ended`: a state's request, of which a district is told no more. */
  readonly status: ResyncStatus | 'ended';
  readonly color: Color | null;
  readonly colorWithoutExclusions: Color | null;
  readonly totals: CountsView | null;
  readonly objectResults: readonly ObjectView[] | null;
};

const marks: Readonly<Record<Color, string>> = { gray: '○', green: '●', yellow: '▲', red: '■' };

/** Color with a shape and a word: never by color alone. Plain text where the stream takes no colors. */
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

/** The table of outcomes: a line an object, then the totals. */
export function outcomeTable(objects: readonly ObjectView[], totals: CountsView): string {
  const cells = (counts: CountsView): string[] =>
    [
      counts.processed,
      counts.inserted,
      counts.updated,
      counts.unchanged,
      counts.excluded,
      counts.blocked,
      counts.failed,
      counts.errors,
    ].map(number);
  const rows = objects.map((row) => [
    row.object,
    paint(row.color, row.status === 'finished' ? row.color : row.status),
    ...cells(row.counts),
  ]);
  return plainTable(
    [
      'Object',
      'Status',
      'Processed',
      'Inserted',
      'Updated',
      'Unchanged',
      'Excluded',
      'Blocked',
      'Failed',
      'Errors',
    ],
    [...rows, ['Total', '', ...cells(totals)]],
    [2, 3, 4, 5, 6, 7, 8, 9],
  );
}

/** A line for each verification a resync made; empty when it makes none. */
export function verificationLines({ verifications = [] }: Pick<ResyncAnswer, 'verifications'>): string {
  return verifications
    .map(({ verificationId, kind, status, equal, resyncNecessary }) => {
      const when = kind === 'beforeResync' ? 'before sending' : 'after sending';
      const found = equal === true ? 'equal' : resyncNecessary === true ? 'drift to send' : 'not equal';
      return `Verification ${when}, ${verificationId}: ${status === 'finished' ? found : status}\n`;
    })
    .join('');
}

/** One line about a resync: id, what, where it stands. */
export function headline(
  resync: Pick<ResyncAnswer, 'resyncId' | 'districtId' | 'schoolYear' | 'status' | 'message' | 'color'>,
): string {
  const year = schoolYearLabel(resync.schoolYear);
  const end = resync.message === null ? '' : `: ${resync.message}`;
  return `Resync ${resync.resyncId} of ${resync.districtId} ${year}: ${paint(resync.color, resync.status)}${end}`;
}
