import { parseAddress } from '../../database/address';
import { z } from 'zod';
import type { Knex } from 'knex';
import { listFieldSettings, listSettingChanges, type NewSetting, setFieldOwners } from './settings-store';
import { readStateColumns, type StateColumn } from './read-state-columns';
import type { Principal } from '../../domain/principal';
import { type Catalog, findObject, type SyncObject } from '../../domain/catalog';
import { defaultOwner, type FieldSetting, ownerOfTable, whyOwnerIsFixed } from '../../domain/field-ownership';
import type { ApiContext } from '../../http/context';
import * as schemas from './settings-schemas';
import { requireDistrict } from '../../http/require';
import { Problem, unusable, type ProblemDetail } from '../../http/problem';
import { route, type RouteSpec } from '../../http/route';
import { districtParams, pageOf, pageQuery, timeOrder } from '../../http/schemas';

/**
 * Synchronization Field Settings: which fields the state owns in a district. Both levels see them,
 * the state sets them.
 */
export function fieldSettingRoutes({ config, catalog, control }: ApiContext): RouteSpec[] {
  const columnsOf = (objects: readonly SyncObject[]): Promise<Map<string, StateColumn[]>> =>
    readStateColumns(control, {
      schema: parseAddress(config.stateDatabaseUrl).database,
      tables: objects.map(({ stateTable }) => stateTable),
    });
  return [
    route({
      operationId: 'showFieldSettings',
      method: 'get',
      path: '/districts/{district}/field-settings',
      right: 'fieldSettings',
      tag: 'Field settings',
      summary: 'Who owns each field of each object, and whether that may be changed',
      params: districtParams,
      query: z.strictObject({
        object: z.string().max(64).optional(),
        owner: schemas.fieldOwner.optional(),
      }),
      responses: { 200: { description: 'Objects in the catalog’s order', schema: schemas.fieldSettings } },
      file: { each: 'fields' },
      handler: async ({ params, query, principal }) => {
        const { id } = requireDistrict(config, principal, params.district);
        const shown = tablesOf(catalog, query.object);
        const columns = await columnsOf(shown);
        const stored = await listFieldSettings(control, id);
        const items = shown.map((object) => ({
          object: object.name,
          label: object.label,
          parts: catalog.objects.filter(({ subsetOf }) => subsetOf === object.name).map(({ name }) => name),
          fields: (columns.get(object.stateTable) ?? [])
            .map((column) => {
              const set = stored.find(({ object: of, field }) => of === object.name && field === column.name);
              const whyNot = fixedReason(catalog, object, column);
              return {
                field: column.name,
                owner: (whyNot === null ? set?.owner : undefined) ?? defaultOwner(object, column.name),
                default: defaultOwner(object, column.name),
                changeable: whyNot === null,
                whyNot,
                changedBy: set ? shownName(principal, set.changedBy) : null,
                changedAt: set?.changedAt ?? null,
              };
            })
            .filter(({ owner }) => query.owner === undefined || owner === query.owner),
        }));
        const filtered = query.owner === undefined ? items : items.filter(({ fields }) => fields.length > 0);
        return { districtId: id, items: filtered };
      },
    }),
    route({
      operationId: 'changeFieldSettings',
      method: 'put',
      path: '/districts/{district}/field-settings',
      right: 'fieldSettings',
      stateOnly: true,
      tag: 'Field settings',
      summary: 'Set the owners of fields; takes effect with the next range',
      params: districtParams,
      example: { settings: [{ object: 'School', field: 'name', owner: 'state' }] },
      body: schemas.fieldSettingsChange,
      audit: ({ body, answer }) => ({
        settings: body.settings,
        changed: answer?.changed.length ?? 0,
      }),
      responses: { 200: { description: 'What was changed', schema: schemas.fieldSettingsChanged } },
      handler: async ({ params, body, principal }) => {
        const { id } = requireDistrict(config, principal, params.district);
        const settings = await checked(catalog, columnsOf, body.settings);
        const changed = await setFieldOwners(control, {
          districtId: id,
          settings,
          changedBy: principal.name,
        });
        return { districtId: id, changed };
      },
    }),
    route({
      operationId: 'listFieldSettingChanges',
      method: 'get',
      path: '/districts/{district}/field-settings/changes',
      right: 'fieldSettings',
      tag: 'Field settings',
      summary: 'Every change of an owner, newest first',
      params: districtParams,
      query: z.strictObject({ ...pageQuery, ...timeOrder }),
      responses: { 200: { description: 'A page of changes', schema: pageOf(schemas.fieldSettingChange) } },
      handler: async ({ params, query, principal }) => {
        const { id } = requireDistrict(config, principal, params.district);
        return changesFor(control, principal, { districtId: id, ...query });
      },
    }),
  ];
}

