import { clip, now } from '../../control/columns';
import type { Knex } from 'knex';
import type { FieldOwner, FieldSetting } from '../../domain/field-ownership';
import { pageByTime, type Page, type TimePageFilter } from '../../control/page';
import { inTransaction, selectRows, toIso } from '../../control/database';

/** A setting as it stands, and who set it last. */
export interface StoredSetting extends FieldSetting {
  readonly changedBy: string;
  /** ISO 8601. */
  readonly changedAt: string;
}

interface SettingRow {
  readonly objectName: string;
  readonly fieldName: string;
  readonly owner: FieldOwner;
  readonly changedBy: string;
  readonly changedAt: string;
}

/** What is set for a district; fields without a row go by the catalog. */
export async function listFieldSettings(control: Knex, districtId: string): Promise<StoredSetting[]> {
  const rows = await selectRows<SettingRow>(
    control,
    'SELECT * FROM fieldSetting WHERE districtID = ? ORDER BY objectName, fieldName',
    [districtId],
  );
  return rows.map(({ objectName, fieldName, owner, changedBy, changedAt }) => ({
    object: objectName,
    field: fieldName,
    owner,
    changedBy,
    changedAt: toIso(changedAt),
  }));
}

/** A setting and who owns the field as long as none is made. */
export interface NewSetting extends FieldSetting {
  readonly defaultOwner: FieldOwner;
}

/**
 * Sets owners of fields, all or none, and keeps each change for good. What is set already is no
 * change.
 * @returns the changes that were made
 */
export async function setFieldOwners(
  control: Knex,
  {
    districtId,
    settings,
    changedBy,
  }: {
    readonly districtId: string;
    readonly settings: readonly NewSetting[];
    readonly changedBy: string;
  },
): Promise<FieldSetting[]> {
  const by = clip(changedBy, 128);
  return inTransaction(control, async (transaction) => {
    const changes: FieldSetting[] = [];
    // In one order, so that two administrators can't wait for each other.
    for (const { object, field, owner, defaultOwner } of settings.toSorted(byField)) {
      const at = { districtID: districtId, objectName: object, fieldName: field };
      const before = await transaction<SettingRow>('fieldSetting').where(at).forUpdate().first();
      const ownerBefore = before?.owner ?? defaultOwner;
      if (ownerBefore === owner) continue;
      await transaction('fieldSetting')
        .insert({ ...at, owner, changedBy: by, changedAt: now(transaction) })
        .onConflict(['districtID', 'objectName', 'fieldName'])
        .merge(['owner', 'changedBy', 'changedAt']);
      await transaction('fieldSettingChange').insert({ ...at, ownerBefore, owner, changedBy: by });
      changes.push({ object, field, owner });
    }
    return changes;
  });
}

function byField(a: FieldSetting, b: FieldSetting): number {
  const place = ({ object, field }: FieldSetting) => `${object}.${field}`;
  return place(a) < place(b) ? -1 : 1;
}

/** One change of an owner. */
export interface SettingChange extends StoredSetting {
  readonly ownerBefore: FieldOwner;
}

interface ChangeRow extends SettingRow {
  readonly fieldSettingChangeID: number;
  readonly ownerBefore: FieldOwner;
}

/** Changes of owners in a district, the newest first. @throws CursorError */
export async function listSettingChanges(
  control: Knex,
  { districtId, ...filter }: TimePageFilter & { readonly districtId: string },
): Promise<Page<SettingChange>> {
  const query = control('fieldSettingChange').select().where({ districtID: districtId });
  const columns = { id: 'fieldSettingChangeID', idIs: 'number' } as const;
  const page = await pageByTime<ChangeRow>(control, query, columns, filter);
  const items = page.items.map(({ objectName, fieldName, ownerBefore, owner, changedBy, changedAt }) => ({
    object: objectName,
    field: fieldName,
    ownerBefore,
    owner,
    changedBy,
    changedAt: toIso(changedAt),
  }));
  return { ...page, items };
}
