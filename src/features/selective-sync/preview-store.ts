import { clip, now } from '../../control/columns';
import type { Knex } from 'knex';
import { formatRecordKey, parseRecordKey, type RecordKey } from '../../domain/record-error';
import type { Level } from '../../domain/rights';
import type { SelectedWhy } from '../../domain/selection';
import { NotFoundError } from '../../control/control-error';
import { insertUnlessJustAsked, wasJustAsked, type Words } from '../../control/just-asked';
import { requestHashOf } from '../../control/request-hash';
import { selectRows, toIso } from '../../control/database';

/** The record whose selective sync is previewed. */
export interface PreviewRequest {
  readonly previewId: string;
  readonly districtId: string;
  readonly schoolYear: number;
  readonly object: string;
  readonly key: RecordKey;
  /** Looked for by this: then the key is what was found, empty before. */
  readonly guid?: string | null;
  /** Of who asked: the state's is not the district's to see. */
  readonly level: Level;
  readonly requestedBy: string;
}

/** What would be sent of one object. */
export interface PreviewObject {
  readonly object: string;
  readonly records: number;
  readonly asked: number;
  readonly descendants: number;
  readonly ancestors: number;
  /** Some of the keys. */
  readonly samples: readonly RecordKey[];
}

export interface PreviewAnswer {
  /** In the order in which they would be sent. */
  readonly objects: readonly PreviewObject[];
  /** Objects that hang below and are not sent. */
  readonly omitted: readonly { readonly object: string; readonly why: string }[];
}

export interface SelectivePreview extends PreviewRequest {
  readonly status: 'running' | 'done' | 'failed';
  readonly answer: PreviewAnswer | null;
  readonly message: string | null;
  readonly requestedAt: string;
  readonly endedAt: string | null;
}

interface PreviewRow {
  readonly previewID: string;
  readonly districtID: string;
  readonly schoolYear: number;
  readonly objectName: string;
  readonly recordKey: string;
  readonly guid: string | null;
  readonly level: Level;
  readonly requestedBy: string;
  readonly status: SelectivePreview['status'];
  readonly answer: string | null;
  readonly message: string | null;
  readonly requestedAt: string;
  readonly endedAt: string | null;
}

/** Keys shown of an object. */
const samplesPerObject = 5;
/** Chosen rows forgotten by one statement. */
const rowsPerDelete = 10_000;

/** Stores a question that is answered at once. */
export async function insertQuestion(control: Knex, request: PreviewRequest): Promise<void> {
  await control('selectivePreview').insert(toColumns(request));
}

/**
 * Stores a preview that is still to be made.
 * @returns its id, or that of the one which the same requester asked for a moment ago
 */
export async function insertPreview(control: Knex, request: PreviewRequest): Promise<string> {
  const kept = { table: 'selectivePreview', idColumn: 'previewID' } as const;
  const stored = await insertUnlessJustAsked<PreviewRow>(
    control,
    kept,
    { ...wordsOf(request), id: request.previewId },
    async (transaction) => void (await transaction(kept.table).insert(toColumns(request))),
  );
  return stored?.previewID ?? request.previewId;
}

/** Has the same requester asked for it a moment ago? */
export function wasPreviewJustAsked(control: Knex, request: PreviewRequest): Promise<boolean> {
  return wasJustAsked(control, wordsOf(request));
}

function wordsOf({ districtId, schoolYear, object, key, requestedBy }: PreviewRequest): Words {
  const requestHash = requestHashOf({ districtId, schoolYear, object, key });
  return { kind: 'selectivePreview', requestedBy, requestHash };
}

function toColumns(request: PreviewRequest): object {
  const { previewId, districtId, schoolYear, object, key, guid = null, level, requestedBy } = request;
  return {
    ...{ previewID: previewId, districtID: districtId, schoolYear, objectName: object },
    ...{ recordKey: formatRecordKey(key), guid, level, requestedBy },
  };
}

/** What was found for a GUID. */
export async function noteFoundKey(control: Knex, previewId: string, key: RecordKey): Promise<void> {
  await control('selectivePreview')
    .where({ previewID: previewId })
    .update({ recordKey: formatRecordKey(key) });
}

/** A question that was answered. */
export async function forgetPreview(control: Knex, previewId: string): Promise<void> {
  await control('selectivePreview').where({ previewID: previewId }).del();
}

/** @throws NotFoundError */
export async function readPreview(control: Knex, previewId: string): Promise<SelectivePreview> {
  const row = await control<PreviewRow>('selectivePreview').where({ previewID: previewId }).first();
  if (!row) throw NotFoundError.of('preview');
  const { guid, level, requestedBy, schoolYear, status, message } = row;
  return {
    previewId: row.previewID,
    districtId: row.districtID,
    object: row.objectName,
    key: parseRecordKey(row.recordKey),
    answer: row.answer === null ? null : (JSON.parse(row.answer) as PreviewAnswer),
    requestedAt: toIso(row.requestedAt),
    endedAt: toIso(row.endedAt),
    ...{ guid, level, requestedBy, schoolYear, status, message },
  };
}

/**
 * Ends a preview, once: one that has ended stays as it is. Then what was chosen for it is
 * forgotten.
 * @param end the answer, or why there is none
 */
export async function endPreview(
  control: Knex,
  previewId: string,
  end: { readonly answer: PreviewAnswer } | { readonly message: string },
): Promise<void> {
  const result =
    'answer' in end
      ? { status: 'done', answer: JSON.stringify(end.answer) }
      : { status: 'failed', message: clip(end.message) };
  await control('selectivePreview')
    .where({ previewID: previewId, status: 'running' })
    .update({ ...result, endedAt: now(control) });
  for (;;) {
    const forgotten = await control('resyncSelection')
      .where({ resyncID: previewId })
      .limit(rowsPerDelete)
      .del();
    if (forgotten < rowsPerDelete) return;
  }
}

/** How many records are chosen and why, with samples, by object. */
export async function summarizeSelected(
  control: Knex,
  choiceId: string,
): Promise<Map<string, PreviewObject>> {
  const rows = await selectRows<{ objectName: string; why: SelectedWhy; records: number }>(
    control,
    `SELECT objectName, why, COUNT(*) AS records FROM resyncSelection WHERE resyncID = ?
      GROUP BY objectName, why`,
    [choiceId],
  );
  const objects = new Map<string, PreviewObject>();
  for (const object of new Set(rows.map(({ objectName }) => objectName))) {
    const count = (why: SelectedWhy): number =>
      rows.find((row) => row.objectName === object && row.why === why)?.records ?? 0;
    const [asked, descendants, ancestors] = [count('asked'), count('descendant'), count('ancestor')];
    objects.set(object, {
      ...{ object, records: asked + descendants + ancestors, asked, descendants, ancestors },
      samples: await samplesOf(control, choiceId, object),
    });
  }
  return objects;
}

async function samplesOf(control: Knex, choiceId: string, object: string): Promise<RecordKey[]> {
  const rows = await selectRows<{ recordKey: string }>(
    control,
    `SELECT recordKey FROM resyncSelection WHERE resyncID = ? AND objectName = ? ORDER BY recordKey LIMIT ?`,
    [choiceId, object, samplesPerObject],
  );
  return rows.map(({ recordKey }) => parseRecordKey(recordKey));
}
