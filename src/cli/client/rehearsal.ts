import type { Command } from 'commander';
import type { VerificationView } from '../../features/verifications/read';
import { addCounts, type Colour, colourOf, noRecords, viewCounts, worstColour } from '../../domain/outcome';
import type { ApiClient } from './api-client';
import { print, printJson, tell, wantsJson } from './command-context';
import { exitCodeOf, type FailOn } from './exit-codes';
import { number, paint, plainTable } from './outcome-table';
import { verificationEnd } from '../verbs/verify';
import type { SendRequest } from './watch-run';

/** `resync send --dry-run`: has it foretold, waits, prints it, and sets the exit code of the colour it would have. */
export async function rehearse(
  client: ApiClient,
  {
    district,
    request,
    idempotencyKey,
    command,
    failOn,
  }: {
    readonly district: string;
    readonly request: SendRequest;
    readonly idempotencyKey: string | undefined;
    readonly command: Command;
    readonly failOn: FailOn;
  },
): Promise<void> {
  const { verificationId } = await client.post<{ verificationId: string }>(
    `/districts/${encodeURIComponent(district)}/resyncs`,
    { ...request, dryRun: true },
    idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey },
  );
  tell(`Rehearsal ${verificationId}: nothing is sent.`);
  const end = await verificationEnd(client, verificationId);
  if (wantsJson(command)) printJson(end);
  else print(rehearsalText(end));
  const { status } = end;
  const ended = status === 'finished' || status === 'cancelled' ? status : 'failed';
  process.exitCode = exitCodeOf({ status: ended, colour: colourForetold(end) }, failOn);
}

/** The colour the resync would have; an object that can't be compared can't be sent either. */
function colourForetold({ objectRows }: VerificationView): Colour {
  return worstColour(objectRows.map(rowColour));
}

function rowColour({ status, predicted }: VerificationView['objectRows'][number]): Colour {
  return colourOf(status, predicted);
}

/** The table of a rehearsal, and how long it would take. */
function rehearsalText(end: VerificationView): string {
  const names = ['inserted', 'updated', 'unchanged', 'excluded', 'blocked', 'failed', 'gone'] as const;
  const cells = (counts: VerificationView['objectRows'][number]['predicted']): string[] => {
    const { errors, processed } = viewCounts(counts);
    return [processed, ...names.map((name) => counts[name]), errors].map(number);
  };
  const total = end.objectRows.reduce((sum, { predicted }) => addCounts(sum, predicted), noRecords);
  const rows = end.objectRows.map((row) => [
    row.object,
    paint(rowColour(row), row.status === 'finished' ? rowColour(row) : row.status),
    ...cells(row.predicted),
  ]);
  const head = [
    'Predicted',
    'Status',
    'Processed',
    'Inserted',
    'Updated',
    'Unchanged',
    'Excluded',
    'Blocked',
  ];
  const table = plainTable(
    [...head, 'Failed', 'Gone', 'Errors'],
    [...rows, ['Total', '', ...cells(total)]],
    [2, 3, 4, 5, 6, 7, 8, 9, 10],
  );
  const problems = end.objectRows.flatMap(({ object, message }) =>
    message === null ? [] : [`${object}: ${message}\n`],
  );
  const time = end.estimate === null ? '' : `${end.estimate.text}\n`;
  return `${table}${problems.join('')}${time}Rehearsal ${end.verificationId}: ${end.status}; nothing was sent.`;
}
