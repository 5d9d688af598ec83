import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { listFieldSettings } from './settings-store';
import { listSyncEvents, listSyncRefusals, readSyncEvent, type SyncEventView } from './list-sync-events';
import { announceSyncEvent } from './sync-event-store';
import type { Principal } from '../../domain/principal';
import { type Catalog, findObject, type SyncObject } from '../../domain/catalog';
import { type FieldSetting, ownerOfTable, withSettings } from '../../domain/field-ownership';
import { formatRecordKey, type RecordKey } from '../../domain/record-error';
import { Unavailable } from '../../temporal/call-errors';
import { startSyncEvent } from './workflow-client';
import type { ApiContext } from '../../http/context';
import { requesterOf } from '../../http/idempotency';
import { requireDistrict } from '../../http/require';
import { notFound, Problem, unusable, type ProblemDetail } from '../../http/problem';
import { route, type RouteSpec } from '../../http/route';
import { districtParams, pageOf, pageQuery, timeOrder } from '../../http/schemas';
import * as schemas from './sync-event-schemas';

/** Characters of syncEventRecord.recordKey. */
const longestKey = 512;

/** Sync events: what the state changed in fields of its own comes down to the district. */
export function syncEventRoutes({ config, catalog, control, temporal, logger }: ApiContext): RouteSpec[] {
  return [
    route({
      operationId: 'startSyncEvent',
      method: 'post',
      path: '/districts/{district}/sync-events',
      right: 'fieldSettings',
      stateOnly: true,
      tag: 'Field settings',
      summary: 'Send state-owned values to the district: of the records named, or of all that differ',
      params: districtParams,
      example: { object: 'School' },
      body: schemas.syncEventRequest,
      audit: ({ body, answer }) => ({
        object: body.object,
        keys: body.keys?.length ?? null,
        syncEventId: answer?.syncEventId,
      }),
      responses: { 202: { description: 'The event', schema: schemas.syncEvent } },
      location: ({ districtId, syncEventId }) => `/districts/${districtId}/sync-events/${syncEventId}`,
      handler: async ({ params, body, principal }) => {
        const { id } = requireDistrict(config, principal, params.district);
        const object = objectWithOwnFields(catalog, await listFieldSettings(control, id), body.object);
        const event = {
          syncEventId: newSyncEventId(),
          districtId: id,
          object: object.name,
          keys: body.keys ? checkedKeys(object, body.keys) : null,
          resyncId: null,
          requestedBy: requesterOf(principal),
        };
        const syncEventId = await announceSyncEvent(control, event);
        try {
          await startSyncEvent(temporal, { syncEventId, districtId: id });
        } catch (error) {
          // It is stored: the pass over open events starts it when Temporal answers again.
          if (!(error instanceof Unavailable)) throw error;
          logger.warn({ syncEventId }, 'a sync event waits for Temporal');
        }
        return viewFor(
          principal,
          await existing(readSyncEvent(control, { districtId: id, level: principal.level, syncEventId })),
        );
      },
    }),
    route({
      operationId: 'listSyncEvents',
      method: 'get',
      path: '/districts/{district}/sync-events',
      right: 'fieldSettings',
      tag: 'Field settings',
      summary: 'Sync events of the district, newest first',
      params: districtParams,
      query: z.strictObject({ ...pageQuery, ...timeOrder, object: z.string().max(64).optional() }),
      responses: { 200: { description: 'A page of events', schema: pageOf(schemas.syncEvent) } },
      handler: async ({ params, query, principal }) => {
        const { id } = requireDistrict(config, principal, params.district);
        const { items, ...page } = await listSyncEvents(control, {
          districtId: id,
          level: principal.level,
          ...query,
        });
        return { ...page, items: items.map((item) => viewFor(principal, item)) };
      },
    }),
    route({
      operationId: 'showSyncEvent',
      method: 'get',
      path: '/districts/{district}/sync-events/{id}',
      right: 'fieldSettings',
      showsRecords: 'perhaps',
      tag: 'Field settings',
      summary: 'A sync event, and the records that did not get its values',
      params: districtParams.extend({ id: z.string().max(140) }),
      responses: { 200: { description: 'The event', schema: schemas.syncEventDetail } },
      handler: async ({ params, principal }) => {
        const { id: districtId } = requireDistrict(config, principal, params.district);
        const event = await existing(
          readSyncEvent(control, { districtId, level: principal.level, syncEventId: params.id }),
        );
        const errors = await listSyncRefusals(control, { syncEventId: params.id });
        return { ...viewFor(principal, event), errors };
      },
    }),
  ];
}

/** Readable in Temporal Web: the day, and what makes it one of a kind. */
function newSyncEventId(): string {
  return `${new Date().toISOString().slice(0, 10).replaceAll('-', '')}-${randomBytes(5).toString('hex')}`;
}

async function existing(found: Promise<SyncEventView | null>): Promise<SyncEventView> {
  const event = await found;
  if (!event) throw notFound();
  return event;
}

/** Who at the state announced a change is not the district's to know. */
function viewFor(
  { level }: Principal,
  { initiator, ...event }: SyncEventView,
): Omit<SyncEventView, 'initiator'> {
  if (level === 'state' || initiator === 'district') return event;
  return { ...event, resyncId: null, requestedBy: 'the state' };
}

/**
 * The object whose table it is. @throws Problem 422 when there is none, or the state owns no field
 * of it in this district
 */
function objectWithOwnFields(catalog: Catalog, settings: readonly FieldSetting[], name: string): SyncObject {
  const own = withSettings(catalog, settings);
  const object = findObject(own, name);
  const refuse = (detail: string) => unusable(detail, { pointer: '#/object' });
  if (!object) throw refuse(`There is no object "${name}".`);
  const table = ownerOfTable(own, object);
  if (table.stateOwnedColumns.length === 0)
    throw refuse(
      `No field of ${table.name} is the state’s in this district: there is nothing to carry down.`,
    );
  return table;
}

/** Each key once. @throws Problem 422 naming those that can't be keys of the object */
function checkedKeys({ name, key }: SyncObject, keys: readonly RecordKey[]): RecordKey[] {
  const problems = keys.flatMap((given, index): ProblemDetail[] => {
    const pointer = `#/keys/${index}`;
    if (given.length !== key.length)
      return [{ detail: `A key of ${name} has ${key.length} part(s): ${key.join(', ')}.`, pointer }];
    return formatRecordKey(given).length > longestKey ? [{ detail: 'The key is too long.', pointer }] : [];
  });
  if (problems.length > 0) throw new Problem(422, problems[0]!.detail, problems);
  return [...new Map(keys.map((given) => [formatRecordKey(given), given])).values()];
}