async function changesFor(
  control: Knex,
  principal: Principal,
  asked: Parameters<typeof listSettingChanges>[1],
): ReturnType<typeof listSettingChanges> {
  const { items, ...page } = await listSettingChanges(control, asked);
  return {
    ...page,
    items: items.map((item) => ({ ...item, changedBy: shownName(principal, item.changedBy) })),
  };
}

/** Who at the state set it is not a district's to know. */
function shownName({ level }: Principal, changedBy: string): string {
  return level === 'state' ? changedBy : 'the state';
}

/**
 * Objects with a table of their own; of one that is asked for, the object whose table it is.
 * @throws Problem 422
 */
function tablesOf(catalog: Catalog, name: string | undefined): SyncObject[] {
  if (name === undefined) return catalog.objects.filter(({ subsetOf }) => subsetOf === null);
  const object = findObject(catalog, name);
  if (object) return [ownerOfTable(catalog, object)];
  const detail = `There is no object "${name}".`;
  throw unusable(detail, { parameter: 'object' });
}

/** Why the owner of a column is what it is for good; `null`: it may be changed. */
function fixedReason(catalog: Catalog, object: SyncObject, { name, generated }: StateColumn): string | null {
  return whyOwnerIsFixed(catalog, object, name) ?? (generated ? 'the state’s database computes it' : null);
}

/**
 * The settings of a request, each of a field that there is and whose owner may be changed. @throws
 * Problem 422 naming all others
 */
async function checked(
  catalog: Catalog,
  columnsOf: (objects: readonly SyncObject[]) => Promise<Map<string, StateColumn[]>>,
  settings: readonly FieldSetting[],
): Promise<NewSetting[]> {
  const objects = settings.map(({ object }) => findObject(catalog, object));
  const columns = await columnsOf(objects.filter((object) => object !== undefined));
  const problems: ProblemDetail[] = [];
  const good: NewSetting[] = [];
  for (const [index, setting] of settings.entries()) {
    const object = objects[index];
    const refuse = (part: 'object' | 'field', detail: string) =>
      problems.push({ detail, pointer: `#/settings/${index}/${part}` });
    if (!object) {
      refuse('object', `There is no object "${setting.object}".`);
      continue;
    }
    if (object.subsetOf !== null) {
      refuse(
        'object',
        `${object.name} sends a part of ${object.subsetOf}: set the owner there, it holds for both.`,
      );
      continue;
    }
    const column = columns.get(object.stateTable)?.find(({ name }) => name === setting.field);
    const named = `${object.name}.${setting.field}`;
    if (!column) {
      refuse('field', `The state’s ${object.name} has no field "${setting.field}".`);
      continue;
    }
    const why = fixedReason(catalog, object, column);
    if (why !== null) refuse('field', `The owner of ${named} can’t be changed: ${why}.`);
    else if (
      settings.findIndex(({ object: o, field }) => o === setting.object && field === setting.field) < index
    )
      refuse('field', `${named} is set twice.`);
    else good.push({ ...setting, defaultOwner: defaultOwner(object, setting.field) });
  }
  if (problems.length > 0) throw new Problem(422, problems[0]!.detail, problems);
  return good;
}
