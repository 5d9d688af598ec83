import {
  endSyncEvent,
  insertSyncEvent,
  loadSyncEvent,
  notePending,
  settleSyncPage,
  startSyncEvent,
  type SyncEventWork,
} from '../src/features/field-ownership/sync-event-store';
import { requireObject } from '../src/domain/catalog';
import { ownerOfTable } from '../src/domain/field-ownership';
import { formatRecordKey, type RecordKey } from '../src/domain/record-error';
import { assignStateIds } from '../src/editions/state-fields/assign-state-ids';
import { carryDown, type CarriedPage, type CarryJob } from '../src/editions/state-fields/carry-down';
import { carryMapping } from '../src/editions/state-fields/carry-mapping';
import { comparePage } from '../src/editions/transfer/compare';
import { isKeyOf, keysPerList } from '../src/editions/mapping/keyset';
import { loadMapping } from '../src/editions/mapping/load';
import type { Editions } from '../src/editions/connection/pools';
import type { ActivityDependencies } from './dependencies';
import { catalogOf } from './district-catalog';
import type { DistrictEditions } from './district-editions';
import { readScopedYear } from '../src/features/scoped-year/read';
import { activity, shortActivity } from './activity';
import { type ObjectWork, pageJobs } from './object-jobs';

/** Activities that carry the state's own values down. */
export function syncEventActivities(dependencies: ActivityDependencies, editions: DistrictEditions) {
  const { config, control } = dependencies;
  const { requestOf, jobOf: pageJobOf } = pageJobs(dependencies, editions);

  /**
   * All that a page needs, as ownership is at this moment. `null`: no field of the object is the
   * state's now.
   */
  const jobOf = async (
    pools: Editions,
    { districtId, schoolYear, object: name }: SyncEventWork & { readonly schoolYear: number },
    signal: AbortSignal,
  ): Promise<CarryJob | null> => {
    const catalog = await catalogOf(dependencies, districtId);
    const object = ownerOfTable(catalog, requireObject(catalog, name));
    if (object.stateOwnedColumns.length === 0) return null;
    const carry = carryMapping(await loadMapping(pools, catalog, object.name));
    return {
      editions: pools,
      catalog,
      carry,
      scope: editions.scope(districtId, schoolYear),
      mode: 'compare',
      pageRecords: config.copy.pageRecords,
      signal,
    };
  };

  /**
   * One page. @returns what is left of the event to say when that was the last; `undefined`: there
   * is more
   */
  const carryPage = async (
    pools: Editions,
    event: SyncEventWork & { readonly schoolYear: number },
    signal: AbortSignal,
  ): Promise<string | null | undefined> => {
    const { syncEventId, pages, pending } = event;
    const job = await jobOf(pools, event, signal);
    if (job === null || job.carry.pairs.length === 0)
      return job === null ? 'No field of this object is the state’s now.' : leftText(job);
    const next = event.keys === null ? await differing(job, event) : announced(job, event.keys, pages);
    const { keys } = next;
    if (keys.length > 0) await notePending(control, { syncEventId, pages, keys: [...pending, ...keys] });
    const page = await carryDown(job, keys, { announced: event.keys !== null });
    await settleSyncPage(control, {
      syncEventId,
      pages,
      upTo: next.upTo,
      refused: [...page.refused, ...next.refused],
      ...countsOf(page.carried, [...next.equal, ...page.unchanged], pending),
    });
    return next.lastPage ? leftText(job) : undefined;
  };

  return {
    /**
     * After an object of a run: gives its records at the state what the state assigns, fenced by
     * the run's lease, and makes the event that carries it down. Safe to repeat.
     */
    settleStateFields: activity(
      async ({ signal }, work: ObjectWork & { readonly syncEventId: string }): Promise<void> => {
        const { resyncId, syncEventId, object } = work;
        const request = await requestOf(resyncId);
        const { districtId, requestedBy } = request;
        await insertSyncEvent(control, {
          syncEventId,
          districtId,
          object,
          keys: null,
          resyncId,
          requestedBy,
        });
        if (requireObject(dependencies.catalog, object).stateAssigned === null) return;
        await editions.use(request, async (pools) =>
          assignStateIds({ ...(await pageJobOf(pools, request, work)), signal, syncEventId }),
        );
      },
    ),

    /**
     * An event from where it stands to its end. A repeated one goes on after its last page; one
     * that has ended is left.
     */
    carryDown: activity(
      async ({ signal, note }, { syncEventId }: { readonly syncEventId: string }): Promise<void> => {
        await startSyncEvent(control, syncEventId);
        for (;;) {
          signal.throwIfAborted();
          const event = await loadSyncEvent(control, syncEventId);
          if (event.status !== 'running') return;
          note({ pages: event.pages });
          // The state's values go to where the district works now.
          const schoolYear = await readScopedYear(control, editions.district(event.districtId));
          const of = { ...event, schoolYear };
          const message = await editions.use(of, (pools) => carryPage(pools, of, signal));
          if (message === undefined) continue;
          await endSyncEvent(control, { syncEventId, status: 'finished', message });
          return;
        }
      },
    ),

    /** An event that gave up, with the reason; the next one of the object tries again. */
    failSyncEvent: shortActivity(
      (work: { readonly syncEventId: string; readonly message: string }): Promise<void> =>
        endSyncEvent(control, { ...work, status: 'failed' }),
    ),
  };
}

/** What a page of an event looks at. */
interface NextPage {
  readonly keys: readonly RecordKey[];
  readonly refused: CarriedPage['refused'];
  /** Records found equal without looking closer. */
  readonly equal: readonly RecordKey[];
  readonly upTo: RecordKey | null;
  readonly lastPage: boolean;
}

/**
 * The next page of the whole object, compared on both servers: only what differs is looked at under
 * lock.
 */
async function differing(job: CarryJob, { upTo: after }: SyncEventWork): Promise<NextPage> {
  const { upTo, lastPage, unchanged, open } = await comparePage(
    { ...job, mapping: job.carry.mapping },
    { after, upTo: null },
  );
  return { keys: open.map(({ key }) => key), refused: [], equal: unchanged, upTo, lastPage };
}

function announced(job: CarryJob, all: readonly RecordKey[], pages: number): NextPage {
  const keys = all.slice(pages * keysPerList, (pages + 1) * keysPerList);
  const { districtKey, stateKey, object } = job.carry.mapping;
  const isKey = (key: RecordKey): boolean => isKeyOf(districtKey, key) && isKeyOf(stateKey, key);
  return {
    keys: keys.filter(isKey),
    refused: keys
      .filter((key) => !isKey(key))
      .map((key) => ({
        key,
        guid: null,
        code: 'NOT_A_KEY',
        field: null,
        message: `This is no key of ${object.label}.`,
      })),
    equal: [],
    upTo: null,
    lastPage: all.length <= (pages + 1) * keysPerList,
  };
}

/** What a cut-off attempt of the page had set out to write, and is equal now, it had carried. */
function countsOf(
  carried: readonly RecordKey[],
  equal: readonly RecordKey[],
  pending: readonly RecordKey[],
): { carried: number; unchanged: number } {
  const before = new Set(pending.map(formatRecordKey));
  const carriedBefore = equal.filter((key) => before.has(formatRecordKey(key))).length;
  return { carried: carried.length + carriedBefore, unchanged: equal.length - carriedBefore };
}

function leftText({ carry: { left } }: CarryJob): string | null {
  if (left.length === 0) return null;
  return `Not carried: ${left.map(({ field, why }) => `${field} (${why})`).join('; ')}.`;
}
