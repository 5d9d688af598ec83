import type { Knex } from 'knex';
import { openControl } from '../../src/control/database';
import { startObject } from '../../src/features/resyncs/object-store';
import { planObjects } from '../../src/features/resyncs/planned-objects';
import { saveRanges } from '../../src/features/resyncs/range-store';
import { insertResync } from '../../src/features/resyncs/store';
import { noRecords, type RangeCounts } from '../../src/domain/outcome';
import type { ResyncRequest } from '../../src/domain/resync';
import { createTestDatabases } from './stack';

export const district = 'grand-bend';
export const schoolYear = 2027;

/** A migrated control database of one's own. */
export async function controlDatabase(): Promise<{ control: Knex; url: string; close: () => Promise<void> }> {
  const databases = await createTestDatabases();
  const control = openControl(databases.controlUrl);
  return {
    control,
    url: databases.controlUrl,
    close: async () => {
      await control.destroy();
      await databases.drop();
    },
  };
}

export function requestOf(resyncId: string, over: Partial<ResyncRequest> = {}): ResyncRequest {
  return {
    resyncId,
    districtId: district,
    schoolYear,
    objects: 'all',
    checkDependencies: true,
    scenario: 'OTHER',
    initiator: 'district',
    mode: 'compare',
    requestedBy: 'tester',
    ...over,
  };
}

/** Hash of a catalog, where no worker asks whose. */
export const someCatalog = '0'.repeat(64);

/** A stored resync with planned objects, each started and with one unbounded range. */
export async function runningResync(
  control: Knex,
  resyncId: string,
  objects: readonly string[],
  over: Partial<ResyncRequest> = {},
): Promise<void> {
  await insertResync(control, { catalogHash: someCatalog, request: requestOf(resyncId, over) });
  await control('resync').where({ resyncID: resyncId }).update({ status: 'running' });
  await planObjects(control, { resyncId, districtId: district, schoolYear, objects });
  for (const object of objects) {
    await saveRanges(control, {
      resyncId,
      cuts: new Map([[object, { ranges: [{ rangeNo: 0, after: null, upTo: null }], keyOrder: null }]]),
    });
    await startObject(control, { resyncId, object });
  }
}

/** One ledger page, as the data plane writes it. */
export async function ledgerPage(
  control: Knex,
  page: { resyncId: string; object: string; rangeNo?: number; pageNo?: number; read: number; last?: boolean },
  counts: Partial<RangeCounts>,
): Promise<void> {
  await control('rangeLedger').insert({
    resyncID: page.resyncId,
    objectName: page.object,
    rangeNo: page.rangeNo ?? 0,
    pageNo: page.pageNo ?? 0,
    recordsRead: page.read,
    ...noRecords,
    ...counts,
    lastPage: page.last ?? true,
  });
}

/** One stored error. */
export async function storedError(
  control: Knex,
  error: {
    resyncId: string;
    object: string;
    key: string;
    outcome?: 'excluded' | 'blocked' | 'failed';
    code?: string;
    parent?: { object: string; key: string };
  },
): Promise<void> {
  await control('recordError').insert({
    resyncID: error.resyncId,
    districtID: district,
    objectName: error.object,
    recordKey: JSON.stringify([error.key]),
    outcome: error.outcome ?? 'failed',
    code: error.code ?? 'VALUE_TOO_LONG',
    message: 'A value is too long for the state.',
    parentObject: error.parent?.object ?? null,
    parentKey: error.parent ? JSON.stringify([error.parent.key]) : null,
  });
}
