import type { Knex } from 'knex';
import { decodeCursor, maxPageRows, type Page, toPage, totalOf } from '../../control/page';
import type { Difference, DifferenceKind } from '../../domain/verification';

/** One record that differs, as it was found. */
export interface SampleView extends Difference {
  readonly object: string;
}

/** Which samples of a verification. */
interface SampleFilter {
  readonly verificationId: string;
  readonly object?: string | undefined;
  readonly kind?: DifferenceKind | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** Samples of keys, in the order they were found. @throws CursorError */
export async function listVerificationSamples(
  control: Knex,
  { verificationId, object, kind, limit: asked, cursor }: SampleFilter,
): Promise<Page<SampleView>> {
  interface Row extends Pick<Difference, 'kind' | 'guid' | 'predictedOutcome' | 'code'> {
    readonly verificationSampleID: number;
    readonly objectName: string;
    readonly recordKey: string;
    readonly schoolKey: string | null;
  }
  const limit = Math.min(asked ?? 100, maxPageRows);
  const query = control('verificationSample').where({ verificationID: verificationId });
  if (object !== undefined) void query.where({ objectName: object });
  if (kind !== undefined) void query.where({ kind });
  const total = await totalOf(control, query, { cursor });
  if (cursor !== undefined)
    void query.where('verificationSampleID', '>', decodeCursor(cursor, ['number'])[0]!);
  const rows = (await query.orderBy('verificationSampleID').limit(limit + 1)) as Row[];
  const page = toPage(rows, limit, (row) => [row.verificationSampleID]);
  const items = page.items.map((row) => ({
    object: row.objectName,
    kind: row.kind,
    key: row.recordKey,
    guid: row.guid,
    school: row.schoolKey,
    predictedOutcome: row.predictedOutcome,
    code: row.code,
  }));
  return { ...page, ...total, items };
}
