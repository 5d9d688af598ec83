/** Synchronization Field Settings as the API takes and shows them. */
import { z } from 'zod';
import { fieldOwners } from '../../domain/field-ownership';
import { setOf, time } from '../../http/schemas';

/** Most settings of one request. */
const maxSettings = 500;

export const fieldOwner = z.enum(fieldOwners);
const name = z.string().min(1).max(64);

const setting = z.strictObject({ object: name, field: name, owner: fieldOwner }).meta({ id: 'FieldSetting' });

export const fieldSettingsChange = z
  .strictObject({ settings: setOf(z.array(setting).min(1).max(maxSettings)) })
  .meta({ id: 'FieldSettingsChange', description: 'all are set, or none' });

const shownField = z
  .object({
    field: z.string(),
    owner: fieldOwner,
    default: fieldOwner.meta({ description: 'the catalog’s, which holds while nothing is set' }),
    changeable: z.boolean(),
    whyNot: z.string().nullable().meta({ example: 'records are matched by it' }),
    changedBy: z.string().nullable(),
    changedAt: time.nullable(),
  })
  .meta({ id: 'ShownField' });

export const fieldSettings = z
  .object({
    districtId: z.string(),
    items: z.array(
      z.object({
        object: z.string(),
        label: z.string(),
        parts: z
          .array(z.string())
          .meta({ description: 'objects that send a part of it: settings hold for them' }),
        fields: z.array(shownField).meta({ description: 'empty: the state has no such table' }),
      }),
    ),
  })
  .meta({ id: 'FieldSettings' });

export const fieldSettingsChanged = z
  .object({
    districtId: z.string(),
    changed: z
      .array(setting)
      .meta({ description: 'what wasn’t set so already; it holds from the next range on' }),
  })
  .meta({ id: 'FieldSettingsChanged' });

export const fieldSettingChange = z
  .object({
    object: z.string(),
    field: z.string(),
    ownerBefore: fieldOwner,
    owner: fieldOwner,
    changedBy: z.string(),
    changedAt: time,
  })
  .meta({ id: 'FieldSettingChange' });
