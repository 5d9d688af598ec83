/** Imports of districts: lines that wait, and what came of each. A single district is one line. */
import type { Knex } from 'knex';
import type { DistrictSettings } from '../../config';
import { clip, now } from '../../control/columns';
import { NotFoundError } from '../../control/control-error';
import { inTransaction, selectRows, toIso } from '../../control/database';
import { inBatches } from '../../domain/batches';
import { maxOpen } from '../../temporal/reconcile';
import type { AccountKind, StoredAccount } from './account';

/** Rows of one INSERT. */
const rowsPerInsert = 200;

/** What a line may do: only add, only change, or what its district needs. */
export type LineMode = 'register' | 'change' | 'either';

export const lineStatuses = ['waiting', 'registered', 'changed', 'unchanged', 'refused'] as const;
/** Of a dry run: what would come of it. */
export type LineStatus = (typeof lineStatuses)[number];

export const importStatuses = ['accepted', 'finished', 'failed'] as const;

/** A line that can be tried. */
export interface WaitingLine {
  readonly line: number;
  readonly mode: LineMode;
  readonly settings: DistrictSettings;
  /** `null`: as it is. */
  readonly account: StoredAccount | null;
}

/** A line that can't. */
export interface RefusedLine {
  readonly line: number;
  readonly districtId: string | null;
  readonly refused: string;
}

/** What came of a line. */
export interface SettledLine {
  readonly line: number;
  readonly districtId: string | null;
  readonly status: LineStatus;
  readonly message: string | null;
}

export interface DistrictImport {
  readonly importId: string;
  readonly dryRun: boolean;
  readonly requestedBy: string;
  readonly status: (typeof importStatuses)[number];
  readonly requestedAt: string;
  readonly endedAt: string | null;
}

interface ImportRow {
  readonly importID: string;
  readonly dryRun: number;
  readonly requestedBy: string;
  readonly status: DistrictImport['status'];
  readonly requestedAt: string;
  readonly endedAt: string | null;
}

/** Stores an import with its lines. @throws ControlError */
export async function insertImport(
  control: Knex,
  {
    importId,
    dryRun,
    requestedBy,
    lines,
  }: Pick<DistrictImport, 'importId' | 'dryRun' | 'requestedBy'> & {
    readonly lines: readonly (WaitingLine | RefusedLine)[];
  },
): Promise<void> {
  const rows = lines.map((line) =>
    'refused' in line
      ? {
          ...{ importID: importId, lineNo: line.line, mode: 'either', districtID: line.districtId },
          ...{ settings: null, accountKind: null, accountText: null },
          ...{ status: 'refused', message: clip(line.refused) },
        }
      : {
          ...{ importID: importId, lineNo: line.line, mode: line.mode, districtID: line.settings.id },
          settings: JSON.stringify(line.settings),
          ...{ accountKind: line.account?.kind ?? null, accountText: line.account?.text ?? null },
          ...{ status: 'waiting', message: null },
        },
  );
  await inTransaction(control, async (transaction) => {
    await transaction('districtImport').insert({
      importID: importId,
      dryRun,
      requestedBy,
      status: 'accepted',
    });
    for (const batch of inBatches(rows, rowsPerInsert)) await transaction('districtImportLine').insert(batch);
  });
}

/** @throws NotFoundError */
export async function loadImport(control: Knex, importId: string): Promise<DistrictImport> {
  const row = await control<ImportRow>('districtImport').where({ importID: importId }).first();
  if (row === undefined) throw NotFoundError.of('import');
  return {
    importId,
    dryRun: Boolean(row.dryRun),
    requestedBy: row.requestedBy,
    status: row.status,
    requestedAt: toIso(row.requestedAt),
    endedAt: toIso(row.endedAt),
  };
}

/** Its lines, in the order of the file, without what they hold. */
export async function readLines(control: Knex, importId: string): Promise<SettledLine[]> {
  const rows = await selectRows<SettledLine>(
    control,
    `SELECT lineNo AS line, districtID AS districtId, status, message
       FROM districtImportLine WHERE importID = ? ORDER BY lineNo`,
    [importId],
  );
  return rows.map((row) => ({ ...row }));
}

/** Its lines that wait, in the order of the file. */
export async function waitingLines(control: Knex, importId: string): Promise<WaitingLine[]> {
  const rows = await selectRows<{
    line: number;
    mode: LineMode;
    settings: string;
    accountKind: AccountKind | null;
    accountText: string | null;
  }>(
    control,
    `SELECT lineNo AS line, mode, settings, accountKind, accountText
       FROM districtImportLine WHERE importID = ? AND status = 'waiting' ORDER BY lineNo`,
    [importId],
  );
  return rows.map(({ line, mode, settings, accountKind, accountText }) => ({
    ...{ line, mode },
    settings: JSON.parse(settings) as DistrictSettings,
    account: accountKind === null ? null : { kind: accountKind, text: accountText },
  }));
}

/**
 * Says what came of a line, and forgets what it held.
 * @returns false when that was said before: then nothing of it may be done any more
 */
export async function settleLine(
  control: Knex,
  { importId, line, status, message }: Omit<SettledLine, 'districtId'> & { readonly importId: string },
): Promise<boolean> {
  const rows = await control('districtImportLine')
    .where({ importID: importId, lineNo: line, status: 'waiting' })
    .update({ status, message: clip(message), settings: null, accountKind: null, accountText: null });
  return rows > 0;
}

/**
 * Closes an import; what still waits is refused. Repeating it changes nothing.
 * @param failure why it is given up; `null`: it is done
 */
export async function closeImport(control: Knex, importId: string, failure: string | null): Promise<void> {
  await inTransaction(control, async (transaction) => {
    await transaction('districtImportLine')
      .where({ importID: importId, status: 'waiting' })
      .update({
        ...{ status: 'refused', message: clip(failure) },
        ...{ settings: null, accountKind: null, accountText: null },
      });
    await transaction('districtImport')
      .where({ importID: importId, status: 'accepted' })
      .update({ status: failure === null ? 'finished' : 'failed', endedAt: now(transaction) });
  });
}

/** Imports that Temporal should be carrying out, oldest first. */
export function openImportIds(control: Knex, olderThanSeconds: number): Promise<string[]> {
  return control<ImportRow>('districtImport')
    .where({ status: 'accepted' })
    .whereRaw('requestedAt < UTC_TIMESTAMP(3) - INTERVAL ? SECOND', [olderThanSeconds])
    .orderBy('requestedAt')
    .limit(maxOpen)
    .pluck('importID');
}

/** Forgets an import whose one line was told at once. */
export async function forgetImport(control: Knex, importId: string): Promise<void> {
  await inTransaction(control, async (transaction) => {
    await transaction('districtImportLine').where({ importID: importId }).delete();
    await transaction('districtImport').where({ importID: importId }).delete();
  });
}
