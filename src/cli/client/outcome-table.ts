import type { Counts, ObjectOutcome, Resync } from './answers';
import { number, paint, plainTable } from './terminal';
import { schoolYearLabel } from '../../domain/school-year';

/** The table of outcomes: a line an object, then the totals. */
export function outcomeTable(objects: readonly ObjectOutcome[], totals: Counts): string {
  const cells = (counts: Counts): string[] =>
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

/** Why an object failed, or what there is to know of it: a line an object. */
export function remarkLines(objects: readonly Pick<ObjectOutcome, 'object' | 'message'>[]): string[] {
  return objects.flatMap(({ object, message }) => (message === null ? [] : [`${object}: ${message}`]));
}

/** A line for each verification a resync made; empty when it makes none. */
export function verificationLines({ verifications = [] }: Pick<Resync, 'verifications'>): string {
  return verifications
    .map(({ verificationId, kind, status, equal, resyncNecessary }) => {
      const when = kind === 'beforeResync' ? 'before sending' : 'after sending';
      const found = equal === true ? 'equal' : resyncNecessary === true ? 'drift to send' : 'not equal';
      return `Verification ${when}, ${verificationId}: ${status === 'finished' ? found : status}\n`;
    })
    .join('');
}

/** One line about a resync: id, objects, progress. */
export function headline(
  resync: Pick<Resync, 'resyncId' | 'districtId' | 'schoolYear' | 'status' | 'message' | 'color'>,
): string {
  const year = schoolYearLabel(resync.schoolYear);
  const end = resync.message === null ? '' : `: ${resync.message}`;
  return `Resync ${resync.resyncId} of ${resync.districtId} ${year}: ${paint(resync.color, resync.status)}${end}`;
}
