import type { Command } from 'commander';
import {
  addCounts,
  type Color,
  colorOf,
  countNames,
  noRecords,
  viewCounts,
  worstColor,
} from '../../domain/outcome';
import type { ResyncRequest, Verification, VerificationAccepted } from './answers';
import type { ApiClient } from './api-client';
import { wantsJson } from './command-context';
import { exitCodeOf, type FailOn } from './exit-codes';
import { verificationEnd } from '../verbs/verify';
import { number, paint, plainTable, print, printJson, tell } from './terminal';

/** How a dry run is asked for and watched. */
interface DryRunOptions {
  readonly district: string;
  readonly request: ResyncRequest;
  readonly idempotencyKey: string | undefined;
  readonly command: Command;
  readonly failOn: FailOn;
}

/**
 * `resync send --dry-run`: has it predicted, waits, prints it, and sets the exit code of the color
 * it would have.
 */
export async function dryRunResync(
  client: ApiClient,
  { district, request, idempotencyKey, command, failOn }: DryRunOptions,
): Promise<void> {
  const { verificationId } = await client.post<VerificationAccepted>(
    `/districts/${encodeURIComponent(district)}/resyncs`,
    { ...request, dryRun: true },
    { idempotencyKey },
  );
  tell(`Dry run ${verificationId}: nothing is sent.`);
  const end = await verificationEnd(client, verificationId);
  if (wantsJson(command)) printJson(end);
  else print(dryRunText(end));
  const { status } = end;
  const ended = status === 'finished' || status === 'cancelled' ? status : 'failed';
  process.exitCode = exitCodeOf({ status: ended, color: predictedColor(end) }, failOn);
}

/** The color the resync would have; an object that can't be compared can't be sent either. */
function predictedColor({ objectResults }: Verification): Color {
  return worstColor(objectResults.map(rowColor));
}

function rowColor({ status, predicted }: Verification['objectResults'][number]): Color {
  return colorOf(status, predicted);
}

/** The table of a dry run, and how long it would take. */
function dryRunText(end: Verification): string {
  const cells = (counts: Verification['objectResults'][number]['predicted']): string[] => {
    const { errors, processed } = viewCounts(counts);
    return [processed, ...countNames.map((name) => counts[name]), errors].map(number);
  };
  const total = end.objectResults.reduce((sum, { predicted }) => addCounts(sum, predicted), noRecords);
  const rows = end.objectResults.map((row) => [
    row.object,
    paint(rowColor(row), row.status === 'finished' ? rowColor(row) : row.status),
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
  const problems = end.objectResults.flatMap(({ object, message }) =>
    message === null ? [] : [`${object}: ${message}\n`],
  );
  const time = end.estimate === null ? '' : `${end.estimate.text}\n`;
  return `${table}${problems.join('')}${time}Dry run ${end.verificationId}: ${end.status}; nothing was sent.`;
}
