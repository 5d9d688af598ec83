import { stringify } from 'yaml';
import type { Catalog, SyncObject } from '../domain/catalog';

/**
 * A catalog as a file a person can read and change: only what differs from the defaults.
 * parseCatalog reads it back.
 */
export function catalogToYaml(catalog: Catalog): string {
  return stringify(
    { name: catalog.name, objects: catalog.objects.map(sparseObject) },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
}

/** An object as a file says it: only what differs from the defaults. */
export function sparseObject(object: SyncObject): Record<string, unknown> {
  const { name, label, table, stateTable, key, tenantColumn, references, enabledByDefault, ...rest } = object;
  return {
    name,
    ...(label === name ? {} : { label }),
    ...(table === name ? {} : { table }),
    ...(stateTable === table ? {} : { stateTable }),
    key,
    tenantColumn,
    ...(references.length === 0
      ? {}
      : {
          references: references.map(({ object: parent, columns, parentColumns, onParentErrors }) => ({
            object: parent,
            columns,
            ...(JSON.stringify(columns) === JSON.stringify(parentColumns) ? {} : { parentColumns }),
            ...(onParentErrors === undefined ? {} : { onParentErrors }),
          })),
        }),
    ...Object.fromEntries(
      Object.entries(rest).filter(
        ([, value]) => value !== null && !(Array.isArray(value) && value.length === 0),
      ),
    ),
    ...(enabledByDefault ? {} : { enabledByDefault }),
  };
}
