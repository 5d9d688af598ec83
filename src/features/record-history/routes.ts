import { type NotKept, readRecordHistory } from './read';
import { zoneOf } from '../../config';
import type { SyncObject } from '../../domain/catalog';
import { KeyFormError } from '../../domain/key-order';
import { dayIn } from '../../domain/local-day';
import { parseRecordKey, type RecordKey } from '../../domain/record-error';
import type { ApiContext } from '../../http/context';
import { requireDistrict } from '../../http/require';
import { notFound, unusable } from '../../http/problem';
import { recordHistory, recordHistoryQuery, recordParams } from './schemas';
import { route, type RouteSpec } from '../../http/route';

/** What became of one record, run by run. */
export function recordHistoryRoutes({ config, catalog, control }: ApiContext): RouteSpec[] {
  return [
    route({
      operationId: 'showRecordHistory',
      method: 'get',
      path: '/districts/{district}/records/{object}/{key}/history',
      right: 'resyncBatch',
      showsRecords: true,
      tag: 'Outcomes',
      summary:
        'Every resync that wrote, compared, missed, removed or refused the record, newest first; the state’s runs are shown to the state only',
      params: recordParams,
      query: recordHistoryQuery,
      responses: { 200: { description: 'A page of runs', schema: recordHistory } },
      handler: async ({ params, query, principal }) => {
        const district = requireDistrict(config, principal, params.district);
        const object = catalog.objects.find(({ name }) => name === params.object);
        if (!object) throw notFound();
        try {
          const { notKept, ...page } = await readRecordHistory(control, {
            districtId: district.id,
            object: object.name,
            key: keyOf(object, params.key),
            yearTied: object.schoolYear !== null,
            initiator: principal.level === 'state' ? null : 'district',
            ...query,
          });
          return {
            ...page,
            notKept: notKept && { ...notKept, text: notKeptText(notKept, zoneOf(district)) },
          };
        } catch (error) {
          if (!(error instanceof KeyFormError)) throw error;
          throw unusable(error.message, { parameter: 'key' });
        }
      },
    }),
  ];
}

function notKeptText({ until }: NotKept, timezone: string): string {
  return `What resyncs that ended up to ${dayIn(timezone, until)} did with single records is not kept any more, or not all of it: this history may be shorter than what happened.`;
}

/** @throws KeyFormError when the parts aren't those of the object's key */
function keyOf({ name, key }: SyncObject, text: string): RecordKey {
  const parts = partsOf(text);
  if (parts?.length === key.length) return parts;
  // The value of a text key may itself begin with a bracket.
  if (parts === null && key.length === 1) return [text];
  throw new KeyFormError(
    `The key of ${name} is ${key.length === 1 ? 'one value' : 'a JSON array of texts'}: ${key.join(', ')}.`,
  );
}

/** @returns `null`: the text is no JSON array of texts */
function partsOf(text: string): RecordKey | null {
  try {
    return parseRecordKey(text);
  } catch {
    return null;
  }
}
